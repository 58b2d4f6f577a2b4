import { dirname } from "node:path";
import { brotliCompressSync } from "node:zlib";
import type { Plugin, PluginBuild } from "esbuild";

/** Packages that few calls need, and what our code takes of them. Those of one unit share what they have in common. */
export const UNITS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  umzug: { umzug: ["MigrationError", "Umzug"] },
  aws: {
    "@aws-sdk/client-secrets-manager": ["GetSecretValueCommand", "SecretsManagerClient"],
    "@aws-sdk/rds-signer": ["Signer"],
  },
};

/** Those that are asked for by the name of their unit. */
const OTHERS: Readonly<Record<string, readonly string[]>> = { iconv: ["iconv-lite"] };

const PACKAGE = "migration-lambda:late";
/** Comes before the name of a unit, which exports what loads each of its packages, for an importer that is the plugin's data. */
export const UNIT = "migration-lambda:late-unit";

/** What is late for whom, and how it is built. */
export interface Late {
  importedBy(file: string): boolean;
  /** Of the builds that make the texts. */
  readonly plugin: Plugin;
}

/**
 * Keeps packages as packed text, which is compiled when something of them is first used. V8 looks through all code of a
 * file, at 30 ns a byte, before its first line runs; a text it skips. Files of their own would do as well, and would be
 * missing from every zip that is made of the one file.
 */
export function compileLate(build: PluginBuild, late: Late): void {
  for (const [unit, packages] of Object.entries(UNITS)) {
    const filter = new RegExp(`^(?:${Object.keys(packages).join("|")})$`);
    build.onResolve({ filter }, ({ path, importer, namespace }) =>
      namespace === "file" && late.importedBy(importer)
        ? { path, namespace: PACKAGE, pluginData: importer }
        : undefined,
    );
    build.onLoad({ filter, namespace: PACKAGE }, ({ path, pluginData }) => ({
      contents: gettersOf(packages[path] ?? [], `require("${UNIT}/${unit}")["${path}"]()`),
      pluginData,
    }));
  }
  build.onResolve({ filter: new RegExp(`^${UNIT}/`) }, ({ path, pluginData }) => ({
    path: path.slice(UNIT.length + 1),
    namespace: UNIT,
    pluginData,
  }));
  build.onLoad({ filter: /./, namespace: UNIT }, async ({ path, pluginData }) => {
    const text = await textOf(build, path, { importer: pluginData, plugin: late.plugin });
    return { contents: compiling(path, brotliCompressSync(text).toString("base64")) };
  });
}

/** Packed, because the zips of serverless-esbuild are made at the lowest level. */
function compiling(unit: string, packed: string): string {
  return `
const { compileFunction } = require("node:vm");
const text = require("node:zlib").brotliDecompressSync(Buffer.from("${packed}", "base64")).toString();
compileFunction(text, ["exports", "require"], { filename: "${unit}.js" })(exports, require);`;
}

/** @param from an expression */
export function gettersOf(names: readonly string[], from: string): string {
  return `
for (const name of ${JSON.stringify(names)}) {
  Object.defineProperty(exports, name, { enumerable: true, get: () => ${from}[name] });
}`;
}

interface Unit {
  readonly importer: string;
  readonly plugin: Plugin;
}

/** Code that exports, by the name of each package, what loads it. */
async function textOf({ esbuild, initialOptions }: PluginBuild, unit: string, { importer, plugin }: Unit) {
  const names = OTHERS[unit] ?? Object.keys(UNITS[unit] ?? {});
  const loaders = names.map((name) => `exports["${name}"] = () => require("${name}");`);
  const { minify, target, mainFields, supported, absWorkingDir } = initialOptions;
  const { outputFiles } = await esbuild.build({
    stdin: { contents: loaders.join("\n"), resolveDir: dirname(importer), sourcefile: importer, loader: "js" },
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    logLevel: "silent",
    plugins: [plugin],
    ...(minify !== undefined && { minify }),
    ...(target !== undefined && { target }),
    ...(mainFields && { mainFields }),
    ...(supported && { supported }),
    ...(absWorkingDir !== undefined && { absWorkingDir }),
  });
  return outputFiles[0]?.text ?? "";
}
