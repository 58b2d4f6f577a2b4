import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { OnLoadResult, PartialMessage, Plugin, PluginBuild } from "esbuild";
import { MigratorError } from "../lib/errors";
import type { Problem } from "../lib/report";
import { digestOfSet } from "../lib/set-digest";
import { readDirectory } from "../lib/source/directory";
import type { ReadFolder } from "../lib/source/reader";
import { type BuildFolder, type BuildTarget, type MigrationsOptions, readOptions } from "./build-options";
import { inspectExports } from "./code-exports";
import { leaveOutDeadWeight } from "./dead-weight";
import { leaveOutUploads } from "./no-uploads";
import { leaveOutOtherDialect } from "./one-dialect";
import { pack } from "./pack";
import { generateSet, NO_SET, SET } from "./set";
import { type ToolPackages, toolOf, toolPackages } from "./tool-packages";

export type { MigrationsOptions } from "./build-options";
export { digestOfFolder } from "./digest";
export { readSet } from "./set";

const name = "migration-lambda:bundle";
const uploads = "migration-lambda:uploads";
/** Characters. Unpacked, a text stays in memory three times: as source, as constant and as objects. A short one is not worth it. */
const PACKED_FROM = 500_000;

/**
 * An esbuild plugin that turns a folder of migrations into the module `migration-lambda:bundle`, which exports `bundle`,
 * a Manifest for `createBundle`, and into `migration-lambda:set`, which exports what the Guard knows of it. A folder that
 * cannot be used as a whole fails the build, with an error for each problem. Where migrations are uploaded to S3, no folder is
 * read. `migration-lambda:uploads` is for functions that have none built in either way.
 */
export function migrations(options: MigrationsOptions = {}): Plugin {
  return {
    name: "migration-lambda",
    setup: (build) => {
      const input = readOptions(options, build.initialOptions.absWorkingDir ?? process.cwd());
      const tools = toolPackages(build);
      build.onResolve({ filter: new RegExp(`^(?:${name}|${uploads}|${SET})$`) }, ({ path }) => ({
        path,
        namespace: name,
      }));
      build.onLoad({ filter: /./, namespace: name }, ({ path }) => {
        if (!("target" in input)) return { errors: input.map((text) => ({ text })) };
        if (path === SET) return input.folder ? loadSet(build, input.folder) : { errors: [{ text: NO_SET }] };
        if (path === uploads) return described("uploads", input.target);
        return input.folder ? load(build, input.folder, tools) : described("bundle", input.target);
      });
      leaveOutDeadWeight(build);
      if (!("target" in input)) return;
      leaveOutOtherDialect(build, input.target.dialect);
      if (input.folder) leaveOutUploads(build);
    },
  };
}

/** What serverless-esbuild calls when `custom.esbuild.plugins` names this file. */
export default function plugins(): Plugin[] {
  return [migrations()];
}

/** All that is known where no folder is read. */
function described(constant: string, target: BuildTarget): OnLoadResult {
  return { contents: `export const ${constant} = ${JSON.stringify(target)};`, loader: "js" };
}

function load(build: PluginBuild, folder: BuildFolder, tools: ToolPackages): Promise<OnLoadResult> {
  return loading(build, folder, async (read) => {
    const errors = await tools.missing(read.format, folder);
    if (errors.length > 0) return { errors: [...errors] };
    return { contents: generate(read, folder), loader: "js", resolveDir: folder.path };
  });
}

/** Of the migrations themselves nothing gets into the bundle, nor what they import. */
function loadSet(build: PluginBuild, folder: BuildFolder): Promise<OnLoadResult> {
  return loading(build, folder, async ({ migrations }) => ({ contents: generateSet(migrations), loader: "js" }));
}

async function loading(
  build: PluginBuild,
  folder: BuildFolder,
  make: (read: ReadFolder) => Promise<OnLoadResult>,
): Promise<OnLoadResult> {
  const watchDirs = [folder.path];
  try {
    const inspect = inspectExports(build, folder.path);
    const read = await readDirectory(folder.path, { ...folder, inspect });
    const watchFiles = read.files.map((file) => join(folder.path, file));
    watchDirs.push(...new Set(watchFiles.map((file) => dirname(file))));
    return { ...(await make(read)), watchDirs, watchFiles };
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
  const byFile = modules.map(({ file }, i) => `${JSON.stringify(file)}: m${i}`);
  const text = JSON.stringify(read);
  const packed = text.length >= PACKED_FROM;
  if (packed) imports.push(`import { unpack } from ${JSON.stringify(require.resolve("../lib/source/packed"))};`);
  const parsed = packed ? `unpack(${JSON.stringify(pack(read))})` : `JSON.parse(${JSON.stringify(text)})`;
  return [
    ...imports,
    `const modules = { ${byFile.join(", ")} };`,
    "const withModule = (one) => (one.kind === 'code' ? { ...one, module: modules[one.file] } : one);",
    "export const bundle = {",
    `  location: ${JSON.stringify(folder.location)},`,
    `  digest: ${JSON.stringify(digestOfSet(read))},`,
    `  dialect: ${JSON.stringify(folder.dialect)},`,
    `  format: ${JSON.stringify(format)},`,
    ...(tool === undefined ? [] : [`  tool: { format: ${JSON.stringify(format)}, package: tool },`]),
    // Of thousands of migrations, a text to be parsed takes Node.js less than half of the memory and time of literals.
    `  migrations: ${modules.length === 0 ? parsed : `${parsed}.map(withModule)`},`,
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
