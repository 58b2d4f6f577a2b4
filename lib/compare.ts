import type { Migration } from "./migration";

/** One applied migration as the journal remembers it. */
export interface Applied {
  readonly name: string;
  readonly checksum: string;
  readonly normalised: string;
}

export interface Comparison<A extends Applied> {
  /** In a file, not applied; in the order in which they are to be applied. */
  readonly pending: readonly Migration[];
  /** Applied, in no file; in the order of application. */
  readonly ahead: readonly A[];
  /** Applied, and the file is no longer what was applied. */
  readonly changed: readonly Migration[];
  /** Pending, although a migration that sorts after it is already applied. */
  readonly late: readonly Migration[];
}

/** Holds the migrations against what is applied. Both lists in their own order. */
export function compare<A extends Applied>(migrations: readonly Migration[], applied: readonly A[]): Comparison<A> {
  const files = new Set(migrations.map((migration) => migration.name));
  const rows = new Map(applied.map((row) => [row.name, row]));
  const pending = migrations.filter((migration) => !rows.has(migration.name));
  const last = migrations.findLastIndex((migration) => rows.has(migration.name));
  return {
    pending,
    ahead: applied.filter((row) => !files.has(row.name)),
    changed: migrations.filter(
      (migration) => (rows.get(migration.name)?.checksum ?? migration.checksum) !== migration.checksum,
    ),
    late: migrations.slice(0, Math.max(last, 0)).filter((migration) => !rows.has(migration.name)),
  };
}
