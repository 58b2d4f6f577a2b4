import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Action, BenchMigration, Contestant, Place, Program } from "../contestant";
import type { Programs } from "../entrants";

const run = promisify(execFile);

/** What keeps no history at all, and does nothing but the statements: what every figure is compared with. */
export function baselines(programs: Programs): readonly Contestant[] {
  return [mysqlClient(), postgresClient(), driver(programs)];
}

/** Of what every other is a multiple. */
export const RAW = "raw client";

function mysqlClient(): Contestant {
  return {
    ...client("mariadb"),
    dialects: ["mysql"],
    program: (action, place) => {
      const { hostname, port, username, password, pathname } = new URL(place.url);
      const login = ["--no-defaults", `--host=${hostname}`, `--port=${port}`, `--user=${username}`];
      const input = scriptOf(action, place);
      return { file: "mariadb", args: [...login, pathname.slice(1)], env: { MYSQL_PWD: password }, input };
    },
  };
}

function postgresClient(): Contestant {
  return {
    ...client("psql"),
    dialects: ["postgres"],
    program: (action, place) => {
      const args = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", `--file=${scriptOf(action, place)}`, place.url];
      return { file: "psql", args };
    },
  };
}

/** One session that is fed all of the statements. */
function client(file: string): Omit<Contestant, "dialects" | "program"> {
  return {
    title: RAW,
    language: "C",
    keeps: "nothing",
    install: async () => void (await versionOf(file)),
    version: () => versionOf(file),
    prepare: (migrations, place) =>
      writeStatements(migrations, { place, suffix: "sql", form: (all) => all.map((one) => `${one};\n`).join("") }),
  };
}

function driver({ root, folder: helpers }: Programs): Contestant {
  return {
    title: "bare driver",
    language: "JavaScript",
    keeps: "nothing",
    dialects: ["mysql", "postgres"],
    install: async () => undefined,
    version: async () => {
      const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
      return `mysql2 ${dependencies.mysql2}, pg ${dependencies.pg}`;
    },
    prepare: (migrations, place) => writeStatements(migrations, { place, suffix: "json", form: JSON.stringify }),
    program: (action, { url, folder }): Program => ({
      file: process.execPath,
      args: [join(helpers, "driver.cjs"), url, join(folder, `${action}.json`)],
    }),
  };
}

interface Writing {
  readonly place: Place;
  readonly suffix: "sql" | "json";
  readonly form: (statements: readonly string[]) => string;
}

async function writeStatements(migrations: readonly BenchMigration[], { place, suffix, form }: Writing): Promise<void> {
  const directions: Readonly<Record<Action, readonly string[]>> = {
    up: migrations.flatMap(({ up }) => up),
    down: migrations.toReversed().flatMap(({ down }) => down),
  };
  for (const [action, statements] of Object.entries(directions)) {
    // With nothing to do it still connects.
    const text = form(statements.length > 0 ? statements : ["SELECT 1"]);
    await writeFile(join(place.folder, `${action}.${suffix}`), text);
  }
}

function scriptOf(action: Action, { folder }: Place): string {
  return join(folder, `${action}.sql`);
}

async function versionOf(file: string): Promise<string> {
  const { stdout } = await run(file, ["--version"]);
  return stdout.trim().replace(/\s+/g, " ");
}
