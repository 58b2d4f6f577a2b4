import type { Applied } from "../compare";
import { MigratorError } from "../errors";
import type { Direction, Phase } from "../migration";
import type { BuiltMigration, MigrationSet } from "./set";

/**
 * - `exact`: what is applied is what the application was built with, and nothing is in progress.
 * - `at-least`: every `pre` migration that it was built with is applied, and no `post` migration that it does not know.
 * - `warn`: as `at-least`, but says so and serves.
 */
export type Mode = "exact" | "at-least" | "warn";

export interface AppliedEntry extends Applied {
  /** Absent where nobody knows it. */
  readonly phase: Phase | null;
}

/** The step in progress, or half way. */
export interface StepEntry {
  readonly name: string;
  readonly direction: Direction;
  readonly phase: Phase | null;
  /** Whether it has stopped with an error and waits for the next call. */
  readonly stopped: boolean;
}

/** Why not to serve, and whether that will pass by itself. */
export interface Stop {
  readonly why: "migrating" | "out of date";
  readonly message: string;
}

/** Whether what is applied will do. Pure. */
export function judgeApplied(set: MigrationSet, mode: Mode, applied: readonly AppliedEntry[]): string | undefined {
  const rows = new Map(applied.map((row) => [row.name, row]));
  const known = new Set(set.map(({ name }) => name));
  const exact = mode === "exact";
  const missing = set.find(({ name, phase }) => !rows.has(name) && (exact || phase === "pre"));
  if (missing) return `${missing.name} is not applied.`;
  const changed = set.find((migration) => differs(migration, rows.get(migration.name)));
  if (changed) return `${changed.name} is not the migration that was applied under this name.`;
  const beyond = applied.find(({ name, phase }) => !known.has(name) && (exact || phase === "post"));
  return beyond && `${beyond.name} is applied, and the application was built without it.`;
}

/** What is run again whenever it changes is there in one version or another. */
function differs({ checksum, normalised, repeatable }: BuiltMigration, row: Applied | undefined): boolean {
  return row !== undefined && !repeatable && row.checksum !== checksum && row.normalised !== normalised;
}

/** Whether a step is in the way. What only adds is in nobody's way who was built without it; undoing that is neither. Pure. */
export function judgeStep(set: MigrationSet, mode: Mode, step: StepEntry): string | undefined {
  const { name, direction, phase, stopped } = step;
  const harmless = phase === "pre" && (direction === "up" || !set.some((migration) => migration.name === name));
  if (mode !== "exact" && harmless) return undefined;
  return `${name} (${direction}) is ${stopped ? "half way" : "in progress"}.`;
}

export function stopError({ why, message }: Stop): MigratorError {
  return why === "migrating"
    ? new MigratorError("MIGRATING", message, { advice: "Try again in some seconds." })
    : new MigratorError("OUT_OF_DATE", message, { advice: "Migrate, or deploy the code that goes with the database." });
}
