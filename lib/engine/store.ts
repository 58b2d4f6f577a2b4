import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { UmzugStorage } from "umzug";

/** umzug's JSON store, for one run. */
export interface SeededStore {
  readonly storage: UmzugStorage;
  /** Removes the file. */
  remove(): Promise<void>;
}

/**
 * A file of this run's own in /tmp, in the format of umzug's JSON store, seeded with the names that the journal holds. It is
 * never read again: containers are reused, and a file of another run tells nothing about the database. The list is kept in
 * memory while umzug works; its own JSON store would rewrite the file at every step.
 */
export async function seedStore(applied: readonly string[]): Promise<SeededStore> {
  const path = join(tmpdir(), `migration-lambda-${randomUUID()}.json`);
  const names = new Set(applied);
  await writeFile(path, JSON.stringify([...names], undefined, 2));
  return {
    storage: {
      executed: async () => [...names],
      logMigration: async ({ name }) => {
        names.add(name);
      },
      unlogMigration: async ({ name }) => {
        names.delete(name);
      },
    },
    remove: () => rm(path, { force: true }),
  };
}
