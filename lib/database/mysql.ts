import { createHash } from "node:crypto";
import { MigratorError } from "../errors";
import type { Logins } from "../login";
import type { Database, Deadline, ExclusiveOptions } from "./database";
import type { JournalTables } from "./journal";
import { type Connection, connect } from "./mysql-connection";
import { isServerError } from "./mysql-errors";
import { qualified } from "./mysql-journal";
import { segmentsOf } from "./mysql-segments";
import { createReader, createSession, journalError } from "./mysql-session";
import { reset } from "./mysql-setup";
import { text } from "./mysql-text";

export interface MysqlOptions {
  readonly logins: Logins;
  readonly tables: JournalTables;
  /** How long one statement waits for another transaction's lock, in seconds. The server's own default is a year. */
  readonly lockTimeoutSeconds: number;
}

/** A Session that holds the lock and does nothing is ended by the server after so many seconds: its process has vanished. */
const IDLE_SECONDS = 60;
const PING_MS = 20_000;
const POLL_MS = { first: 50, most: 500 };

/** MySQL, MariaDB and Aurora MySQL. */
export function createMysql(options: MysqlOptions): Database {
  const { logins, lockTimeoutSeconds } = options;
  const open = async (deadline: Deadline) => {
    const { connection, database } = await connect(logins, deadline);
    const tables = qualified(database, options.tables);
    return { connection, database, tables, plainTables: options.tables, lock: lockName(database) };
  };
  return {
    dialect: "mysql",
    segments: segmentsOf,
    read: async (deadline, work) => {
      const opened = await open(deadline);
      return closing(opened.connection, () => work(createReader(opened)));
    },
    exclusively: async (exclusive, work) => {
      const { deadline } = exclusive;
      const opened = await open(deadline);
      const { connection, lock } = opened;
      return closing(connection, async () => {
        const { id, packetBytes, version } = await enter(connection, { ...opened, lockTimeoutSeconds });
        const setup = { ...opened, id, deadline, packetBytes, version, lockTimeoutSeconds };
        if (!(await acquire(connection, lock, { ...exclusive, reader: createReader(setup) }))) return undefined;
        return { value: await holding(connection, lock, () => work(createSession(setup))) };
      });
    },
  };
}

/** Named locks are known to the whole server: the name holds the database's. At most 64 characters. */
function lockName(database: string): string {
  const name = `migration-lambda.${database}`;
  return name.length <= 64
    ? name
    : `migration-lambda.${createHash("sha256").update(database).digest("hex").slice(0, 40)}`;
}

async function closing<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isServerError(error) ? journalError(error) : error;
  } finally {
    // A connection in the middle of a message would make `close` wait for it.
    if (connection.busy()) connection.destroy();
    else await connection.close();
  }
}

interface Server {
  readonly id: number;
  readonly packetBytes: number;
  readonly version: string;
  readonly readOnly: number;
}

async function enter(connection: Connection, home: Parameters<typeof reset>[0]): Promise<Server> {
  const [server] = await connection.query<readonly Server[]>(
    "SELECT CONNECTION_ID() AS id, @@max_allowed_packet AS packetBytes, VERSION() AS version, @@innodb_read_only AS readOnly",
  );
  if (!server || server.readOnly === 1) {
    throw new MigratorError("READ_ONLY", "This endpoint is a reader.", {
      advice: "Use the cluster's writer endpoint.",
    });
  }
  const parts = [...reset(home), { sql: `SET SESSION wait_timeout = ${IDLE_SECONDS}` }];
  await connection.query(parts.map((part) => part.sql).join(";\n"));
  return server;
}

type Acquiring = ExclusiveOptions & { readonly reader: Parameters<ExclusiveOptions["whenBusy"]>[0] };

/** Polls with a wait of zero: a wait inside the server could not be left. */
async function acquire(
  connection: Connection,
  lock: string,
  { deadline, whenBusy, reader }: Acquiring,
): Promise<boolean> {
  for (let pause = POLL_MS.first; ; pause = Math.min(pause * 2, POLL_MS.most)) {
    const [answer] = await connection.query<readonly { readonly got: number | null }[]>(
      `SELECT GET_LOCK(${text(lock)}, 0) AS got`,
    );
    if (answer?.got === 1) return true;
    if ((await whenBusy(reader)) === "leave" || deadline.remainingMs() === 0) return false;
    await new Promise((resolve) => setTimeout(resolve, Math.min(pause, deadline.remainingMs())));
  }
}

async function holding<T>(connection: Connection, lock: string, work: () => Promise<T>): Promise<T> {
  const ping = setInterval(() => {
    // A failure shows in the next statement of the run itself.
    if (!connection.busy()) connection.query("DO 0").catch(() => undefined);
  }, PING_MS);
  ping.unref();
  try {
    return await work();
  } finally {
    clearInterval(ping);
    // Closing the connection gives the lock back as well; asking makes sure that it is free when the answer goes out.
    if (!connection.busy()) await connection.query(`DO RELEASE_LOCK(${text(lock)})`).catch(() => undefined);
  }
}
