import type { Socket } from "node:net";
import type { Connection as Client, ConnectionOptions, FieldPacket, Query, QueryError, ResultSetHeader } from "mysql2";
import serverlessMysql from "serverless-mysql";
import type { Login } from "../login";
import type { Result } from "../migration";
import { type Attempt, codeOf, lost } from "./connecting";
import type { Around, Connection, Part, Sent } from "./connection";
import type { Deadline } from "./database";
import { FULL, faultOf, isLost } from "./mysql-errors";
import { EXECUTED, isExecuted, kindOf } from "./mysql-segments";

/**
 * serverless-mysql opens the connection, because its back-off knows "too many connections". It is not used for more: on a
 * lost connection it would send the statement again on a new one, without the lock.
 */
export const connectMysql: Attempt = async (login, timeoutMs) => {
  // serverless-mysql throws an error without the driver's code; the hook gets the original.
  let reason: unknown;
  const until = performance.now() + timeoutMs;
  const opener = serverlessMysql({
    manageConns: false,
    config: options(login, timeoutMs) as never,
    onConnectError: (error: unknown) => {
      reason = error;
    },
    // Fifty more tries are right for a server that is full, whose refusal is quick; after a time-out they are minutes.
    onRetry: (error: QueryError) => {
      reason = error;
      if (!FULL.has(error.code) || performance.now() >= until) throw error;
    },
  });
  try {
    await opener.connect();
  } catch (error) {
    return faultOf(codeOf(reason ?? error));
  }
  return wrap(opener.getClient() as unknown as Client);
};

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
  // Without a listener a connection that breaks while it rests would end the process.
  client.on("error", () => undefined);
  // The types leave it out: https://github.com/sidorares/node-mysql2/blob/master/lib/base/connection.js
  const { stream } = client as unknown as { readonly stream: Socket };
  return {
    ...(client.threadId && { announcedId: client.threadId }),
    query: (sql) => track(query(client, sql)),
    execute: (sql, values, around) => track(execute(client, { sql, values, around })),
    send: (parts, deadline, heard) => track(send(client, { parts, heard }, deadline)),
    busy: () => pending > 0,
    rest: () => stream.unref(),
    use: () => stream.ref(),
    close: () => new Promise((resolve) => client.end(() => resolve())),
    destroy: () => client.destroy(),
  };
}

function query<T>(client: Client, sql: string, values?: readonly unknown[]): Promise<T> {
  return new Promise((resolve, reject) => {
    const done = (error: QueryError | null, rows: unknown) => {
      if (!error) resolve(rows as T);
      else reject(isLost(named(error)) ? lost(error.code) : error);
    };
    if (values === undefined) client.query(sql, done);
    else client.query(sql, [...values], done);
  });
}

/** The driver has no code for errors that are younger than its list of them; the server always says a number. */
function named(error: QueryError): QueryError {
  return error.code ? error : Object.assign(error, { code: `ER_${error.errno ?? "UNKNOWN"}` });
}

interface Asked {
  readonly sql: string;
  readonly values: readonly unknown[] | undefined;
  readonly around: Around | undefined;
}

type Answer<Row> = readonly Row[] | ResultSetHeader;

async function execute<Row>(client: Client, { sql, values, around }: Asked): Promise<Result<Row>> {
  if (!around) return resultOf(await query<Answer<Row>>(client, sql, values));
  const { before, after = [] } = around;
  // Ours hold no placeholder.
  const text = [...before, withoutEnd(sql), ...after].join("\n;\n");
  const answers = await surrounded<readonly Answer<Row>[]>(client, { sql: text, values, around });
  const own = answers.slice(before.length, answers.length - after.length);
  const [only] = own;
  return resultOf(own.length === 1 && only ? only : (own as unknown as readonly Row[]));
}

/** From behind: a regular expression would look from every blank of the text whether nothing else follows. */
function withoutEnd(sql: string): string {
  let end = sql.length;
  while (end > 0 && /[;\s]/.test(sql.charAt(end - 1))) end -= 1;
  return sql.slice(0, end);
}

/** As `query`; tells whether it was one of ours that was refused. */
function surrounded<T>(client: Client, { sql, values, around }: Asked): Promise<T> {
  return new Promise((resolve, reject) => {
    let answered = 0;
    const first = around?.before.length ?? 0;
    const done = (error: QueryError | null, rows: unknown) => {
      if (!error) return resolve(rows as T);
      if (isLost(named(error))) return reject(lost(error.code));
      // What calls a procedure, or is several statements, gives any number of answers: nothing of ours stands behind it.
      const place = answered < first ? "before" : answered > first && around?.after?.length ? "after" : undefined;
      return reject(place === undefined ? error : Object.assign(error, { around: place }));
    };
    const command = values === undefined ? client.query(sql, done) : client.query(sql, [...values], done);
    command.on("fields", () => {
      answered += 1;
    });
  });
}

function resultOf<Row>(answer: readonly Row[] | ResultSetHeader): Result<Row> {
  if ("affectedRows" in answer) {
    const { affectedRows, insertId } = answer;
    return { rows: [], affectedRows, ...(insertId > 0 && { insertId }) };
  }
  return { rows: [...answer], affectedRows: 0 };
}

interface Message {
  readonly parts: readonly Part[];
  readonly heard: ((count: number) => void) | undefined;
}

function send(client: Client, { parts, heard }: Message, deadline: Deadline): Promise<Sent> {
  return new Promise((resolve, reject) => {
    let at = 0;
    // Before the answer that has begun last.
    let before = 0;
    let begun = 0;
    const timer = setTimeout(() => {
      client.destroy();
      resolve({ end: "left" });
    }, deadline.remainingMs());
    const done = (error: QueryError | null) => {
      clearTimeout(timer);
      if (!error) resolve({ end: "answered", at });
      else if (isLost(named(error))) reject(lost(error.code));
      else resolve({ end: "refused", at: begun > endedOf(command) ? before : at, error });
    };
    // A statement may end in a line comment: the delimiter needs a line of its own. With a callback, a lost connection is
    // reported to it; without, only to the connection. Rows are thrown away: what the driver cannot read must not end it.
    const text = parts.map((part) => part.sql).join("\n;\n");
    const command = client.query({ sql: text, typeCast: false, rowsAsArray: true }, done);
    command.on("fields", (fields: FieldPacket[] | undefined) => {
      begun += 1;
      before = at;
      if (!isLast(parts[at], fields)) return;
      at += 1;
      heard?.(at);
    });
  });
}

/**
 * How many answers of a message that was refused had come to their end: what is refused while its rows are on their way has begun
 * one. The types leave it out: https://github.com/sidorares/node-mysql2/blob/master/lib/commands/query.js
 */
function endedOf(command: Query): number {
  return (command as unknown as { readonly _resultIndex: number })._resultIndex;
}

/** A procedure, and a block, answers with any number of result sets before the one answer that counts. */
function isLast(part: Part | undefined, fields: FieldPacket[] | undefined): boolean {
  if (part?.index === undefined || kindOf(part.sql) !== "alone") return true;
  return isExecuted(part.sql) ? fields?.[0]?.name === EXECUTED : fields === undefined;
}
