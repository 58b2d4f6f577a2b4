import { randomUUID } from "node:crypto";
import type { Call, Command } from "../../lib/command";
import { parseCommand } from "../../lib/command";
import type { Database } from "../../lib/database/database";
import { createMysql } from "../../lib/database/mysql";
import { createMigrator, type MigratorOptions } from "../../lib/engine/migrator";
import type { Log } from "../../lib/log";
import type { CodeParams, Migration } from "../../lib/migration";
import type { Report } from "../../lib/report";
import { createLogins } from "../../lib/settings/secret";
import { readSettings } from "../../lib/settings/settings";
import { parseSqlFile, sha256 } from "../../lib/source/sql-file";

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A migration from the text of one file with markers. */
export function sql(name: string, text: string): Migration {
  const { problems, ...file } = parseSqlFile({ path: `${name}.sql`, text }, "mysql");
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
    transaction: true,
    up: { kind: "code", file, run: up },
    ...(down && { down: { kind: "code", file, run: down } }),
  };
}

export function mysqlAt(url: string): Database {
  const settings = readSettings({ DATABASE_URL: url });
  return createMysql({ logins: createLogins(settings), tables: settings.tables, lockTimeoutSeconds: 1 });
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
    database: mysqlAt(url),
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
