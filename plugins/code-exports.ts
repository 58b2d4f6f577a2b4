import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { PluginBuild } from "esbuild";
import type { Problem } from "../lib/report";
import type { CodeFile } from "../lib/source/format";
import type { ReadOptions } from "../lib/source/reader";

/**
 * Refuses a file that certainly exports no `up`, as far as that shows without running it. One that esbuild cannot parse
 * passes: the build itself reports it better.
 */
export function inspectExports(build: PluginBuild, folder: string): NonNullable<ReadOptions["inspect"]> {
  return async (file) => ((await mayExportUp(build, resolve(folder, file.file))) ? [] : [withoutUp(file)]);
}

async function mayExportUp(build: PluginBuild, path: string): Promise<boolean> {
  const names = await build.esbuild
    .build({ entryPoints: [path], write: false, metafile: true, format: "esm", outdir: "out", logLevel: "silent" })
    .then(({ metafile }) => Object.values(metafile.outputs).flatMap((output) => output.exports))
    .catch(() => ["up"]);
  if (names.length > 0) return names.includes("up") || names.includes("default");
  // CommonJS, `export =` and `export * from` do not show what they export.
  return /\bexports\b|\bexport\s*[*=]/.test(await readFile(path, "utf8"));
}

function withoutUp({ name, file }: CodeFile): Problem {
  return {
    code: "INVALID",
    message: `${file}: exports no function up`,
    advice: "Export an async function up({ context }) from it, or move it out of the folder.",
    migration: name,
    file,
    line: 1,
  };
}
