import type { DialectName } from "../migration";
import { GATE_ID, schemaLock } from "../schema-lock";
import type { Query } from "./guarded-database";
import type { AppliedEntry, StepEntry } from "./judge";

/** Where the journal's tables are; as in the migrator's settings. */
export interface JournalOptions {
  /** What has the tables. Default: on PostgreSQL `public`, on MySQL the connection's database. */
  readonly schema?: string;
  /** Default: `migration`. */
  readonly migrationTable?: string;
  /** Default: `migration_step`. */
  readonly stepTable?: string;
}

/** How the journal is read, in one dialect. */
export interface Journal {
  readonly dialect: DialectName;
  readonly look: string;
  readonly applied: string;
  /** Shares the lock until the transaction ends, without waiting for it. `version`: the server's. */
  share(version: string): string;
}

const quote = {
  mysql: (name: string) => `\`${name.replaceAll("`", "``")}\``,
  postgres: (name: string) => `"${name.replaceAll('"', '""')}"`,
} as const;

export function journalOf(dialect: DialectName, options: JournalOptions): Journal {
  const { migrationTable = "migration", stepTable = "migration_step" } = options;
  const schema = options.schema ?? (dialect === "postgres" ? "public" : undefined);
  const [migration, step] = [migrationTable, stepTable].map((table) =>
    [...(schema === undefined ? [] : [schema]), table].map(quote[dialect]).join("."),
  ) as [string, string];
  return {
    dialect,
    look: `SELECT a.rows_applied, a.last_applied, s.name, s.direction, s.phase, CASE WHEN s.error IS NULL THEN 0 ELSE 1 END AS stopped
 FROM (SELECT COUNT(*) AS rows_applied, MAX(id) AS last_applied FROM ${migration}) a LEFT JOIN ${step} s ON s.id = 1 AND s.name IS NOT NULL`,
    applied: `SELECT id, name, checksum, normalised, phase FROM ${migration}`,
    share: (version) => (dialect === "mysql" ? shareRow(step, version) : shareLock(step)),
  };
}

/** The row itself says nothing; where it is not there, nothing was ever migrated. */
function shareRow(step: string, version: string): string {
  return `SELECT @@innodb_read_only AS reader, 'read committed' AS isolation FROM ${step} WHERE id = ${GATE_ID} ${shareClause(version)}`;
}

/**
 * SELECT suffices for all of them. Before 8.0.22 MySQL waits instead, for as long as `innodb_lock_wait_timeout` says.
 * https://dev.mysql.com/doc/refman/8.0/en/innodb-locking-reads.html
 */
function shareClause(version: string): string {
  if (/MariaDB/i.test(version)) return "LOCK IN SHARE MODE NOWAIT";
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number);
  return major * 10_000 + minor * 100 + patch >= 80_022 ? "FOR SHARE NOWAIT" : "LOCK IN SHARE MODE";
}

function shareLock(step: string): string {
  return `SELECT pg_catalog.pg_try_advisory_xact_lock_shared(${schemaLock(step)}) AS shared, pg_catalog.pg_is_in_recovery() AS reader,
 pg_catalog.current_setting('transaction_isolation') AS isolation`;
}

/** What the journal says at one instant. */
export interface Look {
  /** Tells whether migrations were applied or reverted since it was the same. */
  readonly stamp: string;
  readonly step?: StepEntry;
}

export async function look(journal: Journal, query: Query): Promise<Look> {
  const [row] = (await query(journal.look)) as unknown as readonly LookRow[];
  if (!row) return { stamp: stampOf(0, null) };
  const { name, direction, phase, stopped } = row;
  const stamp = stampOf(row.rows_applied, row.last_applied);
  if (name === null) return { stamp };
  return { stamp, step: { name, direction, phase, stopped: Number(stopped) === 1 } };
}

type LookRow = Omit<StepEntry, "name" | "stopped"> & {
  readonly name: string | null;
  readonly stopped: unknown;
  readonly rows_applied: unknown;
  readonly last_applied: unknown;
};

/** Drivers and their settings differ in what a large number is. */
function stampOf(count: unknown, last: unknown): string {
  return `${String(count)}/${String(last)}`;
}

export interface AppliedMigrations {
  /** Of these rows and no others. */
  readonly stamp: string;
  readonly applied: readonly AppliedEntry[];
}

export async function readApplied(journal: Journal, query: Query): Promise<AppliedMigrations> {
  const applied = (await query(journal.applied)) as unknown as readonly (AppliedEntry & { readonly id: unknown })[];
  const last = applied.reduce((most, { id }) => Math.max(most, Number(id)), 0);
  return { applied, stamp: stampOf(applied.length, applied.length === 0 ? null : last) };
}
