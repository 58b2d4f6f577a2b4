import { createHash } from "node:crypto";
import { connectWith } from "./connecting";
import type { Part, ServerError } from "./connection";
import { createDatabase, type Ways } from "./create";
import type { Database } from "./database";
import type { Dialect, Facts, Place, Server } from "./dialect";
import type { JournalTables } from "./journal";
import { connectMysql } from "./mysql-connection";
import { effectOf } from "./mysql-effects";
import { mysqlErrors } from "./mysql-errors";
import { leftBy, mysqlFrame } from "./mysql-frame";
import { mysqlGrammar, name } from "./mysql-grammar";
import { added, createTables, updateTables } from "./mysql-journal";
import { mysqlManner } from "./mysql-manner";
import { schemaAt } from "./mysql-names";
import { mysqlRelay } from "./mysql-relay";
import { isRepeatable, segmentsOf, unendedIn } from "./mysql-segments";
import { chainFrom, tracesBefore, tracesIn } from "./mysql-traces";
import { canSkipLocked, isCommentFor } from "./mysql-version";
import { readOnly } from "./session";

export interface MysqlOptions extends Ways {
  readonly tables: JournalTables;
  /** How long one statement waits for another transaction's lock, in seconds. The server's own default is a year. */
  readonly lockTimeoutSeconds: number;
}

/** A Session that holds the lock and does nothing is ended by the server after so many seconds: its process has vanished. */
const IDLE_SECONDS = 60;
/** The second one is for a process that is frozen, and takes no answer; reading may have left the third one changed. */
const LIMITS = `SET SESSION wait_timeout = ${IDLE_SECONDS}, net_write_timeout = ${IDLE_SECONDS}, group_concat_max_len = DEFAULT`;
const FACTS =
  "SELECT CONNECTION_ID() AS id, @@max_allowed_packet AS packetBytes, VERSION() AS version, @@innodb_read_only AS readOnly";
/** MySQL 8.0, MariaDB 10.6: https://mariadb.com/kb/en/atomic-ddl/ */
const ATOMIC_DDL = `IF(VERSION() LIKE '%MariaDB%',
 SUBSTRING_INDEX(VERSION(), '.', 1) * 100 + SUBSTRING_INDEX(SUBSTRING_INDEX(VERSION(), '.', 2), '.', -1) >= 1006, SUBSTRING_INDEX(VERSION(), '.', 1) >= 8)`;
const DATABASES = `SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA
 WHERE SCHEMA_NAME NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')`;
/** Room in a packet for the protocol's own bytes. */
const PACKET_RESERVE = 4_096;

/** MySQL, MariaDB and Aurora MySQL. */
export function createMysql({ tables, lockTimeoutSeconds, ...ways }: MysqlOptions): Database {
  const reset = (place: Place) => resetSession(place, lockTimeoutSeconds);
  const dialect: Dialect = {
    name: "mysql",
    grammar: mysqlGrammar,
    connect: (from, deadline) => connectWith(connectMysql, from, deadline),
    databases: DATABASES,
    place: (database) => ({
      database,
      schema: database,
      tables: qualified(database, tables),
      plainTables: tables,
      lock: lockName(database),
    }),
    // Whoever is connected is in it.
    find: async () => undefined,
    facts: FACTS,
    server: serverOf,
    // Who may write to a server whose `read_only` is on is known to the server alone.
    readying: (place) => [...reset(place), { sql: mysqlGrammar.begin }, { sql: "ROLLBACK" }, { sql: LIMITS }],
    ping: "DO 0",
    reset,
    createTables,
    added,
    updateTables,
    segments: ({ statements }, from) => segmentsOf(statements, from),
    frame: mysqlFrame,
    leftBy,
    effect: (script, index, { database }) => {
      const statement = script.statements[index];
      return statement && effectOf(statement.sql, schemaAt(script, index, database));
    },
    chain: (script, from, { database }) => chainFrom(script, from, database),
    traces: (script, extent, { database }) => tracesIn(script, extent, database),
    tracesBefore: (script, extent, { database }) => tracesBefore(script, extent, database),
    atomicDdl: ATOMIC_DDL,
    // Here no script with DDL in it commits as a whole, and nobody expects it to.
    // What commits by itself is in a chain, or its session is put back.
    quiet: () => false,
    remark: () => undefined,
    unended: ({ statements }) => unendedIn(statements),
    manner: mysqlManner,
    repeatable: isRepeatable,
    restoreInsertId: (id) => `DO LAST_INSERT_ID(${id})`,
    atomicCode: false,
    implicitAlone: false,
    errors: mysqlErrors,
  };
  return createDatabase(dialect, ways);
}

function qualified(database: string, tables: JournalTables): JournalTables {
  const table = (key: keyof JournalTables) => `${name(database)}.${name(tables[key])}`;
  return { migration: table("migration"), step: table("step"), run: table("run") };
}

/** Named locks are known to the whole server: the name holds the database's. At most 64 characters. */
function lockName(database: string): string {
  const name = `migration-lambda.${database}`;
  return name.length <= 64
    ? name
    : `migration-lambda.${createHash("sha256").update(database).digest("hex").slice(0, 40)}`;
}

function serverOf(facts: Facts | undefined): Server {
  if (!facts || facts.readOnly === 1) throw readOnly();
  const { id, packetBytes = 0, version = "" } = facts;
  const messageBytes = packetBytes - PACKET_RESERVE;
  return {
    id,
    messageBytes,
    ...(canSkipLocked(version) && { relay: mysqlRelay }),
    skips: (sql) => isCommentFor(version, sql),
    tooLarge: (sql) => (Buffer.byteLength(sql) > messageBytes ? tooLarge(packetBytes) : undefined),
  };
}

/** The server would close the connection on it. */
function tooLarge(packetBytes: number): ServerError {
  return Object.assign(
    new Error(`The statement is larger than the server accepts: max_allowed_packet is ${packetBytes} bytes.`),
    { code: "ER_NET_PACKET_TOO_LARGE" },
  );
}

const switches = ["foreign_key_checks", "unique_checks", "sql_notes", "sql_safe_updates"]
  .map((variable) => `${variable} = @@GLOBAL.${variable}`)
  .join(", ");

/** Switches are copied from the global value: MySQL 9.7 takes DEFAULT for `foreign_key_checks` as off. */
function resetSession({ database }: Place, lockTimeoutSeconds: number): readonly Part[] {
  const waits = `lock_wait_timeout = ${lockTimeoutSeconds}, innodb_lock_wait_timeout = ${lockTimeoutSeconds}`;
  return [
    { sql: "UNLOCK TABLES" },
    { sql: `USE ${name(database)}` },
    { sql: "SET NAMES utf8mb4" },
    {
      sql: `SET SESSION ${switches}, sql_mode = DEFAULT, time_zone = DEFAULT, timestamp = DEFAULT, autocommit = 1, ${waits}`,
    },
  ];
}
