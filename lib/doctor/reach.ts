import type { Socket } from "node:net";
import type { Finding } from "../finding";
import { check, limited, skipped, type Until, type Verdict } from "./check";
import { type Handshake, shakeHands } from "./handshake";
import { type Addresses, open, resolve } from "./network";
import type { Endpoint, Target } from "./places";
import { databaseSubject, failed, type Subject } from "./subject";

/** Whether a service can be reached at all, by its name and over TCP; undefined when it can. */
export async function reachVerdict(
  { host, port }: Endpoint,
  subject: Subject,
  until: Until,
): Promise<Verdict | undefined> {
  const found = await resolve(host, limited("dns", until));
  if ("fault" in found) return subject.explain(found);
  const opened = await open(found, port, limited("tcp", until));
  if ("fault" in opened) return subject.explain(opened, found.kind);
  opened.destroy();
  return undefined;
}

/** `dns`, `tcp` and `tls` of the database, one after the other. Nothing that counts as a login is sent. */
export async function networkFindings(
  target: Target,
  until: Until,
  name: Promise<NameFinding> = nameFinding(target, until),
): Promise<readonly Finding[]> {
  const subject = databaseSubject(target.port);
  const { finding: dns, found } = await name;
  if (!found) return [dns, skipped("tcp", afterFailed("dns")), skipped("tls", afterFailed("dns"))];
  let socket: Socket | undefined;
  const tcp = await check("tcp", until, async (end) => {
    const opened = await open(found, target.port, end);
    if ("fault" in opened) return subject.explain(opened, found.kind);
    socket = opened;
    return reached(target.port);
  });
  const connected = socket;
  if (!connected) return [dns, tcp, skipped("tls", afterFailed("tcp"))];
  const tls = await check("tls", until, async (end) =>
    handshakeVerdict(await shakeHands(connected, target, end), target),
  );
  return [dns, tcp, tls];
}

export interface NameFinding {
  readonly finding: Finding;
  /** Absent where it failed. */
  readonly found?: Addresses;
}

export async function nameFinding({ host, port }: Endpoint, until: Until): Promise<NameFinding> {
  let found: Addresses | undefined;
  const finding = await check("dns", until, async (end) => {
    const answer = await resolve(host, end);
    if ("fault" in answer) return databaseSubject(port).explain(answer);
    found = answer;
    return { result: "ok", message: `The database's host name leads to a ${answer.kind} address.` };
  });
  return { finding, ...(found && { found }) };
}

export const reached = (port: number): Verdict => ({
  result: "ok",
  message: `The database takes connections at port ${port}.`,
});

export const secured = ({ tls }: Pick<Target, "tls">): Verdict => ({
  result: "ok",
  message: tls ? "The connection is encrypted, and the server verified." : "TLS is off.",
});

export function afterFailed(check: Finding["check"]): string {
  return `It depends on ${check}, which failed.`;
}

function handshakeVerdict({ kind, code }: Handshake, target: Target): Verdict {
  switch (kind) {
    case "plain":
    case "encrypted":
      return secured(target);
    case "silent":
      return failed(
        "The database takes the connection and says nothing.",
        "If it is paused it is resuming, which takes Aurora 30 s and more: call again. Otherwise look at its state, and whether the port is its own.",
      );
    case "closed":
      return failed(
        `The database takes the connection and closes it (${code}).`,
        "It may be starting, or out of connections: call again, and look at its log and at what stands in between.",
      );
    case "foreign":
      return failed(
        `What answers at port ${target.port} is no ${target.dialect === "mysql" ? "MySQL" : "PostgreSQL"} server.`,
        "Correct host and port.",
      );
    case "refused":
      return failed(
        `The database refuses connections before any login (error ${code}).`,
        "1040, 1203: it is out of connections. 1129: this host had too many failed connections; FLUSH HOSTS helps. 1130: it admits no user from here.",
      );
    case "no-tls":
      return failed(
        "The database offers no TLS.",
        "Enable it on the server: a connection to another host is always encrypted.",
      );
    case "certificate":
      return certificateVerdict(code ?? "");
  }
}

/** https://nodejs.org/api/tls.html#x509-certificate-error-codes */
function certificateVerdict(code: string): Verdict {
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID" || code === "HOSTNAME_MISMATCH") {
    const advice = "Use the endpoint's own name as host, neither an alias nor an address.";
    return failed("The database's certificate is for another name.", advice);
  }
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
    const advice = "Give the database a new certificate; on RDS, change its certificate authority.";
    return failed(`The database's certificate is not valid now (${code}).`, advice);
  }
  if (/^(?:UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_UNTRUSTED|INVALID_CA)/.test(code)) {
    return failed(
      `The database's certificate is by an authority that is not known here (${code}).`,
      "Set DATABASE_CA to the certificate of its authority; .env.example says where those of RDS are that are not built in.",
    );
  }
  const advice = "Allow TLS 1.2 or 1.3 on the server, and look at what stands in between.";
  return failed(`TLS with the database does not come about (${code}).`, advice);
}
