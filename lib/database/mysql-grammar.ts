import { GATE_ID } from "../schema-lock";
import type { Columns, Grammar } from "./grammar";

/**
 * Migrations may have set `ANSI_QUOTES`, `NO_BACKSLASH_ESCAPES` or another character set. A name in backticks means the same
 * under all of them.
 */
export function name(identifier: string): string {
  return `\`${identifier.replaceAll("`", "``")}\``;
}

/**
 * What means the same under all of them between quotes: ASCII without a quote or a backslash. It has no `*`, `#` or `;` either,
 * for a comment or a string of the script that never ends would meet them here, and no `?`, the driver's placeholder.
 */
const PLAIN = /^[ !"$-&()+-:<->@-[\]-~]*$/;

/** Anything else in hexadecimal, which is twice as long. */
function text(value: string | null | undefined): string {
  if (value === null || value === undefined) return "NULL";
  return `_utf8mb4 ${PLAIN.test(value) ? `'${value}'` : `x'${Buffer.from(value, "utf8").toString("hex")}'`}`;
}

/** More than the largest number, under any settings: ER_DATA_OUT_OF_RANGE. A subquery of two rows would take a temporary table each time. */
export const lockCheckFails = "~0 + 1";

const holder = (lock: string) => `IS_USED_LOCK(${text(lock)})`;

function values(columns: Columns): string {
  return `(${Object.keys(columns).map(name).join(", ")})\n VALUES (${Object.values(columns).join(", ")})`;
}

const assignments = (columns: Columns) =>
  Object.entries(columns)
    .map(([column, value]) => `${name(column)} = ${value}`)
    .join(", ");

const SAME = "@migration_lambda_same";
const SUM = "@migration_lambda_sum";
/** As `digestOfSet` has it. As bytes: to bring two character sets together takes longer than the rest of it. */
const line = [`CAST(${name("name")} AS BINARY)`, "x'0a'", `CAST(${name("checksum")} AS BINARY)`, "x'0a'"].join(", ");
const digestOfRows = `SHA2(GROUP_CONCAT(${line} ORDER BY CAST(${name("name")} AS BINARY) SEPARATOR ''), 256)`;
/** A CRC is linear: added up, those of two rows that have exchanged their checksums would stay as they were. Their products do not. */
const sumOfRows = `BIT_XOR(CRC32(${name("name")}) * CRC32(${name("checksum")}))`;

/** Times are DATETIME(6) in UTC. */
export const mysqlGrammar: Grammar = {
  name,
  text,
  now: "UTC_TIMESTAMP(6)",
  fromNow: (milliseconds) => `UTC_TIMESTAMP(6) + INTERVAL ${Math.round(milliseconds) * 1000} MICROSECOND`,
  age: (column) => `TIMESTAMPDIFF(MICROSECOND, ${column}, UTC_TIMESTAMP(6)) DIV 1000`,
  iso: (column) => `DATE_FORMAT(${column}, '%Y-%m-%dT%H:%i:%s.%f')`,
  time: (iso) => `CAST(${text(iso.replace("T", " ").replace("Z", ""))} AS DATETIME(6))`,
  connectionId: "CONNECTION_ID()",
  // Locks the row, and makes it where an administrator has made the table.
  gate: (step) =>
    `INSERT INTO ${step} (${name("id")}) VALUES (${GATE_ID}) ON DUPLICATE KEY UPDATE ${name("id")} = ${GATE_ID}`,
  // A server that is read-only refuses it at once, and a migration may have made such transactions the session's default.
  begin: "START TRANSACTION READ WRITE",
  // How a commit is made durable is set for the whole server.
  unflushed: [],
  asOurselves: [],
  // A transaction is no obstacle to locked tables.
  afterFailure: ["ROLLBACK", "UNLOCK TABLES"],
  // A wait inside the server could not be left.
  tryLock: (lock) => `GET_LOCK(${text(lock)}, 0)`,
  unlock: (lock) => `DO RELEASE_LOCK(${text(lock)})`,
  holder,
  whileLocked: (lock, value) => `IF(${holder(lock)} = CONNECTION_ID(), ${value}, ${lockCheckFails})`,
  replace: (table, _key, columns) => `REPLACE INTO ${table} ${values(columns)}`,
  upsert: (table, _key, { insert, update }) =>
    `INSERT INTO ${table} ${values(insert)}\n ON DUPLICATE KEY UPDATE ${assignments(update)}`,
  // A digest that was cut short would be another one. In a SET the rows would be locked, and those that are not committed
  // yet be waited for.
  remember: (table, { count, digest, sum }) => {
    if (sum !== undefined) return [`SELECT COUNT(*) = ${count} AND ${sumOfRows} = ${sum} INTO ${SAME} FROM ${table}`];
    return [
      "SET SESSION group_concat_max_len = 4294967295",
      `SELECT COUNT(*) = ${count} AND ${digestOfRows} = '${digest}', ${sumOfRows} INTO ${SAME}, ${SUM} FROM ${table}`,
      "SET SESSION group_concat_max_len = DEFAULT",
    ];
  },
  remembered: `COALESCE(${SAME}, 0)`,
  rememberedSum: `LPAD(${SUM}, 20, '0')`,
  // A transaction that stays open would keep what it has read from being altered. The limit is unsigned, and MySQL, unlike
  // MariaDB, takes no decimal for it, which is what it makes of an unsigned and a signed number.
  endIdle: (id) => [
    `SET SESSION wait_timeout = CAST(IF(CONNECTION_ID() = ${id}, 60, @@wait_timeout) AS UNSIGNED), autocommit = IF(CONNECTION_ID() = ${id}, 1, @@autocommit)`,
  ],
  endsIdle: (id) => `CONNECTION_ID() = ${id}`,
  readOnly: "@@innodb_read_only",
  columns: (schema, tables) =>
    `SELECT TABLE_NAME AS \`table\`, COLUMN_NAME AS \`column\` FROM information_schema.COLUMNS
 WHERE TABLE_SCHEMA = ${text(schema)} AND TABLE_NAME IN (${tables.map(text).join(", ")})`,
};
