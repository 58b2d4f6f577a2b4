import { Socket } from "node:net";
import { Client, type QueryResult } from "pg";
import type { MigratorError } from "../errors";
import type { Result } from "../migration";
import { type Attempt, codeOf, lost } from "./connecting";
import type { Around, Connection, Part, Sent, ServerError } from "./connection";
import type { Deadline } from "./database";
import { faultOf, isLost } from "./postgres-errors";
import { createMessage } from "./postgres-message";

/** Longest time for one attempt, in milliseconds. */
const ATTEMPT_MS = 30_000;

export const connectPostgres: Attempt = async (login, timeoutMs) => {
  const socket = new Socket();
  const client = new Client({
    stream: () => socket,
    host: login.host,
    port: login.port,
    user: login.user,
    password: login.password,
    database: login.database,
    application_name: "migration-lambda",
    keepAlive: true,
    connectionTimeoutMillis: Math.min(timeoutMs, ATTEMPT_MS),
    ssl: login.tls ? { ca: [...login.tls.ca], rejectUnauthorized: true } : false,
  });
  // Without a listener a connection that breaks would end the process; whoever uses it hears of it by himself.
  client.on("error", () => undefined);
  let first: Buffer | undefined;
  socket.once("data", (data) => {
    first = data;
  });
  try {
    await client.connect();
  } catch (error) {
    socket.destroy();
    // `pg` has no code for it. https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
    const code = codeOf(error);
    return login.tls && first?.toString("latin1") === "N" ? { kind: "no-tls", code } : faultOf(code);
  }
  return wrap(client, socket);
};

function wrap(client: Client, socket: Socket): Connection {
  let pending = 0;
  let left = false;
  let last: Promise<unknown> = Promise.resolve();
  // The protocol takes one statement at a time; code may well start several at once.
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    pending += 1;
    const turn = last.then(work).finally(() => {
      pending -= 1;
    });
    last = turn.catch(() => undefined);
    return turn;
  };
  // The types of `pg` leave it out: https://github.com/brianc/node-postgres/blob/master/packages/pg/lib/client.js
  const { processID } = client as { readonly processID?: number };
  return {
    ...(processID && { announcedId: processID }),
    query: (sql) => inTurn(() => query(client, sql)),
    execute: (sql, values, around) => inTurn(() => execute(client, { sql, values, around })),
    send: (parts, deadline, heard) =>
      inTurn(async () => {
        const sent = await send(client, { parts, heard }, deadline);
        left = sent.end === "left";
        if (left) leave(socket);
        return sent;
      }),
    busy: () => left || pending > 0,
    rest: () => socket.unref(),
    use: () => socket.ref(),
    close: () => client.end(),
    destroy: () => {
      if (!left) socket.destroy();
    },
  };
}

async function query<T>(client: Client, sql: string): Promise<T> {
  const answer: QueryResult | readonly QueryResult[] = await client.query(sql).catch(rethrow);
  return (Array.isArray(answer) ? answer.map(({ rows }) => rows) : (answer as QueryResult).rows) as T;
}

interface Asked {
  readonly sql: string;
  readonly values: readonly unknown[] | undefined;
  readonly around: Around | undefined;
}

async function execute<Row>(client: Client, { sql, values, around }: Asked): Promise<Result<Row>> {
  const { before = [], after = [] } = around ?? {};
  // A statement with values goes alone.
  if (before.length > 0) await query(client, before.join(";\n")).catch(ours("before"));
  const answer = await client.query(sql, values && [...values]).catch(rethrow);
  if (after.length > 0) await query(client, after.join(";\n")).catch(ours("after"));
  // Several statements in one text give a list; the last one is what the caller asked about.
  const { rows, rowCount, command } = Array.isArray(answer) ? answer.at(-1) : answer;
  return { rows, affectedRows: command === "SELECT" ? 0 : (rowCount ?? 0) };
}

const ours = (around: keyof Around) => (error: Error) => {
  throw Object.assign(error, { around });
};

function rethrow(error: unknown): never {
  throw lossOf(error) ?? error;
}

function lossOf(error: unknown): MigratorError | undefined {
  const code = codeOf(error);
  return isLost(code) ? lost(code) : undefined;
}

/**
 * Says that nothing more will come, and goes on to take what comes: a server that cannot get rid of its answers gives up on
 * what it is doing.
 */
function leave(socket: Socket): void {
  socket.end();
  socket.unref();
}

interface Sending {
  readonly parts: readonly Part[];
  readonly heard: ((count: number) => void) | undefined;
}

function send(client: Client, { parts, heard }: Sending, deadline: Deadline): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve({ end: "left" }), deadline.remainingMs());
    const refused = (at: number, error: ServerError) => {
      clearTimeout(timer);
      const loss = lossOf(error);
      if (loss) reject(loss);
      else resolve({ end: "refused", at, error });
    };
    const answered = (at: number) => {
      clearTimeout(timer);
      resolve({ end: "answered", at });
    };
    client.query(createMessage(parts, { answered, refused, heard }));
  });
}
