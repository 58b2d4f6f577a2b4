import { randomUUID } from "node:crypto";
import type { Call, Command } from "../../lib/command";
import { parseCommand } from "../../lib/command";
import type { Database } from "../../lib/database/database";
import type { Kept } from "../../lib/database/kept";
import { createMysql } from "../../lib/database/mysql";
import { createPostgres } from "../../lib/database/postgres";
import { createMigrator, type MigratorOptions } from "../../lib/engine/migrator";
import type { Log } from "../../lib/log";
import type { CodeParams, DialectName, Migration } from "../../lib/migration";
import type { Report } from "../../lib/report";
import { withOwnDatabase } from "../../lib/settings/choose-database";
import { createLogins } from "../../lib/settings/secret";
import { readSettings } from "../../lib/settings/settings";
import { sha256 } from "../../lib/source/checksum";
import { parseSqlFile } from "../../lib/source/sql-file";

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A migration from the text of one file with markers. */
export function sql(name: string, text: string, dialect: DialectName = "mysql"): Migration {
  const { problems, ...file } = parseSqlFile({ path: `${name}.sql`, text }, dialect);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return { name, ...file };
}

type Run = (params: CodeParams) => Promise<unknown>;

/** A migration in code; `version` stands for the text of its file. */
export function code(
  name: string,
  up: Run,
  options: { readonly down?: Run; readonly version?: string } = {},
): Migration {
  const { down, version = "1" } = options;
  const file = `${name}.ts`;
  const checksum = sha256(name + version);
  return {
    name,
    checksum,
    normalised: checksum,
    phase: "pre",
    up: { kind: "code", file, run: up },
    ...(down && { down: { kind: "code", file, run: down } }),
  };
}

/** The Database that a URL names, and other settings where they are given. */
export function databaseAt(url: string, env: Readonly<Record<string, string>> = {}, kept?: Kept): Database {
  const dialect: DialectName = url.startsWith("mysql:") ? "mysql" : "postgres";
  const settings = readSettings({ DATABASE_URL: url, LOCK_TIMEOUT_SECONDS: "1", ...env }, dialect);
  const logins = withOwnDatabase(createLogins(settings));
  return { mysql: createMysql, postgres: createPostgres }[dialect]({
    ...settings,
    logins,
    ...(kept && { kept }),
  });
}

type Body<C = Command> = C extends Command ? Omit<C, "action"> : never;

/** Runs one action on a database, as a trigger would. */
export async function run(
  target: { readonly url: string; readonly migrations: readonly Migration[] } & Partial<MigratorOptions>,
  action: Command["action"],
  {
    call,
    ...body
  }: Partial<Body> & {
    readonly call?: Partial<Call>;
    readonly steps?: number;
    readonly to?: string;
    readonly dryRun?: boolean;
  } = {},
): Promise<Report> {
  const { url, migrations, ...options } = target;
  const migrator = createMigrator({
    source: { location: "the test", load: async () => migrations },
    database: databaseAt(url),
    late: "refuse",
    bundle: "test",
    log: silent,
    ...options,
  });
  return migrator.run(parseCommand(action, body), {
    requestId: randomUUID(),
    patienceMs: 20_000,
    whenRunning: "wait",
    ...call,
  });
}
