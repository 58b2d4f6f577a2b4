import { existsSync, readFileSync, realpathSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import type { BuildOptions, OnResolveArgs, OnResolveResult, PluginBuild } from "esbuild";
import { compactData } from "./compact";
import { takePartsOfDrivers } from "./driver-parts";
import { lightenDrivers } from "./driver-starts";
import { compileLate } from "./late";
import { loadBuiltinsLazily } from "./lazy-builtins";

/** A package that is loaded under a namespace of its own, with parts of it replaced; its other users have it whole. */
interface Trimmed {
  readonly imports: RegExp;
  importedBy(file: string): boolean;
  /** The code in place of what a file of the package imports; undefined keeps that. */
  instead(path: string): string | undefined;
}

const STUBS = "migration-lambda:stub";

/** Only as far as `class UmzugCLI extends CommandLineParser` is evaluated; nothing in a Lambda has a command line. */
const NO_COMMAND_LINE = "exports.CommandLineParser = class {}; exports.CommandLineAction = class {};";

const NO_GLOB = 'exports.glob = () => { throw new Error("Globs are left out of this bundle"); };';

/**
 * Lambda hands a function its role's credentials in the environment. What is left out looks for them in files of a
 * developer, in web identities, in containers and on instances. The error's name is the one that the SDK gives it.
 */
const ENVIRONMENT_CREDENTIALS = `
const fromEnvironment = () => async () => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = process.env;
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey, sessionToken };
  throw Object.assign(new Error("no AWS credentials in the environment"), { name: "CredentialsProviderError" });
};
export { fromEnvironment as defaultProvider, fromEnvironment as fromNodeProviderChain };
`;

const UMZUG: ReadonlyMap<string, string> = new Map([
  ["@rushstack/ts-command-line", NO_COMMAND_LINE],
  ["tinyglobby", NO_GLOB],
]);

const TRIMMED: readonly Trimmed[] = [
  { imports: /^umzug$/, importedBy: isOurs, instead: (path) => UMZUG.get(path) },
  {
    imports: /^@aws-sdk\/(client-(?:s3|secrets-manager)|rds-signer)$/,
    importedBy: isOurs,
    instead: (path) => (/^@aws-sdk\/credential-provider(-node|s)$/.test(path) ? ENVIRONMENT_CREDENTIALS : undefined),
  },
  {
    imports: /^iconv-lite$/,
    importedBy: (file) => /[\\/]mysql2[\\/]/.test(file),
    instead: (path) => (path.endsWith(".json") ? missingCharset(basename(path, ".json")) : undefined),
  },
];

/**
 * Leaves out of a bundle what our dependencies bring along and a Lambda never uses: umzug's library for command lines and
 * its globs, mysql2's tables of multi-byte charsets from before Unicode, and the AWS SDK's search for credentials. Only
 * what our own code imports is trimmed (mysql2 for everybody), as other functions of a service are built with the same
 * plugins and may want all of it. Of what is left, our own functions load what a call needs when it needs it.
 */
export function leaveOutDeadWeight(build: PluginBuild): void {
  if (buildsOurs(build.initialOptions)) {
    preferModules(build.initialOptions);
    loadBuiltinsLazily(build);
    const setup = (unit: PluginBuild) => {
      loadBuiltinsLazily(unit);
      trimAll(unit);
    };
    compileLate(build, { importedBy: isOurs, plugin: { name: "migration-lambda:late", setup } });
    takePartsOfDrivers(build, isOurs);
  }
  lightenDrivers(build);
  trimAll(build);
}

function trimAll(build: PluginBuild): void {
  compactData(build);
  TRIMMED.forEach((trimmed, index) => {
    trim(build, trimmed, `migration-lambda:trimmed-${index}`);
  });
  build.onLoad({ filter: /./, namespace: STUBS }, ({ pluginData }) => ({ contents: pluginData, loader: "js" }));
}

function trim(build: PluginBuild, { imports, importedBy, instead }: Trimmed, namespace: string): void {
  // Resolving the same import as esbuild would comes back to this plugin: the second time it is none of our business.
  const original = async ({ path, importer, resolveDir, kind }: OnResolveArgs): Promise<OnResolveResult> => {
    const found = await build.resolve(path, { importer, resolveDir, kind, pluginData: namespace });
    return found.errors.length > 0 ? found : { path: found.path, sideEffects: found.sideEffects, namespace };
  };
  build.onResolve({ filter: imports }, (args) =>
    args.pluginData !== namespace && args.namespace === "file" && importedBy(args.importer)
      ? original(args)
      : undefined,
  );
  build.onResolve({ filter: /./, namespace }, (args) => {
    const contents = instead(args.path);
    if (contents !== undefined) return { path: args.path, namespace: STUBS, pluginData: contents };
    return args.path.startsWith(".") ? original(args) : undefined;
  });
  build.onLoad({ filter: /./, namespace }, async ({ path }) => ({
    contents: await readFile(path, "utf8"),
    loader: extname(path) === ".json" ? "json" : "js",
    resolveDir: dirname(path),
  }));
}

/** Not in builds of anybody else's functions: their packages may be made for browsers as modules. */
function buildsOurs({ absWorkingDir = process.cwd(), entryPoints = [], format = "cjs" }: BuildOptions): boolean {
  const entries = Array.isArray(entryPoints) ? entryPoints : Object.values(entryPoints);
  const files = entries.map((entry) => resolve(absWorkingDir, typeof entry === "string" ? entry : entry.in));
  return format === "cjs" && files.length > 0 && files.every(isOurs);
}

/**
 * Of a package that comes as CommonJS and as modules, esbuild takes the former for Node, whole; of modules it takes what
 * is used. And to `import()` a module of Node.js evaluates all that it exports; of "node:http" that is a second client,
 * 15 ms of CPU.
 */
function preferModules(options: BuildOptions): void {
  options.mainFields ??= ["module", "main"];
  options.supported = { "dynamic-import": false, ...options.supported };
}

/** Whether a file belongs to this package: installed, linked, or a copy of the repository, wherever that lies. */
function isOurs(file: string): boolean {
  if (!existsSync(file)) return false;
  for (let folder = dirname(realpathSync(file)); ; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (existsSync(manifest)) return JSON.parse(readFileSync(manifest, "utf8")).name === "migration-lambda";
    if (folder === dirname(folder)) return false;
  }
}

/** iconv-lite asks for a table when it first meets the charset: an error then, rather than wrong characters. */
function missingCharset(table: string): string {
  const message = `The charset of table ${table} is left out of this bundle; use utf8mb4 for the connection`;
  return `throw new Error(${JSON.stringify(message)});`;
}
