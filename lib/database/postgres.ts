import { createHash } from "node:crypto";
import { MigratorError } from "../errors";
import { connectWith } from "./connecting";
import type { Connection, Part } from "./connection";
import { createDatabase, type Ways } from "./create";
import type { Database } from "./database";
import type { Dialect, Facts, Place, Server } from "./dialect";
import type { JournalTables } from "./journal";
import { connectPostgres } from "./postgres-connection";
import { effectOf } from "./postgres-effects";
import { postgresErrors } from "./postgres-errors";
import { postgresFrame } from "./postgres-frame";
import { postgresGrammar } from "./postgres-grammar";
import { sendAlone } from "./postgres-index";
import { added, createTables, updateTables } from "./postgres-journal";
import { postgresManner } from "./postgres-manner";
import { WATCHED } from "./postgres-quiet";
import { relayWhere } from "./postgres-relay";
import { head, isQuiet, isRepeatable, remarkOn, segmentsOf, unendedIn } from "./postgres-segments";
import { readOnly } from "./session";

export interface PostgresOptions extends Ways {
  readonly tables: JournalTables;
  /** Where the journal's tables are, and what migrations find first on their search path. It must be there. */
  readonly schema: string;
  /** How long one statement waits for another transaction's lock, in seconds. The server's own default is for ever. */
  readonly lockTimeoutSeconds: number;
}

/** A Session that does nothing is ended by the server after so many milliseconds: its process has vanished. */
const IDLE_MS = 60_000;
const FACTS = `SELECT pg_catalog.pg_backend_pid() AS id,
 pg_catalog.pg_is_in_recovery() OR pg_catalog.current_setting('transaction_read_only') = 'on' AS "readOnly",
 ${WATCHED} AS watched`;
/** `rdsadmin` is RDS's own: nobody else may connect to it. */
const DATABASES = `SELECT datname AS name FROM pg_catalog.pg_database
 WHERE datallowconn AND NOT datistemplate AND datname <> 'rdsadmin'`;
/** The server parses a whole message before it runs any of it: one of this size takes it some hundred megabytes. */
const MESSAGE_BYTES = 16 * 1024 * 1024;

/** PostgreSQL and Aurora PostgreSQL. */
export function createPostgres({ tables, schema, lockTimeoutSeconds, ...ways }: PostgresOptions): Database {
  const reset = (place: Place) => resetSession(place, lockTimeoutSeconds);
  const dialect: Dialect = {
    name: "postgres",
    grammar: postgresGrammar,
    connect: (from, deadline) => connectWith(connectPostgres, from, deadline),
    databases: DATABASES,
    place: (database) => ({
      database,
      schema,
      tables: qualified(schema, tables),
      plainTables: tables,
      lock: lockKey(database, schema),
    }),
    find: findSchema,
    facts: FACTS,
    server: serverOf,
    readying: reset,
    ping: "SELECT 1",
    reset,
    createTables,
    added,
    updateTables,
    segments: segmentsOf,
    frame: postgresFrame,
    leftBy: () => [],
    effect: ({ statements }, index) => {
      const statement = statements[index];
      return statement && effectOf(statement.sql);
    },
    // What goes alone is finished by the server with its mark.
    chain: () => 0,
    traces: () => undefined,
    tracesBefore: () => undefined,
    atomicDdl: "TRUE",
    quiet: isQuiet,
    remark: remarkOn,
    unended: unendedIn,
    manner: postgresManner,
    repeatable: (sql) => isRepeatable(head(sql)),
    atomicCode: true,
    implicitAlone: true,
    errors: postgresErrors,
  };
  return createDatabase(dialect, ways);
}

function qualified(schema: string, tables: JournalTables): JournalTables {
  const table = (key: keyof JournalTables) => `${postgresGrammar.name(schema)}.${postgresGrammar.name(tables[key])}`;
  return { migration: table("migration"), step: table("step"), run: table("run") };
}

/** Advisory locks are numbers of 64 bits: https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS */
function lockKey(database: string, schema: string): string {
  const hash = createHash("sha256")
    .update(JSON.stringify(["migration-lambda", database, schema]))
    .digest();
  return String(hash.readBigInt64BE());
}

/** @throws MigratorError `INVALID_SETTINGS` when there is no such schema */
export async function findSchema(connection: Connection, { schema }: Pick<Place, "schema">): Promise<void> {
  const { text } = postgresGrammar;
  const found = await connection.query<readonly unknown[]>(
    `SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = ${text(schema)}`,
  );
  if (found.length > 0) return;
  throw new MigratorError("INVALID_SETTINGS", `There is no schema ${schema} in this database.`, {
    advice: "Create the schema, or correct DATABASE_SCHEMA.",
  });
}

function serverOf(facts: Facts | undefined, connection: Connection): Server {
  if (!facts || facts.readOnly) throw readOnly();
  const { id, watched = true } = facts;
  return {
    id,
    messageBytes: MESSAGE_BYTES,
    skips: () => false,
    tooLarge: () => undefined,
    sendAlone: sendAlone(connection),
    relay: relayWhere(watched),
    ...(watched && { watched }),
  };
}

/** Set by statements: poolers refuse them in the start-up packet. Not DISCARD ALL, which would give the lock back. */
function resetSession({ schema }: Place, lockTimeoutSeconds: number): readonly Part[] {
  const settings = {
    search_path: postgresGrammar.text(postgresGrammar.name(schema)),
    client_encoding: "'UTF8'",
    // Nobody reads them, and a server that is left alone gives up when it cannot get rid of them.
    client_min_messages: "'error'",
    standard_conforming_strings: "'on'",
    lock_timeout: `'${lockTimeoutSeconds * 1000}'`,
    // The server is to finish what it was given, however long that takes.
    statement_timeout: "'0'",
    transaction_timeout: "'0'",
    client_connection_check_interval: "'0'",
    idle_in_transaction_session_timeout: `'${IDLE_MS}'`,
    idle_session_timeout: `'${IDLE_MS}'`,
    // One that waits for the rest of a message is not idle; nor one whose answers a frozen process does not take.
    tcp_keepalives_idle: "'20'",
    tcp_keepalives_interval: "'10'",
    tcp_keepalives_count: "'4'",
    tcp_user_timeout: `'${IDLE_MS}'`,
  };
  const rows = Object.entries(settings).map(([setting, value]) => `('${setting}', ${value})`);
  return [
    // Of its own, so that what follows in the message begins with the defaults that are set here.
    { sql: postgresGrammar.begin },
    { sql: "RESET SESSION AUTHORIZATION" },
    { sql: "RESET ROLE" },
    { sql: "RESET ALL" },
    { sql: "CLOSE ALL" },
    { sql: "DISCARD TEMP" },
    { sql: "DEALLOCATE ALL" },
    { sql: "UNLISTEN *" },
    {
      // Older servers lack some. The view pg_settings would say which, and takes longer than most migrations.
      sql: `SELECT pg_catalog.set_config(name, value, false) FROM (VALUES ${rows.join(", ")}) AS settings (name, value)
 WHERE pg_catalog.current_setting(name, true) IS NOT NULL`,
    },
    { sql: "COMMIT" },
  ];
}
