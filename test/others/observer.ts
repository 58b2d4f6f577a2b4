import { createConnection, type RowDataPacket } from "mysql2/promise";
import { Client } from "pg";
import type { DialectName } from "../../lib/migration";

export type Row = Readonly<Record<string, unknown>>;

/** One connection of the harness to the database of a run. */
export interface Observer {
  readonly id: number;
  query(sql: string): Promise<readonly Row[]>;
  close(): Promise<void>;
}

/** All that the harness does differently on the two kinds of server. */
export interface Ways {
  readonly open: (url: string) => Promise<Observer>;
  /** The schema in which the tables are. */
  readonly schema: string;
  /** The other connections to this database, and which of them wait for a lock. */
  readonly sessions: string;
  readonly kill: (connection: unknown) => string;
  /** Keeps everybody from adding a row to this table. */
  readonly keepFrom: (table: string) => string;
  readonly version: string;
}

export const WAYS: Readonly<Record<DialectName, Ways>> = {
  mysql: {
    open: openMysql,
    schema: "DATABASE()",
    // A look at INNODB_TRX more often than ten times a second shows what the last one has shown.
    sessions: `SELECT p.id AS id, COALESCE(t.trx_state = 'LOCK WAIT', 0) AS waits FROM information_schema.PROCESSLIST p
      LEFT JOIN information_schema.INNODB_TRX t ON t.trx_mysql_thread_id = p.id WHERE p.db = DATABASE()`,
    kill: (connection) => `KILL ${connection}`,
    keepFrom: (table) => `SELECT * FROM ${table} FOR UPDATE`,
    version: "SELECT VERSION() AS version",
  },
  postgres: {
    open: openPostgres,
    schema: "current_schema()",
    sessions: `SELECT pid AS id, CASE WHEN wait_event_type = 'Lock' THEN 1 ELSE 0 END AS waits FROM pg_stat_activity
      WHERE datname = current_database() AND backend_type = 'client backend'`,
    kill: (connection) => `SELECT pg_terminate_backend(${connection})`,
    keepFrom: (table) => `LOCK TABLE ${table} IN EXCLUSIVE MODE`,
    version: "SELECT 'PostgreSQL ' || current_setting('server_version') AS version",
  },
};

async function openMysql(url: string): Promise<Observer> {
  const connection = await createConnection(url);
  connection.on("error", () => undefined);
  return {
    id: connection.threadId,
    query: async (sql) => {
      const [rows] = await connection.query<RowDataPacket[]>(sql);
      return Array.isArray(rows) ? rows : [];
    },
    close: async () => connection.destroy(),
  };
}

async function openPostgres(url: string): Promise<Observer> {
  const client = new Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  const { rows } = await client.query<{ readonly id: number }>("SELECT pg_backend_pid() AS id");
  return {
    id: rows[0]?.id ?? 0,
    query: async (sql) => (await client.query<Row>(sql)).rows,
    close: () => client.end(),
  };
}
