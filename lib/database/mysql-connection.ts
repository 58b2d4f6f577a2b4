import type { Connection as Client, ConnectionOptions, FieldPacket, QueryError } from "mysql2";
import serverlessMysql from "serverless-mysql";
import { MigratorError } from "../errors";
import type { Login, Logins } from "../login";
import type { Deadline } from "./database";
import { type ConnectFailure, connectFailure, isFull, isLost } from "./mysql-errors";
import type { Part } from "./mysql-message";
import { kindOf } from "./mysql-segments";

/** What became of a message. `at`: how many of its parts were answered. */
export type Sent =
  | { readonly end: "answered"; readonly at: number }
  | { readonly end: "refused"; readonly at: number; readonly error: QueryError }
  | { readonly end: "left" };

export interface Connection {
  /** One statement, or several: then one result per statement. @throws MigratorError `CONNECTION_LOST`, else the driver's error */
  query<T>(sql: string, values?: readonly unknown[]): Promise<T>;
  /** Sends the parts as one message and stays until it is answered or the time is up. @throws MigratorError `CONNECTION_LOST` */
  send(parts: readonly Part[], deadline: Deadline): Promise<Sent>;
  /** True while a statement is under way. */
  busy(): boolean;
  close(): Promise<void>;
  /** Closes the socket at once; the server finishes the message that it has. */
  destroy(): void;
}

/** Longest wait for a paused or starting database, in milliseconds; Aurora takes 30 s and more to resume. */
const CONNECT_MS = 60_000;
const RETRY_MS = 500;

/**
 * Opens one connection: tries the logins in their order and waits for a database that is not there yet.
 * @throws MigratorError `UNREACHABLE`, `ACCESS_DENIED`
 */
export async function connect(
  logins: Logins,
  deadline: Deadline,
): Promise<{ readonly connection: Connection; readonly database: string }> {
  const until = Date.now() + Math.min(deadline.remainingMs(), CONNECT_MS);
  let refused: MigratorError | undefined;
  for await (const login of logins()) {
    const opened = await connectWith(login, until);
    if (!("failure" in opened)) return { connection: opened, database: login.database };
    refused = opened.failure.error;
  }
  throw refused ?? new MigratorError("INVALID_SETTINGS", "There is no login for the database.");
}

/** Retries while waiting can help. Returns a failure only for a refused login, so that the next one can be tried. */
async function connectWith(login: Login, until: number): Promise<Connection | { readonly failure: ConnectFailure }> {
  const start = Date.now();
  for (;;) {
    const opened = await attempt(login, Math.max(until - Date.now(), 1_000));
    if (!("failure" in opened)) return opened;
    const { failure } = opened;
    if (failure.kind === "refused") return { failure };
    if (failure.kind === "hopeless") throw failure.error;
    if (Date.now() + RETRY_MS >= Math.min(until, start + failure.patienceMs)) throw failure.error;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/**
 * serverless-mysql opens the connection, because its back-off knows "too many connections". It is not used for more: on a
 * lost connection it would send the statement again on a new one, without the lock.
 */
async function attempt(login: Login, timeoutMs: number): Promise<Connection | { readonly failure: ConnectFailure }> {
  // serverless-mysql throws an error without the driver's code; the hook gets the original.
  let reason: unknown;
  const opener = serverlessMysql({
    manageConns: false,
    config: options(login, timeoutMs) as never,
    onConnectError: (error: unknown) => {
      reason = error;
    },
    // Fifty more tries are right for a server that is full, whose refusal is quick; after a time-out they are minutes.
    onRetry: (error: QueryError) => {
      reason = error;
      if (!isFull(error)) throw error;
    },
  });
  try {
    await opener.connect();
  } catch (error) {
    return { failure: connectFailure(reason ?? error, login) };
  }
  return wrap(opener.getClient() as unknown as Client);
}

function options(login: Login, timeoutMs: number): ConnectionOptions {
  return {
    host: login.host,
    port: login.port,
    user: login.user,
    password: login.password,
    database: login.database,
    charset: "utf8mb4",
    timezone: "Z",
    multipleStatements: true,
    connectTimeout: Math.min(timeoutMs, 30_000),
    ...(login.tls && { ssl: { ca: [...login.tls.ca], rejectUnauthorized: true, verifyIdentity: true } }),
    ...(login.token && { enableCleartextPlugin: true }),
  };
}

function wrap(client: Client): Connection {
  let pending = 0;
  const track = <T>(work: Promise<T>) => {
    pending += 1;
    return work.finally(() => {
      pending -= 1;
    });
  };
  return {
    query: (sql, values) => track(query(client, sql, values)),
    send: (parts, deadline) => track(send(client, parts, deadline)),
    busy: () => pending > 0,
    close: () => new Promise((resolve) => client.end(() => resolve())),
    destroy: () => client.destroy(),
  };
}

function query<T>(client: Client, sql: string, values?: readonly unknown[]): Promise<T> {
  return new Promise((resolve, reject) => {
    const done = (error: QueryError | null, rows: unknown) => {
      if (!error) resolve(rows as T);
      else reject(isLost(error) ? lost(error) : error);
    };
    if (values === undefined) client.query(sql, done);
    else client.query(sql, [...values], done);
  });
}

function send(client: Client, parts: readonly Part[], deadline: Deadline): Promise<Sent> {
  return new Promise((resolve, reject) => {
    let at = 0;
    const timer = setTimeout(() => {
      client.destroy();
      resolve({ end: "left" });
    }, deadline.remainingMs());
    const done = (error: QueryError | null) => {
      clearTimeout(timer);
      if (!error) resolve({ end: "answered", at });
      else if (isLost(error)) reject(lost(error));
      else resolve({ end: "refused", at, error });
    };
    // A statement may end in a line comment: the delimiter needs a line of its own. With a callback, a lost connection is
    // reported to it; without, only to the connection.
    const command = client.query(parts.map((part) => part.sql).join("\n;\n"), done);
    command.on("fields", (fields: FieldPacket[] | undefined) => {
      if (!(fields !== undefined && isCall(parts[at]))) at += 1;
    });
  });
}

/** A procedure answers with any number of result sets before the one answer that counts. */
function isCall(part: Part | undefined): boolean {
  return part !== undefined && kindOf(part.sql) === "alone" && /\bCALL\b/i.test(part.sql);
}

function lost(error: QueryError): MigratorError {
  return new MigratorError("CONNECTION_LOST", `The connection to the database was lost (${error.code}).`, {
    advice: "Call again: what the server was given is finished or undone, and the next call goes on from there.",
  });
}
