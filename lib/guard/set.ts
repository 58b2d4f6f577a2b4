import { MigratorError } from "../errors";
import type { Migration } from "../migration";

/** What an application knows of a migration that it was built with. */
export type BuiltMigration = Pick<Migration, "name" | "checksum" | "normalised" | "phase" | "repeatable">;

/** The migrations that an application was built with, without their scripts. */
export type MigrationSet = readonly BuiltMigration[];

/** @throws MigratorError `INVALID_MIGRATIONS` */
export function checkSet(set: unknown): MigrationSet {
  if (Array.isArray(set) && set.length > 0 && set.every(isBuilt)) return set;
  throw new MigratorError("INVALID_MIGRATIONS", "The Guard was given no set of migrations.", {
    advice: 'Give it `set` from "migration-lambda/set", or what `readSet` of "migration-lambda/esbuild" returned.',
  });
}

function isBuilt(one: unknown): one is BuiltMigration {
  if (typeof one !== "object" || one === null) return false;
  const { name, checksum, normalised, phase } = one as Partial<Record<keyof BuiltMigration, unknown>>;
  return (
    [name, checksum, normalised].every((text) => typeof text === "string") && (phase === "pre" || phase === "post")
  );
}
