import { readFile } from "node:fs/promises";
import type { OnResolveArgs, PartialMessage, PluginBuild } from "esbuild";
import type { DialectName } from "../lib/migration";
import type { Tool } from "../lib/source/code-file";
import type { FormatName } from "../lib/source/format";
import type { BuildFolder } from "./build-options";

type ToolName = Tool["format"];

interface Needed {
  readonly label: string;
  readonly versions: string;
  fits(major: number, minor: number): boolean;
}

const NEEDED: Readonly<Record<ToolName, Needed>> = {
  knex: { label: "Knex", versions: "0.95 or newer", fits: (major, minor) => major > 0 || minor >= 95 },
  sequelize: { label: "Sequelize", versions: "6", fits: (major) => major === 6 },
};

const STUBS = "migration-lambda:driver";

/** What the packages load when they connect by themselves, which they never do here. */
const DRIVERS = {
  mysql: /^(?:mysql2?|mariadb(?:\/callback)?)$/,
  postgres: /^pg(?:-(?:native|query-stream|hstore))?$/,
  elsewhere: /^(?:(?:@vscode\/|better-)?sqlite3|(?:oracledb|tedious|mssql|ibm_db|snowflake-sdk)(?:\/.*)?)$/,
} as const;

const ALL = new RegExp(
  Object.values(DRIVERS)
    .map(({ source }) => source)
    .join("|"),
);

const TOOL_FILE = /[\\/]node_modules[\\/](?:knex|sequelize)[\\/]/;

/** The package that migrations of a format are run with, and named after; undefined: none. */
export function toolOf(format: FormatName): ToolName | undefined {
  return format === "knex" || format === "sequelize" ? format : undefined;
}

export interface ToolPackages {
  /**
   * To be called for the migrations of a build before their package is imported.
   * @returns what is wrong when it, or a version that will do, is not to be had where their folder lies
   */
  missing(format: FormatName, folder: BuildFolder): Promise<readonly PartialMessage[]>;
}

/**
 * Lets a bundle hold Knex or Sequelize, which name drivers that nobody has all of. In a build without migrations for them
 * nothing is left out: it is somebody else's, who may connect by them. In one with such migrations a driver of their dialect
 * stays where it is installed, for an application that is bundled with its migrations.
 */
export function toolPackages(build: PluginBuild): ToolPackages {
  let dialect: DialectName | undefined;
  const isMissing = async ({ path, kind, resolveDir, importer }: OnResolveArgs): Promise<boolean> => {
    const found = await build.resolve(path, { kind, resolveDir, importer, pluginData: STUBS });
    return found.errors.length > 0;
  };
  build.onResolve({ filter: ALL }, async (args) => {
    if (dialect === undefined || args.pluginData === STUBS || !TOOL_FILE.test(args.importer)) return undefined;
    const left = !DRIVERS[dialect].test(args.path) || (await isMissing(args));
    return left ? { path: args.path, namespace: STUBS } : undefined;
  });
  build.onLoad({ filter: /./, namespace: STUBS }, ({ path }) => ({ contents: withoutDriver(path), loader: "js" }));
  return {
    missing: async (format, folder) => {
      const tool = toolOf(format);
      if (tool === undefined) return [];
      dialect = folder.dialect;
      const { label, versions, fits } = NEEDED[tool];
      const version = await versionOf(build, tool, folder.path);
      const [major = 0, minor = 0] = version?.split(".").map(Number) ?? [];
      if (version !== undefined && fits(major, minor)) return [];
      const there = version === undefined ? `${tool} is not installed` : `${tool} ${version} is installed`;
      const text = `these are ${label} migrations, and ${there}`;
      return [{ text, notes: [{ text: `Install ${tool}, version ${versions}.` }] }];
    },
  };
}

/** @returns undefined when it is not installed */
async function versionOf(build: PluginBuild, tool: ToolName, resolveDir: string): Promise<string | undefined> {
  const { errors, path } = await build.resolve(`${tool}/package.json`, { kind: "require-call", resolveDir });
  return errors.length > 0 ? undefined : JSON.parse(await readFile(path, "utf8")).version;
}

function withoutDriver(path: string): string {
  // Knex makes one of these, and our connection refuses it.
  if (path === "pg-query-stream") return "module.exports = class {};";
  const message = `${path} is left out of this bundle; migrations have one connection, which is there already`;
  return `throw new Error(${JSON.stringify(message)});`;
}
