import type { Examiner, LackingPrivilege, ServerFacts } from "../examination";
import type { Logins } from "../login";
import type { Connection } from "./connection";
import { createExaminer, type Journal, type Questions } from "./examine";
import type { JournalTables } from "./journal";
import { findSchema } from "./postgres";
import { connectPostgres } from "./postgres-connection";
import { postgresGrammar } from "./postgres-grammar";

/** Of PostgreSQL and Aurora PostgreSQL. */
export function examinePostgres(logins: Logins, tables: JournalTables, schema: string): Examiner {
  return createExaminer({ questions, logins, journal: (database) => ({ database, schema, tables }) });
}

const questions: Questions = {
  attempt: connectPostgres,
  grammar: postgresGrammar,
  facts,
  lacking,
  serverId: postgresGrammar.connectionId,
  begin: "START TRANSACTION READ ONLY",
  title: "pg_catalog.version()",
  lockName: String,
};

/** `works`: older ones have no identity columns. `tried`: the oldest that the tests run on. */
const OLDEST = { works: 100_000, tried: 140_000 } as const;

interface FactsRow {
  readonly version: string;
  readonly number: number;
  readonly reader: boolean;
  readonly ms: number;
}

async function facts(connection: Connection): Promise<ServerFacts> {
  const [row] = await connection.query<readonly FactsRow[]>(
    `SELECT pg_catalog.current_setting('server_version') AS version, pg_catalog.current_setting('server_version_num')::int AS number,
 pg_catalog.pg_is_in_recovery() AS reader, (1000 * EXTRACT(EPOCH FROM pg_catalog.clock_timestamp()))::float8 AS ms`,
  );
  if (!row) throw new Error("The server says nothing of itself.");
  return {
    version: `PostgreSQL ${row.version.split(" ")[0]}`,
    standing: row.number >= OLDEST.tried ? "supported" : row.number >= OLDEST.works ? "old" : "unsupported",
    oldest: "PostgreSQL 14",
    writes: row.reader ? "reader" : "yes",
    clockAheadMs: row.ms - Date.now(),
  };
}

type Table = keyof JournalTables;

const NEEDS: readonly (readonly [Table, LackingPrivilege["neededBy"], readonly string[]])[] = [
  ["migration", "migrate", ["SELECT", "INSERT"]],
  ["step", "migrate", ["SELECT", "INSERT", "UPDATE", "DELETE"]],
  ["run", "migrate", ["SELECT", "INSERT", "UPDATE"]],
  ["migration", "rollback", ["DELETE"]],
  ["migration", "accept", ["UPDATE"]],
];

/** Privileges of a table, by its name. */
interface Granted {
  readonly table: string;
  readonly granted: readonly string[];
}

interface SchemaRow {
  readonly usage: boolean;
  readonly create: boolean;
}

async function lacking(connection: Connection, { schema, tables }: Journal): Promise<readonly LackingPrivilege[]> {
  await findSchema(connection, { schema });
  const [[own], granted] = await connection.query<readonly [readonly SchemaRow[], readonly Granted[]]>(
    `${schemaPrivileges(schema)};\n${tablePrivileges(schema, Object.values(tables))}`,
  );
  const isThere = (key: Table) => granted.some(({ table }) => table === tables[key]);
  const inSchema = [
    ...(own?.usage === true ? [] : ["USAGE"]),
    // A run makes those that are not there.
    ...(own?.create !== true && !NEEDS.every(([key]) => isThere(key)) ? ["CREATE"] : []),
  ];
  const inTables = NEEDS.filter(([key]) => isThere(key)).flatMap(([key, neededBy, privileges]) => {
    const has = granted.find(({ table }) => table === tables[key])?.granted ?? [];
    const missing = privileges.filter((privilege) => !has.includes(privilege));
    return missing.map((privilege) => ({ privilege, on: tables[key], neededBy }));
  });
  return [...inSchema.map((privilege) => ({ privilege, on: schema, neededBy: "migrate" as const })), ...inTables];
}

function schemaPrivileges(schema: string): string {
  const has = (privilege: string) => `pg_catalog.has_schema_privilege(oid, '${privilege}')`;
  return `SELECT ${has("USAGE")} AS usage, ${has("CREATE")} AS create
 FROM pg_catalog.pg_namespace WHERE nspname = ${postgresGrammar.text(schema)}`;
}

function tablePrivileges(schema: string, tables: readonly string[]): string {
  const { text } = postgresGrammar;
  const has = ["SELECT", "INSERT", "UPDATE", "DELETE"].map(
    (privilege) => `CASE WHEN pg_catalog.has_table_privilege(c.oid, '${privilege}') THEN '${privilege}' END`,
  );
  return `SELECT c.relname AS table, ARRAY[${has.join(", ")}]::text[] AS granted FROM pg_catalog.pg_class c
 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ${text(schema)} AND c.relkind IN ('r', 'p') AND c.relname IN (${tables.map(text).join(", ")})`;
}
