import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

const FOLDER = resolve(__dirname, "../tools");

/** Has a tool apply these files, texts by path, as its users would. */
export async function applyWith(tool: string, url: string, files: Readonly<Record<string, string>>): Promise<void> {
  if (!existsSync(join(FOLDER, "node_modules"))) throw new Error("Install the tools: node scripts/setup.mjs");
  const scratch = mkdtempSync(join(tmpdir(), "migration-lambda-tool-"));
  const folder = join(scratch, "migrations");
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    // Some of them leave caches in the temporary folder.
    const env = { ...process.env, TMPDIR: scratch };
    await promisify(execFile)(process.execPath, [join(FOLDER, "apply.mjs"), tool, url, folder], { env });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
