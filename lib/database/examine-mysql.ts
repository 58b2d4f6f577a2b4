import type { Examiner, LackingPrivilege, ServerFacts } from "../examination";
import type { Logins } from "../login";
import type { Connection } from "./connection";
import { createExaminer, type Journal, type Questions } from "./examine";
import type { JournalTables } from "./journal";
import { connectMysql } from "./mysql-connection";
import { mysqlErrors } from "./mysql-errors";
import { mysqlGrammar, name } from "./mysql-grammar";
import { versionNumber } from "./mysql-version";

/** Of MySQL, MariaDB and Aurora MySQL. */
export function examineMysql(logins: Logins, tables: JournalTables): Examiner {
  return createExaminer({ questions, logins, journal: (database) => ({ database, schema: database, tables }) });
}

const questions: Questions = {
  attempt: connectMysql,
  grammar: mysqlGrammar,
  facts,
  lacking,
  // CONNECTION_ID() is what ProxySQL answers by itself.
  serverId: "@@pseudo_thread_id",
  begin: "START TRANSACTION READ ONLY",
  title: "CONCAT(@@version_comment, ' ', VERSION())",
  lockName: (random) => `migration-lambda.doctor.${random}`,
};

/**
 * Oldest versions. `works`: the journal's keys are too long for what is older. `tried`: the first whose DDL is atomic.
 * https://mariadb.com/kb/en/atomic-ddl/
 */
const OLDEST = {
  MySQL: { works: 50_700, tried: 80_000 },
  MariaDB: { works: 100_200, tried: 100_600 },
} as const;

interface FactsRow {
  readonly version: string;
  readonly reader: number | string;
  readonly readOnly: number | string;
  readonly seconds: number | string;
}

async function facts(connection: Connection): Promise<ServerFacts> {
  const [row] = await connection.query<readonly FactsRow[]>(
    "SELECT VERSION() AS version, @@innodb_read_only AS reader, @@read_only AS readOnly, UNIX_TIMESTAMP(NOW(3)) AS seconds",
  );
  if (!row) throw new Error("The server says nothing of itself.");
  const product = /mariadb/i.test(row.version) ? "MariaDB" : "MySQL";
  const number = versionNumber(row.version);
  const { works, tried } = OLDEST[product];
  return {
    version: `${product} ${/^[\w.]+/.exec(row.version)?.[0] ?? ""}`,
    standing: number >= tried ? "supported" : number >= works ? "old" : "unsupported",
    oldest: "MySQL 8.0 or MariaDB 10.6",
    writes: isOn(row.reader) ? "reader" : isOn(row.readOnly) ? "read-only" : "yes",
    clockAheadMs: Number(row.seconds) * 1000 - Date.now(),
  };
}

/** Newer versions of MariaDB have words in place of 1. */
const isOn = (value: number | string) => !["0", "OFF"].includes(String(value).toUpperCase());

type Statement = readonly [privilege: string, sql: (table: string) => string];

const READ: Statement = ["SELECT", (table) => `SELECT 1 FROM ${table}`];
const INSERT: Statement = ["INSERT", (table) => `INSERT INTO ${table} () VALUES ()`];
const UPDATE: Statement = ["UPDATE", (table) => `UPDATE ${table} SET id = 1`];
const DELETE: Statement = ["DELETE", (table) => `DELETE FROM ${table}`];
const CREATE: Statement = ["CREATE", (table) => `CREATE TABLE ${table} (id INT)`];

type Needs = readonly (readonly [keyof JournalTables, LackingPrivilege["neededBy"], readonly Statement[]])[];

const NEEDS: Needs = [
  ["migration", "migrate", [READ, INSERT]],
  ["step", "migrate", [READ, INSERT, UPDATE, DELETE]],
  ["run", "migrate", [READ, INSERT, UPDATE]],
  ["migration", "rollback", [DELETE]],
  ["migration", "accept", [UPDATE]],
];

/** Preparing a statement checks what it would take to run it, roles and patterns included, and runs nothing. Takes a literal only. */
async function lacking(connection: Connection, { database, tables }: Journal): Promise<readonly LackingPrivilege[]> {
  const missing = new Map<keyof JournalTables, "there" | "missing">();
  const found: LackingPrivilege[] = [];
  const look = async (
    key: keyof JournalTables,
    [privilege, sql]: Statement,
    neededBy: LackingPrivilege["neededBy"],
  ) => {
    const answer = await prepare(connection, sql(`${name(database)}.${name(tables[key])}`));
    if (answer === "denied") found.push({ privilege, on: tables[key], neededBy });
    if (answer === "no-table") missing.set(key, "missing");
  };
  for (const [key, neededBy, statements] of NEEDS) {
    for (const statement of statements) await look(key, statement, neededBy);
  }
  for (const key of missing.keys()) await look(key, CREATE, "migrate");
  return found;
}

async function prepare(connection: Connection, sql: string): Promise<"allowed" | "denied" | "no-table"> {
  try {
    await connection.query(`PREPARE doctor FROM '${sql.replaceAll("'", "''")}'`);
    await connection.query("DEALLOCATE PREPARE doctor");
    return "allowed";
  } catch (error) {
    if (!mysqlErrors.isServerError(error)) throw error;
    const kind = mysqlErrors.kindOf(error);
    if (kind === "unreadable") return "no-table";
    if (kind === "denied") return "denied";
    throw error;
  }
}
