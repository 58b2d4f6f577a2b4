import { connect, type Socket } from "node:net";
import { Client } from "pg";
import { type Listening, listen } from "./listen";

/** A session of the server's, past its login. */
interface Backend {
  /** Sends a message and gives the whole answer, which ends with whether the session is in a transaction. */
  ask(message: Buffer): Promise<Buffer>;
  end(): void;
}

const TYPE_AND_LENGTH = 5;
/** Of ReadyForQuery, outside of a transaction. https://www.postgresql.org/docs/current/protocol-message-formats.html */
const IDLE = "I".charCodeAt(0);

/**
 * Shares the sessions of a PostgreSQL server among its clients, as PgBouncer does with `pool_mode = transaction`: one that
 * is in no transaction gives its session away, and the one that was given back last is given first. Whoever comes is let in.
 */
export async function startPooler(url: string): Promise<Listening> {
  const all: Backend[] = [];
  const free: Backend[] = [];
  const take = async () => {
    const backend = free.pop() ?? (await openBackend(url));
    if (!all.includes(backend)) all.push(backend);
    return backend;
  };
  const server = await listen((socket) => serve(socket, take, (backend) => free.push(backend)));
  return {
    port: server.port,
    stop: async () => {
      for (const backend of all) backend.end();
      await server.stop();
    },
  };
}

/** Stands before a MySQL server: passes everything on, and announces another connection id than the server's. */
export function startRenumbering(url: string): Promise<Listening> {
  return listen((socket) => {
    const server = connect(Number(new URL(url).port), "127.0.0.1").on("error", () => socket.destroy());
    server.once("data", (greeting) => {
      // The id follows the version, which ends with a zero.
      const at = greeting.indexOf(0, 5) + 1;
      greeting.writeUInt32LE(greeting.readUInt32LE(at) + 1_000_000, at);
      socket.write(greeting);
      server.pipe(socket);
    });
    socket.pipe(server);
  });
}

function serve(socket: Socket, take: () => Promise<Backend>, giveBack: (backend: Backend) => void): void {
  let held: Backend | undefined;
  const answer = async (message: Buffer) => {
    if (message[0] !== "Q".charCodeAt(0)) return socket.end();
    held ??= await take();
    const reply = await held.ask(message);
    if (reply.at(-1) === IDLE) {
      giveBack(held);
      held = undefined;
    }
    return socket.write(reply);
  };
  let turn: Promise<unknown> = Promise.resolve();
  socket.once("data", () => {
    socket.write(WELCOME);
    onMessages(socket, (message) => {
      turn = turn.then(() => answer(message));
    });
  });
}

/** AuthenticationOk, BackendKeyData with an id of its own, ReadyForQuery. */
const WELCOME = Buffer.from("R\0\0\0\b\0\0\0\0K\0\0\0\f\x7f\x01\x02\x03\x04\x05\x06\x07Z\0\0\0\x05I", "latin1");

function onMessages(socket: Socket, take: (message: Buffer) => void): void {
  let rest = Buffer.alloc(0);
  socket.on("data", (data) => {
    rest = Buffer.concat([rest, data]);
    while (rest.length >= TYPE_AND_LENGTH && rest.length > rest.readInt32BE(1)) {
      const end = rest.readInt32BE(1) + 1;
      take(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  });
}

/** The driver logs in; from there on its socket is used without it. */
async function openBackend(url: string): Promise<Backend> {
  const client = new Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  const { stream } = (client as unknown as { readonly connection: { readonly stream: Socket } }).connection;
  stream.removeAllListeners("data");
  let parts: Buffer[] = [];
  let done: (answer: Buffer) => void = () => undefined;
  onMessages(stream, (message) => {
    parts.push(message);
    if (message[0] !== "Z".charCodeAt(0)) return;
    done(Buffer.concat(parts));
    parts = [];
  });
  return {
    ask: (message) =>
      new Promise((resolve) => {
        done = resolve;
        stream.write(message);
      }),
    end: () => stream.destroy(),
  };
}
