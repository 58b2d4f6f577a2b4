import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Message } from "esbuild";
import { MigratorError } from "../lib/errors";
import { maskMessage } from "../lib/mask";
import type { Problem } from "../lib/report";
import { digestOfSet } from "../lib/set-digest";
import type { Manifest, SqlEntry } from "../lib/source/bundle";
import { readDirectory } from "../lib/source/directory";
import { readFolderOptions } from "../plugins/build-options";
import { migrations } from "../plugins/esbuild";

/**
 * Reads the folder that the environment names, as a build would: code in it is compiled, and loaded into this process.
 * @throws MigratorError `INVALID_SETTINGS`, `INVALID_MIGRATIONS`
 */
export async function readManifest(): Promise<Manifest> {
  const folder = readFolderOptions({}, process.cwd());
  const { location, path, dialect } = folder;
  const { format, migrations: read } = await readDirectory(path, folder);
  const entries = read.flatMap((one): SqlEntry[] => (one.kind === "sql" ? [one] : []));
  if (entries.length < read.length) return compile();
  return { location, digest: digestOfSet(read), dialect, format, migrations: entries };
}

async function compile(): Promise<Manifest> {
  const { build } = await import("esbuild").catch(() => {
    throw new MigratorError(
      "INVALID_MIGRATIONS",
      "Among the migrations is code, and esbuild, which compiles it here, is not installed.",
      {
        advice: "Install it (npm install --save-dev esbuild), or run them by their function: --function NAME.",
      },
    );
  });
  const folder = await mkdtemp(join(tmpdir(), "migration-lambda-bundle-"));
  try {
    const file = join(folder, "bundle.cjs");
    await build({
      stdin: { contents: 'export { bundle } from "migration-lambda:bundle";', resolveDir: process.cwd() },
      bundle: true,
      platform: "node",
      format: "cjs",
      outfile: file,
      plugins: [migrations()],
      logLevel: "silent",
    }).catch((error: { readonly errors?: readonly Message[] }) => {
      throw unusable(error.errors ?? []);
    });
    return await load(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Loading code runs what stands outside of its functions. */
async function load(file: string): Promise<Manifest> {
  try {
    return ((await import(pathToFileURL(file).href)) as { readonly bundle: Manifest }).bundle;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MigratorError("INVALID_MIGRATIONS", `Migrations in code cannot be loaded: ${maskMessage(reason)}`, {
      advice: "Correct what stands outside of their functions.",
    });
  }
}

function unusable(errors: readonly Message[]): MigratorError {
  const problems = errors.map(({ text, location, notes }): Problem => {
    const [note] = notes;
    return {
      code: "INVALID",
      message: text,
      ...(note && { advice: note.text }),
      ...(location && { file: location.file, line: location.line }),
    };
  });
  const message = `The migrations cannot be used: ${problems.map((problem) => problem.message).join("; ")}`;
  return new MigratorError("INVALID_MIGRATIONS", message, { problems });
}
