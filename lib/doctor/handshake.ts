import { isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { DialectName } from "../migration";
import { codeOf, leftMs, type Until } from "./check";
import type { Target } from "./places";

/**
 * - `plain`, `encrypted`: it is a server of the right kind, and TLS came about where it is wanted.
 * - `silent`, `closed`: it took the connection and said nothing.
 * - `foreign`: it is no server of this kind.
 * - `refused`: the server's own error, before any login; the code is its number.
 * - `no-tls`, `certificate`: TLS is wanted, and not offered; or not to be trusted.
 */
export interface Handshake {
  readonly kind: "plain" | "encrypted" | "silent" | "closed" | "foreign" | "refused" | "no-tls" | "certificate";
  readonly code?: string;
}

/** Speaks to a server as far as a TLS session, and no further: nothing that counts as a login is sent. Closes the socket. */
export async function shakeHands(socket: Socket, target: Target, until: Until): Promise<Handshake> {
  const timer = setTimeout(() => socket.destroy(failure("ETIMEDOUT")), leftMs(until));
  try {
    const offers = await HELLOS[target.dialect](socket, target);
    if (typeof offers !== "string") return offers;
    if (target.tls === undefined) return { kind: "plain" };
    return offers === "tls" ? await encrypt(socket, target.host, target.tls.ca) : { kind: "no-tls" };
  } catch (error) {
    const code = codeOf(error);
    return { kind: code === "ETIMEDOUT" ? "silent" : "closed", code };
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

/** What the server offers, TLS or nothing but plain text; or why it gets no further. */
type Hello = (socket: Socket, target: Target) => Promise<"tls" | "plain" | Handshake>;

const HELLOS: Readonly<Record<DialectName, Hello>> = {
  mysql: async (socket, { tls }) => {
    const first = await read(socket, isWholePacket);
    const offers = greeting(first.subarray(4));
    if (offers === "tls" && tls) socket.write(TLS_REQUEST.mysql);
    return offers;
  },
  postgres: async (socket) => {
    // This one speaks only when spoken to.
    socket.write(TLS_REQUEST.postgres);
    const answer = (await read(socket, (data) => data.length > 0)).toString("latin1");
    if (answer === "S") return "tls";
    return answer === "N" ? "plain" : { kind: "foreign" };
  },
};

const CLIENT_SSL = 0x0800;
/** CLIENT_PROTOCOL_41, CLIENT_SSL and CLIENT_SECURE_CONNECTION. */
const CAPABILITIES = 0x0000_8a00;
const UTF8MB4 = 45;
const MYSQL_REQUEST_BYTES = 32;

/**
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_ssl_request.html,
 * https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-SSLREQUEST
 */
const TLS_REQUEST = { mysql: mysqlRequest(), postgres: Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]) } as const;

function mysqlRequest(): Buffer {
  const packet = Buffer.alloc(4 + MYSQL_REQUEST_BYTES);
  packet.writeUIntLE(MYSQL_REQUEST_BYTES, 0, 3);
  packet[3] = 1;
  packet.writeUInt32LE(CAPABILITIES, 4);
  packet.writeUInt32LE(2 ** 24 - 1, 8);
  packet[12] = UTF8MB4;
  return packet;
}

/** The protocol's version, which the first packet begins with, and what it begins with where it is an error. */
const VERSION_10 = 10;
const ERROR = 0xff;

/** What is no greeting has no length either that could be waited for. */
function isWholePacket(data: Buffer): boolean {
  if (data.length < 5) return false;
  return (data[4] !== VERSION_10 && data[4] !== ERROR) || data.length >= 4 + data.readUIntLE(0, 3);
}

/** https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_v10.html */
function greeting(payload: Buffer): "tls" | "plain" | Handshake {
  if (payload[0] === ERROR && payload.length > 2) return { kind: "refused", code: String(payload.readUInt16LE(1)) };
  const version = payload.indexOf(0, 1);
  // After the version: the connection's id (4), the first part of a nonce (8), a filler (1).
  const flags = version + 14;
  if (payload[0] !== VERSION_10 || version < 0 || payload.length < flags + 2) return { kind: "foreign" };
  return payload.readUInt16LE(flags) & CLIENT_SSL ? "tls" : "plain";
}

function read(socket: Socket, enough: (data: Buffer) => boolean): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let data = Buffer.alloc(0);
    const take = (chunk: Buffer) => {
      data = Buffer.concat([data, chunk]);
      if (!enough(data)) return;
      // What comes from here on is for TLS.
      socket.off("data", take).pause();
      resolve(data);
    };
    socket.on("data", take);
    socket.once("error", reject);
    socket.once("close", () => reject(failure("ECONNRESET")));
  });
}

function encrypt(socket: Socket, host: string, ca: readonly string[]): Promise<Handshake> {
  return new Promise((resolve, reject) => {
    const name = isIP(host) === 0 ? { servername: host } : {};
    const secure = connectTls({ socket, host, ca: [...ca], ...name });
    secure.once("secureConnect", () => resolve({ kind: "encrypted" }));
    secure.on("error", (error) => resolve({ kind: "certificate", code: codeOf(error) }));
    socket.once("error", reject);
    socket.once("close", () => reject(failure("ECONNRESET")));
  });
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}
