import type { DialectName } from "../../lib/migration";
import type { ServerName } from "../../scripts/local/hold.cjs";

/** What a test that runs on both kinds of servers says differently on each. */
export interface Server {
  readonly server: ServerName;
  readonly dialect: DialectName;
  /** A statement that does nothing. */
  readonly nothing: string;
  /** A statement that takes so many seconds. */
  sleep(seconds: number): string;
  /** Ids of the connections in the database whose statement sleeps. */
  readonly sleepers: string;
  kill(connection: number): string;
  /** Lets the test's user use a table that the administrator made. */
  share(table: string): string;
  /** Gives back every lock that the session has. */
  readonly releaseLocks: string;
  /** Names of the tables in the database, in order. */
  readonly tables: string;
}

export const mysql: Server = {
  server: "mysql",
  dialect: "mysql",
  nothing: "DO 0",
  sleep: (seconds) => `DO SLEEP(${seconds})`,
  sleepers: "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND STATE = 'User sleep'",
  kill: (connection) => `KILL ${connection}`,
  share: () => "DO 0",
  releaseLocks: "DO RELEASE_ALL_LOCKS()",
  tables:
    "SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME",
};

export const postgres: Server = {
  server: "postgres18",
  dialect: "postgres",
  nothing: "SELECT 0",
  sleep: (seconds) => `SELECT pg_sleep(${seconds})`,
  sleepers: "SELECT pid AS id FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'",
  kill: (connection) => `SELECT pg_terminate_backend(${connection})`,
  share: (table) => `GRANT ALL ON ${table} TO PUBLIC`,
  releaseLocks: "SELECT pg_advisory_unlock_all()",
  tables: "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
};

export const SERVERS: readonly Server[] = [mysql, postgres];
