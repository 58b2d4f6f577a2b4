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
  /** Applied, and the file differs from what was applied in comments and spacing only. */
  readonly reformatted: readonly Migration[];
  /** Pending, although a migration that sorts after it is already applied. */
  readonly late: readonly Migration[];
}

/** Holds the migrations against what is applied. Both lists in their own order. A repeatable that has changed is pending. */
export function compare<A extends Applied>(migrations: readonly Migration[], applied: readonly A[]): Comparison<A> {
  const files = new Set(migrations.map((migration) => migration.name));
  const rows = new Map(applied.map((row) => [row.name, row]));
  const differs = ({ name, checksum }: Migration) => (rows.get(name)?.checksum ?? checksum) !== checksum;
  const isPending = (migration: Migration) =>
    !rows.has(migration.name) || (migration.repeatable === true && differs(migration));
  const once = migrations.filter(({ repeatable }) => !repeatable);
  const different = once.filter(differs);
  const isSame = (migration: Migration) => rows.get(migration.name)?.normalised === migration.normalised;
  const last = once.findLastIndex(({ name }) => rows.has(name));
  return {
    pending: migrations.filter(isPending),
    ahead: applied.filter((row) => !files.has(row.name)),
    changed: different.filter((migration) => !isSame(migration)),
    reformatted: different.filter(isSame),
    late: once.slice(0, Math.max(last, 0)).filter(({ name }) => !rows.has(name)),
  };
}
