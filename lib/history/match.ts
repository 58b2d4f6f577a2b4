import type { ForeignRow } from "../foreign";
import type { Migration } from "../migration";
import { compareVersions } from "./keys";
import { checkSum } from "./sums";
import type { RowState, Tool } from "./tool";

/** A migration that a history says is applied. */
export interface Matched {
  readonly migration: Migration;
  /** The row that says so. */
  readonly row: ForeignRow;
  /** ISO 8601, UTC. */
  readonly appliedAt?: string;
  /** It has no row of its own: another one says that everything up to it is applied. */
  readonly assumed?: true;
}

/** Rows and files, held against each other as sets. */
export interface Matching {
  /** In the order of application; in the files' where that is not known. */
  readonly matched: readonly Matched[];
  /** By what the tool calls them. */
  readonly rowsWithoutFile: readonly string[];
  /** Matched, and the file is no longer what that tool applied. */
  readonly changed: readonly Migration[];
  /** Matched, and there is nothing to compare the tool's checksum with. */
  readonly unchecked: readonly Migration[];
  /** Files that are one and the same to the tool. */
  readonly ambiguous: readonly (readonly Migration[])[];
  /** Rows that say that the tool stopped half way. */
  readonly blocked: readonly ForeignRow[];
}

interface KnownRow {
  readonly row: ForeignRow;
  readonly state: RowState;
}

interface DecidedRow extends KnownRow {
  /** What the tool calls its migration. */
  readonly label: string;
  readonly files: readonly Migration[];
}

/** Pure. `migrations` in their own order. */
export function match(tool: Tool, rows: readonly ForeignRow[], migrations: readonly Migration[]): Matching {
  const known = inOrder(tool, rows).map((row) => ({ row, state: tool.state?.(row) ?? ("applied" as const) }));
  const decided = decide(tool, known, migrations);
  const applied = decided.filter(({ state }) => state === "applied");
  const pairs = applied.flatMap(({ row, files }) => pairOf(tool, row, files));
  const taken = new Set(decided.flatMap(({ files }) => files));
  const assumed = assumedOf(tool, known, migrations).filter(({ migration }) => !taken.has(migration));
  const matched = [...assumed, ...pairs.map(({ migration, row }) => ({ migration, row, ...timeOf(tool, row) }))];
  const checked = (verdict: Pair["verdict"]) =>
    pairs.flatMap((pair) => (pair.verdict === verdict ? [pair.migration] : []));
  return {
    matched: rows.some((row) => rankOf(tool, row) !== "") ? matched : byFile(matched, migrations),
    rowsWithoutFile: applied.flatMap(({ label, files }) => (files.length === 0 ? [label] : [])),
    changed: checked("differs"),
    unchecked: checked("unknown"),
    ambiguous: applied.flatMap(({ files }) => (files.length > 1 ? [files] : [])),
    blocked: known.flatMap(({ row, state }) => (state === "blocked" ? [row] : [])),
  };
}

/** The last row for each migration, in the order of these rows. */
function decide(tool: Tool, known: readonly KnownRow[], migrations: readonly Migration[]): readonly DecidedRow[] {
  const decided = new Map<string, DecidedRow>();
  for (const { row, state } of known) {
    const label = labelOf(tool, row);
    if (label === undefined || (state !== "applied" && state !== "undone")) continue;
    decided.delete(label);
    decided.set(label, { row, state, label, files: filesOf(tool, row, migrations) });
  }
  return [...decided.values()];
}

function labelOf({ keyOfRow, upTo, checksum }: Tool, row: ForeignRow): string | undefined {
  const key = keyOfRow(row);
  if (key !== undefined || upTo?.(row) !== undefined) return key;
  const stored = checksum && row[checksum.column];
  return stored ? `${checksum.sum}:${stored}` : undefined;
}

/** By name; where rows have none, by checksum. */
function filesOf(tool: Tool, row: ForeignRow, migrations: readonly Migration[]): readonly Migration[] {
  const key = tool.keyOfRow(row);
  if (key !== undefined) return migrations.filter(({ name }) => tool.keyOfName(name) === key);
  const { checksum } = tool;
  if (!checksum) return [];
  return migrations.filter((migration) => checkSum(checksum.sum, row[checksum.column], migration) === "same");
}

interface Pair {
  readonly migration: Migration;
  readonly row: ForeignRow;
  readonly verdict: ReturnType<typeof checkSum>;
}

function pairOf({ checksum }: Tool, row: ForeignRow, files: readonly Migration[]): readonly Pair[] {
  const [migration, ...others] = files;
  if (!migration || others.length > 0) return [];
  const stored = checksum && row[checksum.column];
  const verdict = checksum ? checkSum(checksum.sum, stored, migration) : "same";
  // What is repeatable is not changed but due again, and so it is when nobody can tell.
  if (migration.repeatable && (!stored || verdict !== "same")) return [];
  return [{ migration, row, verdict }];
}

function assumedOf(tool: Tool, known: readonly KnownRow[], migrations: readonly Migration[]): readonly Matched[] {
  const limits = known.flatMap(({ row, state }) => {
    const upTo = state === "applied" ? tool.upTo?.(row) : undefined;
    return upTo === undefined ? [] : [{ row, upTo }];
  });
  return migrations.flatMap((migration): readonly Matched[] => {
    const key = migration.repeatable ? undefined : tool.keyOfName(migration.name);
    const limit = limits.find(({ upTo }) => key !== undefined && compareVersions(key, upTo) <= 0);
    return limit ? [{ migration, row: limit.row, assumed: true }] : [];
  });
}

function timeOf({ appliedAt }: Tool, row: ForeignRow): { readonly appliedAt?: string } {
  const time = appliedAt === undefined ? undefined : row[appliedAt];
  return time ? { appliedAt: time } : {};
}

function inOrder(tool: Tool, rows: readonly ForeignRow[]): readonly ForeignRow[] {
  return rows.toSorted((a, b) => compareRanks(rankOf(tool, a), rankOf(tool, b)));
}

/** Empty where nothing tells when the row was written. */
function rankOf({ order, appliedAt }: Tool, row: ForeignRow): string {
  return (order && row[order]) ?? (appliedAt && row[appliedAt]) ?? "";
}

/** Ids are numbers, times are ISO 8601. */
function compareRanks(a: string, b: string): number {
  if (/^\d+$/.test(a) && /^\d+$/.test(b)) return compareVersions(a, b);
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function byFile(matched: readonly Matched[], migrations: readonly Migration[]): readonly Matched[] {
  const places = new Map(migrations.map((migration, place) => [migration, place]));
  return matched.toSorted((a, b) => (places.get(a.migration) ?? 0) - (places.get(b.migration) ?? 0));
}
