import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { MigratorError } from "../../errors";
import type { Context, Result } from "../../migration";

/** Sends one statement. */
export type Send = (sql: string, values?: readonly unknown[]) => Promise<Result>;

export interface Driver {
  /**
   * As of a pool, for Knex and Sequelize: gives the Session in the shape of a connection of mysql2 or pg, as far as they
   * use one; the same each time.
   */
  acquire(): Promise<object>;
  release(): Promise<void>;
  /**
   * Runs a script, and waits for statements that it has sent and not waited for: they belong to its step. Those that come
   * after it are neither sent nor answered; an error would be caught by nobody and end the process.
   */
  run(script: () => Promise<void>): Promise<void>;
}

export interface Server {
  readonly database: string;
  /** `10.11.19`: without what distributions add. */
  readonly version: string;
  readonly isMariaDB: boolean;
}

/** Both take a statement as a text or in an object, and give the answer to a callback. */
type Statement = string | { readonly sql?: string; readonly text?: string; readonly values?: readonly unknown[] };
type Callback = (error: unknown, answer?: unknown) => void;

/** @param around may send something before and after each statement */
export function createDriver(context: Context, around: (send: Send) => Send = (send) => send): Driver {
  let ended = false;
  const send = around((sql, values) => (ended ? new Promise(() => {}) : context.execute(sql, values)));
  const answer = context.dialect === "mysql" ? answerOfMysql2 : answerOfPg;
  const query = (statement: Statement, ...rest: readonly unknown[]) => {
    const { sql, values } = read(statement, rest[0]);
    const done = rest.at(-1);
    if (sql === undefined || !isCallback(done)) return refusedStream();
    send(sql, values).then((result) => done(null, answer(result, sql)), done);
    // Sequelize calls this on what mysql2 returns.
    return { setMaxListeners: () => {} };
  };
  const connection = { query, execute: query };
  let acquired = 0;
  return {
    acquire: async () => {
      acquired += 1;
      return connection;
    },
    release: async () => {
      acquired -= 1;
    },
    run: async (script) => {
      try {
        await script();
        // What a package does between two statements takes no longer than one turn of the event loop.
        for (let quiet = false; !quiet; quiet = acquired === 0) await setImmediate();
      } finally {
        ended = true;
      }
    },
  };
}

/** What a package finds out when it connects. */
export async function serverOf(context: Context): Promise<Server> {
  const name = context.dialect === "mysql" ? "DATABASE()" : "current_database()";
  const [row] = await context.query<{ readonly name: string; readonly version: string }>(
    `SELECT ${name} AS name, VERSION() AS version`,
  );
  const { name: database = "", version = "" } = row ?? {};
  return { database, version: /\d+(?:\.\d+)*/.exec(version)?.[0] ?? "", isMariaDB: /mariadb/i.test(version) };
}

function read(statement: Statement, second: unknown) {
  const whole = typeof statement === "string" ? { sql: statement } : statement;
  const values: readonly unknown[] = Array.isArray(second) ? second : (whole.values ?? []);
  // An empty list would ask for a prepared statement, which takes one statement only.
  return { sql: whole.sql ?? whole.text, values: values.length > 0 ? values : undefined };
}

/** Rows and the counts of a statement without rows come in one: nobody asks for both. */
function answerOfMysql2({ rows, affectedRows, insertId = 0 }: Result): object {
  return Object.assign(rows, { affectedRows, insertId });
}

function answerOfPg({ rows, affectedRows }: Result, sql: string): object {
  const word = /^[\s(]*(\w+)/.exec(sql)?.[1]?.toUpperCase() ?? "";
  const command = word === "WITH" ? (affectedRows > 0 ? "UPDATE" : "SELECT") : word;
  return { command, rows, rowCount: rows.length > 0 ? rows.length : affectedRows, fields: [] };
}

function isCallback(value: unknown): value is Callback {
  return typeof value === "function";
}

/** What mysql2 and pg return when rows are asked for as a stream. Knex swallows what is thrown in its place. */
function refusedStream(): object {
  const rows = Readable.from(refuseRows());
  return Object.assign(rows, { stream: () => rows });
}

// biome-ignore lint/correctness/useYield: it fails before the first row.
async function* refuseRows(): AsyncGenerator<never> {
  throw new MigratorError("STATEMENT_FAILED", "Rows cannot be streamed in a migration.", {
    advice: "Read them with an ordinary query, so many at a time that memory holds them.",
  });
}
