import { copyFile, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Program } from "../contestant";
import { SOURCE, type Tool } from "./tool";

/** Files of a project by their paths, or the names of programs beside this file. */
export interface Project {
  readonly texts: Iterable<readonly [path: string, text: string]>;
  readonly programs?: readonly string[];
}

/** Writes a project that uses the tool: its packages are found from there. */
export async function layOut(tool: Tool, folder: string, { texts, programs = [] }: Project): Promise<void> {
  await symlink(join(tool.folder, "node_modules"), join(folder, "node_modules"), "dir");
  const made = new Set<string>();
  for (const [path, text] of texts) {
    const parent = dirname(join(folder, path));
    if (!made.has(parent)) await mkdir(parent, { recursive: true });
    made.add(parent);
    await writeFile(join(folder, path), text);
  }
  for (const name of programs) await copyFile(join(SOURCE, "programs", name), join(folder, name));
}

/** A command line tool of Node's, or a script, as it is run in the folder of such a project. */
export function nodeProgram(folder: string, args: readonly string[], env: Readonly<Record<string, string>>): Program {
  return { file: process.execPath, args, cwd: folder, env };
}
