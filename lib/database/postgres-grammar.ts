import { schemaLock } from "../schema-lock";
import type { Columns, Grammar } from "./grammar";

const name = (identifier: string) => `"${identifier.replaceAll('"', '""')}"`;

/**
 * PostgreSQL has no text with a NUL in it. Where there is a backslash the literal becomes an E'', which every setting reads
 * alike. The driver's own functions go character by character, through each script several times.
 */
function text(value: string | null | undefined): string {
  if (value === null || value === undefined) return "NULL";
  const doubled = value.replaceAll("\0", "").replaceAll("'", "''");
  return doubled.includes("\\") ? `E'${doubled.replaceAll("\\", "\\\\")}'` : `'${doubled}'`;
}

const PID = "pg_catalog.pg_backend_pid()";

/** The locks of this key, in whatever database: https://www.postgresql.org/docs/current/view-pg-locks.html */
const locks = (lock: string) =>
  `pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
 AND (classid::pg_catalog.int8 << 32 | objid::pg_catalog.int8) = (${lock})::pg_catalog.int8`;

/** The divisor is 0 and no constant: a constant one would be divided by when the statement is planned, lock or no lock. */
export const lockCheckFails = `1 / (${PID} * 0)`;

const take = (lock: string) => `pg_catalog.pg_try_advisory_lock(${lock})`;
const keep = (lock: string) => `pg_catalog.pg_try_advisory_xact_lock(${lock})`;
const giveBack = (lock: string) => `pg_catalog.pg_advisory_unlock(${lock})`;

const HERE = "database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())";

function values(columns: Columns): string {
  return `(${Object.keys(columns).map(name).join(", ")})\n VALUES (${Object.values(columns).join(", ")})`;
}

const assignments = (columns: readonly (readonly [string, string])[]) =>
  columns.map(([column, value]) => `${name(column)} = ${value}`).join(", ");

const SAME = "'migration_lambda.same'";
const SUM = "'migration_lambda.sum'";
/** https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-IDLE-SESSION-TIMEOUT */
const endsIdle = (id: number) =>
  `pg_catalog.current_setting('server_version_num')::pg_catalog.int4 >= 140000 AND ${PID} = ${id}`;
/** As `digestOfSet` has it. */
const line = '"name" || pg_catalog.chr(10) || "checksum" || pg_catalog.chr(10)';

/** By the bytes of their names. Unlike `md5`, a server in FIPS mode has it. */
const digestOfRows = `pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.string_agg(${line}, '' ORDER BY "name" COLLATE "C"), 'UTF8')), 'hex')`;

/** By bytes, whatever the columns' collations take to be equal. From version to version it may be another one. */
const hash = (column: string, seed: string) => `pg_catalog.hashtextextended("${column}" COLLATE "C", ${seed})`;
const sumOfRows = `pg_catalog.sum(${hash("checksum", hash("name", "0"))})`;
/** A sum with its sign and as many digits as that of all the rows that there could be. */
const inDecimal = (sum: string) => `pg_catalog.to_char(${sum}, 'S${"0".repeat(30)}')`;

/** Times are `timestamptz`. The clock's time and not the transaction's, which stands still. A lock is a number, in decimal. */
export const postgresGrammar: Grammar = {
  name,
  text,
  now: "pg_catalog.clock_timestamp()",
  fromNow: (milliseconds) => `pg_catalog.clock_timestamp() + interval '${Math.round(milliseconds)} milliseconds'`,
  age: (column) =>
    `pg_catalog.trunc(1000 * EXTRACT(EPOCH FROM pg_catalog.clock_timestamp() - ${column}))::pg_catalog.float8`,
  iso: (column) => `pg_catalog.to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')`,
  time: (iso) => `${text(iso)}::pg_catalog.timestamptz`,
  connectionId: PID,
  gate: (step) => `SELECT pg_catalog.pg_advisory_xact_lock(${schemaLock(step)})`,
  // The migration may have made read-only transactions the session's default.
  begin: "START TRANSACTION READ WRITE",
  unflushed: ["SET LOCAL synchronous_commit = off"],
  asOurselves: [
    "SET LOCAL SESSION AUTHORIZATION DEFAULT",
    "SET LOCAL role TO DEFAULT",
    "SET LOCAL client_encoding = 'UTF8'",
  ],
  afterFailure: ["ROLLBACK", "RESET SESSION AUTHORIZATION", "RESET ROLE"],
  tryLock: (lock) => `CASE WHEN ${take(lock)} THEN 1 ELSE 0 END`,
  unlock: (lock) => `SELECT ${giveBack(lock)}`,
  holder: (lock) => `(SELECT pid FROM ${locks(lock)} AND ${HERE})`,
  // Only what the session holds can be given back; its transaction has it meanwhile. The session's own memory answers all three.
  whileLocked: (lock, value) =>
    `CASE WHEN CASE WHEN ${keep(lock)} THEN CASE WHEN ${giveBack(lock)} THEN ${take(lock)} END END THEN ${value} ELSE ${lockCheckFails} END`,
  replace: (table, key, columns) => {
    const others = Object.keys(columns).filter((column) => column !== key);
    const proposed = others.map((column) => [column, `EXCLUDED.${name(column)}`] as const);
    return `INSERT INTO ${table} ${values(columns)}\n ON CONFLICT (${name(key)}) DO UPDATE SET ${assignments(proposed)}`;
  },
  upsert: (table, key, { insert, update }) =>
    `INSERT INTO ${table} ${values(insert)}\n ON CONFLICT (${name(key)}) DO UPDATE SET ${assignments(Object.entries(update))}`,
  remember: (table, { count, digest, sum }) => {
    const same = sum === undefined ? `${digestOfRows} = '${digest}'` : `${sumOfRows} = ${sum}`;
    return [
      `SELECT pg_catalog.set_config(${SAME}, "same"::pg_catalog.text, true), pg_catalog.set_config(${SUM}, ${inDecimal('"sum"')}, true)
 FROM (SELECT COALESCE(pg_catalog.count(*) = ${count} AND ${same}, false) AS "same", ${sumOfRows} AS "sum" FROM ${table}) AS seen`,
    ];
  },
  remembered: `CASE WHEN pg_catalog.current_setting(${SAME}, true) = 'true' THEN 1 ELSE 0 END`,
  rememberedSum: `pg_catalog.current_setting(${SUM}, true)`,
  endIdle: (id) => [
    `SELECT CASE WHEN ${endsIdle(id)} THEN pg_catalog.set_config('idle_session_timeout', '60000', false) END AS limited`,
  ],
  endsIdle: (id) => `CASE WHEN ${endsIdle(id)} THEN 1 ELSE 0 END`,
  readOnly: "CASE WHEN pg_catalog.pg_is_in_recovery() THEN 1 ELSE 0 END",
  columns: (schema, tables) =>
    `SELECT c.relname AS "table", a.attname AS "column" FROM pg_catalog.pg_class c
 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
 WHERE n.nspname = ${text(schema)} AND c.relname IN (${tables.map(text).join(", ")})
 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped`,
};
