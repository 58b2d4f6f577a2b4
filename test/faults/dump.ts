import { isDeepStrictEqual } from "node:util";

export type Row = Readonly<Record<string, unknown>>;

/** One table as it was read. */
export interface TableData {
  readonly table: string;
  readonly rows: readonly Row[];
}

/** A column whose numbers the server makes, or one that holds such numbers of another table. */
export interface Numbered {
  readonly table: string;
  readonly column: string;
  /** Where the numbers are made; itself for the former. */
  readonly source: string;
}

/** What there is in a database, as lines that can be compared. */
export interface Dump {
  readonly schema: readonly string[];
  readonly data: readonly string[];
  /** What the journal says is applied, in order, and what it has not put away. */
  readonly journal: readonly string[];
  /** How often each statement took effect. */
  readonly effects: Readonly<Record<string, number>>;
}

/**
 * Rows as lines, in an order of their own. A transaction that was undone leaves gaps in the numbers that the server makes,
 * so those count by their rank.
 */
export function dataLines(tables: readonly TableData[], numbered: readonly Numbered[]): readonly string[] {
  const ranks = new Map(
    numbered
      .filter(({ table, source }) => table === source)
      .map(({ table, column }) => [table, ranksOf(tables.find((one) => one.table === table)?.rows ?? [], column)]),
  );
  return tables.flatMap(({ table, rows }) => {
    const own = numbered.filter((one) => one.table === table);
    const lines = rows.map((row) => {
      const ranked = own.map(({ column, source }) => [
        column,
        ranks.get(source)?.get(String(row[column])) ?? row[column],
      ]);
      return `${table} ${JSON.stringify({ ...row, ...Object.fromEntries(ranked) })}`;
    });
    return lines.sort();
  });
}

function ranksOf(rows: readonly Row[], column: string): ReadonlyMap<string, number> {
  const values = rows.map((row) => row[column]).sort((a, b) => Number(a) - Number(b));
  return new Map(values.map((value, index) => [String(value), index + 1]));
}

/** One line for each thing in which the first, what is, differs from the second, what should be. */
export function differences(found: Dump, expected: Dump): readonly string[] {
  const parts = ["schema", "data", "journal"] as const;
  const lines = parts.flatMap((part) => [
    ...missing(expected[part], found[part]).map((line) => `${part} lacks ${line}`),
    ...missing(found[part], expected[part]).map((line) => `${part} has besides ${line}`),
  ]);
  const effects = Object.keys(expected.effects)
    .filter((id) => found.effects[id] !== expected.effects[id])
    .map((id) => `the statement of ${id} took effect ${found.effects[id]} times, not ${expected.effects[id]}`);
  const all = [...lines, ...effects];
  if (all.length === 0 && !isDeepStrictEqual(found, expected)) return ["the order differs"];
  return all;
}

function missing(from: readonly string[], among: readonly string[]): readonly string[] {
  const left = [...among];
  return from.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

const OWN = ["migration", "migration_step", "migration_run", "effects", "gates"];

/** Whether a table is neither of the journal nor the harness's own. */
export function isTheirs(table: string): boolean {
  return !OWN.includes(table);
}
