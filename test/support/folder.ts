import { MigratorError } from "../../lib/errors";
import type { Problem } from "../../lib/report";
import { type ReadFolder, type ReadOptions, readFolder } from "../../lib/source/reader";

/** Files of a folder by their paths; a text, or bytes. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Reads a folder that exists only here. */
export function readFiles(files: Files, options: Partial<ReadOptions> = {}): Promise<ReadFolder> {
  const read = async (file: string) => {
    const content = files[file];
    if (content === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
    return typeof content === "string" ? Buffer.from(content) : content;
  };
  return readFolder({ location: "migrations", files: Object.keys(files), read }, { dialect: "mysql", ...options });
}

/** What is wrong with such a folder; none: it can be used. */
export async function problemsOf(files: Files, options: Partial<ReadOptions> = {}): Promise<readonly Problem[]> {
  try {
    await readFiles(files, options);
    return [];
  } catch (error) {
    if (error instanceof MigratorError && error.code === "INVALID_MIGRATIONS") return error.problems;
    throw error;
  }
}

export async function messagesOf(files: Files, options: Partial<ReadOptions> = {}): Promise<readonly string[]> {
  return (await problemsOf(files, options)).map(({ message }) => message);
}
