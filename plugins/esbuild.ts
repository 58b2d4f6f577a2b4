import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { OnLoadResult, PartialMessage, Plugin, PluginBuild } from "esbuild";
import { MigratorError } from "../lib/errors";
import type { DialectName } from "../lib/migration";
import type { Problem } from "../lib/report";
import { type FileMigration, readDirectory } from "../lib/source/directory";
import { sha256 } from "../lib/source/sql-file";
import { inspectExports } from "./code-exports";
import { leaveOutDeadWeight } from "./dead-weight";

export interface MigrationsOptions {
  /** Folder of the migrations, relative to esbuild's working directory. Default: the environment's MIGRATIONS_DIR, else `migrations`. */
  readonly dir?: string;
  /** Whose SQL the files are written in. Default: `mysql`. */
  readonly dialect?: DialectName;
}

interface Folder {
  readonly location: string;
  readonly path: string;
  readonly dialect: DialectName;
}

const name = "migration-lambda:bundle";

/**
 * An esbuild plugin that turns a folder of migrations into the module `migration-lambda:bundle`, which exports `bundle`,
 * a Manifest for `createBundle`. A folder that cannot be used as a whole fails the build, with an error for each problem.
 */
export function migrations(options: MigrationsOptions = {}): Plugin {
  return {
    name: "migration-lambda",
    setup: (build) => {
      const location = options.dir ?? (process.env.MIGRATIONS_DIR || "migrations");
      const path = resolve(build.initialOptions.absWorkingDir ?? process.cwd(), location);
      const folder = { location, path, dialect: options.dialect ?? "mysql" };
      build.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace: name }));
      build.onLoad({ filter: /./, namespace: name }, () => load(build, folder));
      leaveOutDeadWeight(build);
    },
  };
}

/** What serverless-esbuild calls when `custom.esbuild.plugins` names this file. */
export default function plugins(): Plugin[] {
  return [migrations()];
}

async function load(build: PluginBuild, folder: Folder): Promise<OnLoadResult> {
  const watchDirs = [folder.path];
  try {
    const read = await readDirectory(folder.path, folder.dialect, inspectExports(build));
    return {
      contents: generate(read, folder),
      loader: "js",
      resolveDir: folder.path,
      watchDirs,
      watchFiles: sources(read, folder),
    };
  } catch (error) {
    if (!(error instanceof MigratorError)) throw error;
    const errors = await Promise.all(error.problems.map((problem) => toMessage(problem, folder)));
    const watchFiles = error.problems.flatMap(({ file }) => (file === undefined ? [] : [join(folder.path, file)]));
    return { errors, watchDirs, watchFiles };
  }
}

function generate(read: readonly FileMigration[], folder: Folder): string {
  const modules = read.flatMap((one) => (one.kind === "code" ? [one] : []));
  const imports = modules.map(({ path }, i) => `import * as m${i} from ${JSON.stringify(path)};`);
  const entries = read.map((one) => {
    if (one.kind === "sql") return JSON.stringify(one);
    const { path, ...entry } = one;
    return `{ ...${JSON.stringify(entry)}, module: m${modules.indexOf(one)} }`;
  });
  const digest = sha256(read.map((one) => `${one.name}\n${one.checksum}\n`).join(""));
  return [
    ...imports,
    "export const bundle = {",
    `  location: ${JSON.stringify(folder.location)},`,
    `  digest: ${JSON.stringify(digest)},`,
    `  migrations: [\n${entries.join(",\n")}\n  ],`,
    "};",
  ].join("\n");
}

/** esbuild watches the code files by itself. */
function sources(read: readonly FileMigration[], folder: Folder): string[] {
  const files = read.flatMap((one) => (one.kind === "sql" ? [one.up.file, one.down?.file ?? one.up.file] : [one.file]));
  return [...new Set(files)].map((file) => join(folder.path, file));
}

async function toMessage({ message, advice, file, line }: Problem, folder: Folder): Promise<PartialMessage> {
  const notes = advice === undefined ? [] : [{ text: advice }];
  if (file === undefined || line === undefined) return { text: message, notes };
  const text = await readFile(join(folder.path, file), "utf8");
  const lineText = text.split(/\r\n?|\n/)[line - 1] ?? "";
  return { text: message, notes, location: { file: join(folder.location, file), line, lineText } };
}
