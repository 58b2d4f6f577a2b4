import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { PluginBuild } from "esbuild";

const stubs = "migration-lambda:stub";
const iconv = "migration-lambda:iconv-lite";

/** Only as far as `class UmzugCLI extends CommandLineParser` is evaluated; nothing in a Lambda has a command line. */
const commandLine = "exports.CommandLineParser = class {}; exports.CommandLineAction = class {};";

/**
 * Leaves out of a bundle what umzug and mysql2 bring along and a Lambda never uses: a library for command lines, and the
 * tables of multi-byte charsets from before Unicode. Other packages that use the same libraries keep them whole.
 */
export function leaveOutDeadWeight(build: PluginBuild): void {
  build.onResolve({ filter: /^@rushstack\/ts-command-line$/ }, ({ path, importer }) =>
    /[\\/]umzug[\\/]/.test(importer) ? { path, namespace: stubs } : undefined,
  );
  build.onLoad({ filter: /./, namespace: stubs }, ({ path }) => ({
    contents: path.endsWith(".json") ? missingCharset(basename(path, ".json")) : commandLine,
    loader: "js",
  }));
  leaveOutCharsets(build);
}

/** mysql2's iconv-lite is loaded under a namespace of its own, so that it is not the one of other packages. */
function leaveOutCharsets(build: PluginBuild): void {
  build.onResolve({ filter: /^iconv-lite$/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
    if (pluginData === iconv || !/[\\/]mysql2[\\/]/.test(importer)) return undefined;
    const found = await build.resolve(path, { resolveDir, importer, kind, pluginData: iconv });
    return found.errors.length > 0 ? found : { path: found.path, namespace: iconv };
  });
  build.onResolve({ filter: /^\./, namespace: iconv }, async ({ path, resolveDir, kind }) => {
    if (path.endsWith(".json")) return { path, namespace: stubs };
    const found = await build.resolve(path, { resolveDir, kind });
    return found.errors.length > 0 ? found : { path: found.path, namespace: iconv };
  });
  build.onLoad({ filter: /./, namespace: iconv }, async ({ path }) => ({
    contents: await readFile(path, "utf8"),
    loader: "js",
    resolveDir: dirname(path),
  }));
}

/** iconv-lite asks for a table when it first meets the charset: an error then, rather than wrong characters. */
function missingCharset(table: string): string {
  const message = `The charset of table ${table} is left out of this bundle; use utf8mb4 for the connection`;
  return `throw new Error(${JSON.stringify(message)});`;
}
