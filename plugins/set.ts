import type { BuiltMigration, MigrationSet } from "../lib/guard/set";
import { readDirectory } from "../lib/source/directory";
import { type MigrationsOptions, readFolderOptions } from "./build-options";

/** The module that a Guard gets its set from. */
export const SET = "migration-lambda:set";

/** An application's build has to know its migrations. */
export const NO_SET =
  "migration-lambda/set is made of a folder of migrations: build the application without MIGRATIONS_S3";

export function generateSet(migrations: MigrationSet): string {
  return `export const set = ${JSON.stringify(migrations.map(built), undefined, 1)};\n`;
}

/**
 * What `migration-lambda/set` holds, for a build without our plugin: write it to a file of JSON, and give that to the Guard.
 * Options as of the plugin.
 * @throws MigratorError `INVALID_SETTINGS`, `INVALID_MIGRATIONS`
 */
export async function readSet(options: MigrationsOptions = {}): Promise<MigrationSet> {
  const folder = readFolderOptions({ ...options, from: "folder" }, process.cwd());
  const { migrations } = await readDirectory(folder.path, folder);
  return migrations.map(built);
}

function built({ name, checksum, normalised, phase, repeatable }: BuiltMigration): BuiltMigration {
  return { name, checksum, normalised, phase, ...(repeatable && { repeatable }) };
}
