import { digestOfSet } from "../lib/set-digest";
import { readDirectory } from "../lib/source/directory";
import { type MigrationsOptions, readFolderOptions } from "./build-options";

/**
 * Of the migrations that a build with these options would bundle: what a stack says it deploys, and its functions have to have.
 * @throws MigratorError `INVALID_MIGRATIONS` when the folder cannot be used as a whole, `INVALID_SETTINGS` for an option
 */
export async function digestOfFolder(options: MigrationsOptions = {}, workingFolder = process.cwd()): Promise<string> {
  const folder = readFolderOptions(options, workingFolder);
  const { migrations } = await readDirectory(folder.path, folder);
  return digestOfSet(migrations);
}
