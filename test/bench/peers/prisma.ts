import { execFile } from "node:child_process";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { BenchMigration, Contestant } from "../contestant";
import { sqlOf } from "./forms";
import { layOut, nodeProgram } from "./project";
import { complaintOf, toolFrom } from "./tool";

/** Otherwise it looks for newer versions of itself while it runs. */
const OFFLINE = { CHECKPOINT_DISABLE: "1" };

const CONFIG = `export default {
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  datasource: { url: process.env.DATABASE_URL },
};
`;

const tool = toolFrom(["prisma"]);
const PROGRAM = "node_modules/prisma/build/index.js";

/** Its engine is a program, which it downloads from a place of its own. Has no way down. */
export const prisma: Contestant = {
  ...tool,
  title: "Prisma",
  language: "Rust",
  dialects: ["mysql", "postgres"],
  install: async () => {
    await tool.install();
    // A command that gets the engine, and needs no project.
    await promisify(execFile)(process.execPath, [PROGRAM, "version"], { cwd: tool.folder }).catch((error) => {
      const advice =
        "Prisma could not get its engine from binaries.prisma.sh (PRISMA_ENGINES_MIRROR names another place)";
      throw new Error(`${advice}: ${complaintOf(error)}`, { cause: error });
    });
  },
  prepare: async (migrations, { dialect, folder }) => {
    const schema = `datasource db {\n  provider = "${dialect === "mysql" ? "mysql" : "postgresql"}"\n}\n`;
    const own = [["prisma.config.mjs", CONFIG] as const, ["prisma/schema.prisma", schema] as const];
    await layOut(tool, folder, { texts: [...own, ...scriptsOf(migrations, dialect)] });
  },
  program: (action, { folder, url }) => {
    if (action === "down") return undefined;
    return nodeProgram(folder, [PROGRAM, "migrate", "deploy"], { ...OFFLINE, DATABASE_URL: url });
  },
};

const older = toolFrom(["prisma-6", "@prisma/adapter-pg", "pg"]);
const CONFIG_FILE = "prisma.config.mjs";

/** What needs no download: an engine in the package, for PostgreSQL alone, which the next version has no more. */
export const prismaInWasm: Contestant = {
  ...older,
  title: "Prisma 6, with its engine in WebAssembly",
  language: "WebAssembly",
  dialects: ["postgres"],
  prepare: async (migrations, { folder }) => {
    const schema = 'datasource db {\n  provider = "postgresql"\n  url = "postgres://"\n}\n';
    const texts = [["prisma/migrations/schema.prisma", schema] as const, ...scriptsOf(migrations, "postgresql")];
    await layOut(older, folder, { texts });
    // The tests have had to find out how this works.
    await copyFile(join(process.cwd(), "test/tools", CONFIG_FILE), join(folder, CONFIG_FILE));
  },
  program: (action, { folder, url }) => {
    if (action === "down") return undefined;
    const places = { TOOL_FOLDER: join(folder, "prisma/migrations"), TOOL_URL: url, DATABASE_URL: url };
    // Any program that is there keeps it from downloading the engines that it does not need.
    const engines = { PRISMA_QUERY_ENGINE_LIBRARY: process.execPath, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath };
    const args = ["node_modules/prisma-6/build/index.js", "migrate", "deploy", "--config", CONFIG_FILE];
    return nodeProgram(folder, args, { ...OFFLINE, ...places, ...engines });
  },
};

function scriptsOf(migrations: readonly BenchMigration[], provider: string): readonly (readonly [string, string])[] {
  const name = provider === "postgres" ? "postgresql" : provider;
  const lock = ["prisma/migrations/migration_lock.toml", `provider = "${name}"\n`] as const;
  const scripts = migrations.map(({ name, up }) => [`prisma/migrations/${name}/migration.sql`, sqlOf(up)] as const);
  return [lock, ...scripts];
}
