import type { ForeignColumn, ForeignRow, ForeignTable, TableName } from "../foreign";
import type { Report } from "../report";
import type { Connection } from "./connection";
import type { Reader } from "./database";
import type { Dialect, Place } from "./dialect";
import { foreignGrammar, isTime } from "./foreign-grammar";

export interface ForeignSetup extends Place {
  readonly dialect: Dialect;
  readonly connection: Connection;
}

/** Reads tables that are not ours, and what we have made of them. */
export function createForeignReader(setup: ForeignSetup): Pick<Reader, "tables" | "rows" | "adopted"> {
  return {
    tables: (names) => readTables(setup, names),
    rows: (table) => readRows(setup, table),
    adopted: () => readAdopted(setup),
  };
}

async function readAdopted({ connection, dialect, tables }: ForeignSetup): Promise<readonly string[]> {
  const { name, text } = dialect.grammar;
  const runs = await connection.query<readonly { readonly report: string }[]>(
    `SELECT ${name("report")} FROM ${tables.run} WHERE ${name("action")} = ${text("adopt")} AND ${name("outcome")} = ${text("done")}`,
  );
  return runs.flatMap(({ report }) => (JSON.parse(report) as Report).adoption?.recorded.map((one) => one.name) ?? []);
}

interface ColumnRecord extends ForeignColumn {
  readonly schema: string;
  readonly table: string;
}

async function readTables(setup: ForeignSetup, names: readonly TableName[]): Promise<readonly ForeignTable[]> {
  if (names.length === 0) return [];
  const { database, schema, plainTables, dialect, connection } = setup;
  const { name, text } = dialect.grammar;
  const wanted = names.map(
    (one) => `table_schema = ${text(one.schema ?? schema)} AND LOWER(table_name) = ${text(one.table.toLowerCase())}`,
  );
  const found = await connection.query<readonly ColumnRecord[]>(
    `SELECT table_schema AS ${name("schema")}, table_name AS ${name("table")}, column_name AS ${name("name")}, data_type AS ${name("type")}
 FROM information_schema.columns WHERE (${wanted.join(") OR (")}) ORDER BY table_schema, table_name, ordinal_position`,
  );
  const ours = new Set(Object.values(plainTables).map((table) => table.toLowerCase()));
  const tables = new Map<string, ColumnRecord[]>();
  for (const column of found) {
    if (column.schema === schema && ours.has(column.table.toLowerCase())) continue;
    const key = JSON.stringify([column.schema, column.table]);
    tables.set(key, [...(tables.get(key) ?? []), column]);
  }
  return [...tables.values()].flatMap(([first, ...others]) =>
    first ? [{ database, schema: first.schema, table: first.table, columns: [first, ...others].map(asColumn) }] : [],
  );
}

function asColumn({ name, type }: ColumnRecord): ForeignColumn {
  return { name, type };
}

async function readRows(setup: ForeignSetup, table: ForeignTable): Promise<readonly ForeignRow[]> {
  const { grammar, name: dialect } = setup.dialect;
  const { asText } = foreignGrammar(dialect, grammar);
  const columns = table.columns.map(({ name, type }) => `${asText(grammar.name(name), type)} AS ${grammar.name(name)}`);
  const rows = await setup.connection.query<readonly ForeignRow[]>(
    `SELECT ${columns.join(", ")} FROM ${quoted(setup, table)}`,
  );
  const times = new Set(table.columns.filter(({ type }) => isTime(type)).map(({ name }) => name));
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([column, value]) => [
        column,
        times.has(column) && value !== null ? `${value.slice(0, 23)}Z` : value,
      ]),
    ),
  );
}

export function quoted({ dialect }: Pick<ForeignSetup, "dialect">, { schema, table }: ForeignTable): string {
  return `${dialect.grammar.name(schema)}.${dialect.grammar.name(table)}`;
}
