import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { OnLoadResult, PartialMessage, Plugin, PluginBuild } from "esbuild";
import { MigratorError } from "../lib/errors";
import type { Problem } from "../lib/report";
import { digestOfSet } from "../lib/set";
import { readDirectory } from "../lib/source/directory";
import type { ReadFolder } from "../lib/source/reader";
import { type BuildFolder, type MigrationsOptions, readOptions } from "./build-options";
import { inspectExports } from "./code-exports";
import { leaveOutDeadWeight } from "./dead-weight";
import { leaveOutOtherDialect } from "./one-dialect";
import { type ToolPackages, toolOf, toolPackages } from "./tool-packages";

export type { MigrationsOptions } from "./build-options";
export { digestOfFolder } from "./digest";

const name = "migration-lambda:bundle";

/**
 * An esbuild plugin that turns a folder of migrations into the module `migration-lambda:bundle`, which exports `bundle`,
 * a Manifest for `createBundle`. A folder that cannot be used as a whole fails the build, with an error for each problem.
 */
export function migrations(options: MigrationsOptions = {}): Plugin {
  return {
    name: "migration-lambda",
    setup: (build) => {
      const folder = readOptions(options, build.initialOptions.absWorkingDir ?? process.cwd());
      const tools = toolPackages(build);
      build.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace: name }));
      build.onLoad({ filter: /./, namespace: name }, () =>
        "path" in folder ? load(build, folder, tools) : { errors: folder.map((text) => ({ text })) },
      );
      leaveOutDeadWeight(build);
      if ("path" in folder) leaveOutOtherDialect(build, folder.dialect);
    },
  };
}

/** What serverless-esbuild calls when `custom.esbuild.plugins` names this file. */
export default function plugins(): Plugin[] {
  return [migrations()];
}

async function load(build: PluginBuild, folder: BuildFolder, tools: ToolPackages): Promise<OnLoadResult> {
  const watchDirs = [folder.path];
  try {
    const inspect = inspectExports(build, folder.path);
    const read = await readDirectory(folder.path, { ...folder, inspect });
    const watchFiles = read.files.map((file) => join(folder.path, file));
    watchDirs.push(...new Set(watchFiles.map((file) => dirname(file))));
    const errors = await tools.missing(read.format, folder);
    if (errors.length > 0) return { errors: [...errors], watchDirs, watchFiles };
    return { contents: generate(read, folder), loader: "js", resolveDir: folder.path, watchDirs, watchFiles };
  } catch (error) {
    if (!(error instanceof MigratorError)) throw error;
    const errors = await Promise.all(error.problems.map((problem) => toMessage(problem, folder)));
    const watchFiles = error.problems.flatMap(({ file }) => (file === undefined ? [] : [join(folder.path, file)]));
    return { errors, watchDirs, watchFiles };
  }
}

function generate({ format, migrations: read }: ReadFolder, folder: BuildFolder): string {
  const modules = read.flatMap((one) => (one.kind === "code" ? [one] : []));
  const imports = modules.map(({ file }, i) => `import * as m${i} from ${JSON.stringify(resolve(folder.path, file))};`);
  const tool = toolOf(format);
  if (tool !== undefined) imports.push(`import * as tool from ${JSON.stringify(tool)};`);
  const entries = read.map((one) =>
    one.kind === "sql" ? JSON.stringify(one) : `{ ...${JSON.stringify(one)}, module: m${modules.indexOf(one)} }`,
  );
  return [
    ...imports,
    "export const bundle = {",
    `  location: ${JSON.stringify(folder.location)},`,
    `  digest: ${JSON.stringify(digestOfSet(read))},`,
    `  dialect: ${JSON.stringify(folder.dialect)},`,
    `  format: ${JSON.stringify(format)},`,
    ...(tool === undefined ? [] : [`  tool: { format: ${JSON.stringify(format)}, package: tool },`]),
    `  migrations: [\n${entries.join(",\n")}\n  ],`,
    "};",
  ].join("\n");
}

async function toMessage({ message, advice, file, line }: Problem, folder: BuildFolder): Promise<PartialMessage> {
  const notes = advice === undefined ? [] : [{ text: advice }];
  if (file === undefined || line === undefined) return { text: message, notes };
  const text = await readFile(join(folder.path, file), "utf8");
  const lineText = text.split(/\r\n?|\n/)[line - 1] ?? "";
  return { text: message, notes, location: { file: join(folder.location, file), line, lineText } };
}
