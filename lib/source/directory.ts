import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isMeant } from "../meant";
import { invalidMigrations } from "./file-names";
import { type ReadFolder, type ReadOptions, readFolder } from "./reader";

/**
 * Reads and parses a folder of this machine.
 * @throws MigratorError `INVALID_MIGRATIONS` that lists everything wrong in it.
 */
export async function readDirectory(directory: string, options: ReadOptions): Promise<ReadFolder> {
  const files = await listFiles(directory).catch((error: NodeJS.ErrnoException) => {
    const message = `the folder ${directory} cannot be read (${error.code})`;
    throw invalidMigrations(directory, [{ code: "INVALID", message, file: directory }]);
  });
  return readFolder({ location: directory, files, read: (file) => readFile(join(directory, file)) }, options);
}

/** A folder of packages is not entered: whoever names their project's folder is told so without reading all of it. */
async function listFiles(directory: string, within = ""): Promise<readonly string[]> {
  const entries = await readdir(join(directory, within), { withFileTypes: true });
  const files = entries
    .filter(({ name }) => isMeant(name))
    .map(async (entry) => {
      const path = within + entry.name;
      if (!entry.isDirectory()) return [path];
      const below = entry.name === "node_modules" ? [] : await listFiles(directory, `${path}/`);
      return below.length > 0 ? below : [`${path}/`];
    });
  return (await Promise.all(files)).flat();
}
