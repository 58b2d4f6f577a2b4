import { TOOLS, type ToolName } from "../command";
import type { ForeignTable, TableName } from "../foreign";
import type { DialectName } from "../migration";
import { TOOL, UNKNOWN } from "./tools";

/** What a caller says of the history. */
export interface Asked {
  readonly from?: ToolName;
  /** `table` or `schema.table`. */
  readonly table?: string;
}

/** One tool's history in this database. Its tables have those columns alone that are read. */
export interface History {
  readonly tool: ToolName;
  readonly table: ForeignTable;
  /** The table whose rows say whether the tool is at work. */
  readonly beside?: ForeignTable;
}

export interface Recognised {
  readonly histories: readonly History[];
  /** Histories of tools that are known by name only. */
  readonly unknown: readonly { readonly title: string; readonly table: ForeignTable }[];
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** The tables to look for. */
export function candidates({ from, table }: Asked, dialect: DialectName): readonly TableName[] {
  const tools = (from ? [from] : TOOLS).map((name) => TOOL[name]);
  if (table !== undefined) {
    const asked = nameOf(table);
    const others = [...tools.flatMap(({ beside }) => beside?.table(asked.table) ?? []), ...besideUnknown()];
    return [asked, ...others.map((other) => ({ ...asked, table: other }))];
  }
  const names = new Set(
    tools.flatMap(({ tables, beside }) => tables.flatMap((one) => [one, ...(beside ? [beside.table(one)] : [])])),
  );
  for (const name of [...UNKNOWN.flatMap(({ tables }) => tables), ...besideUnknown()]) names.add(name);
  const elsewhere = tools.flatMap(({ tables, schema }) =>
    schema !== undefined && dialect === "postgres" ? tables.map((one) => ({ schema, table: one })) : [],
  );
  return [...[...names].map((one) => ({ table: one })), ...elsewhere];
}

/** Pure: what the tables that were found are. */
export function recognise(found: readonly ForeignTable[], asked: Asked): Recognised {
  const unknown = found.flatMap((table) => unknownOf(table, found));
  const histories = found
    .filter((table) => !unknown.some((other) => other.table === table))
    .flatMap((table) => historyOf(table, found, asked));
  return { unknown, histories };
}

function nameOf(asked: string): TableName {
  const [first = "", second] = asked.split(".");
  return second === undefined ? { table: first } : { schema: first, table: second };
}

function besideUnknown(): readonly string[] {
  return UNKNOWN.flatMap(({ beside }) => beside ?? []);
}

function unknownOf(table: ForeignTable, found: readonly ForeignTable[]): Recognised["unknown"] {
  const tool = UNKNOWN.find(
    ({ tables, has, beside }) =>
      tables.some((name) => same(name, table.table)) &&
      hasAll(table, has) &&
      (beside === undefined || besideOf(table, beside, found) !== undefined),
  );
  return tool ? [{ title: tool.title, table }] : [];
}

function historyOf(table: ForeignTable, found: readonly ForeignTable[], asked: Asked): readonly History[] {
  const name = (asked.from ? [asked.from] : TOOLS).find((one) => {
    const { tables, has, lacks = [] } = TOOL[one];
    const names = asked.table === undefined ? tables : [nameOf(asked.table).table];
    return (
      names.some((each) => same(each, table.table)) &&
      hasAll(table, has) &&
      !lacks.some((column) => columnOf(table, column))
    );
  });
  if (!name) return [];
  const { has, reads = [], beside } = TOOL[name];
  const next = beside && besideOf(table, beside.table(table.table), found);
  return [
    {
      tool: name,
      table: reading(table, [...has, ...reads]),
      ...(next && beside && hasAll(next, beside.has) && { beside: reading(next, beside.has) }),
    },
  ];
}

function besideOf(table: ForeignTable, name: string, found: readonly ForeignTable[]): ForeignTable | undefined {
  return found.find((other) => other.schema === table.schema && same(other.table, name));
}

function hasAll(table: ForeignTable, columns: readonly string[]): boolean {
  return columns.every((column) => columnOf(table, column));
}

function columnOf({ columns }: ForeignTable, name: string) {
  return columns.find((column) => column.name === name);
}

/** The table with these columns alone. */
function reading(table: ForeignTable, columns: readonly string[]): ForeignTable {
  return { ...table, columns: columns.flatMap((column) => columnOf(table, column) ?? []) };
}
