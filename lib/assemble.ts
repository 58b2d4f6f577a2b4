import type { Database, Deadline } from "./database/database";
import { createMysql } from "./database/mysql";
import { createPostgres } from "./database/postgres";
import { createDatabasesMigrator } from "./engine/databases";
import { createMigrator } from "./engine/migrator";
import type { InstanceLogins, Logins } from "./login";
import { withDatabase, withDefault, withOwnDatabase } from "./settings/choose-database";
import { isDatabaseName } from "./settings/fields";
import { createLogger } from "./settings/logger";
import { createLogins } from "./settings/secret";
import { readSettings, type Settings } from "./settings/settings";
import { createBundle, type Manifest } from "./source/bundle";
import type { Source } from "./source/source";
import type { Invocation } from "./trigger/trigger";
import { isPattern } from "./wildcard";

/** What triggers work with, from the environment and the bundle that was built with the function, or read where this runs. */
export function assembleBundle(manifest: Manifest, createLog = createLogger): Invocation["assemble"] {
  // What was read is kept for the container's life; what could not be read is read again.
  let parts: ReturnType<typeof wire> | undefined;
  return (runId) => {
    parts ??= wire(manifest, createLog, runId);
    const { settings, createSource, logins, logger, names } = parts;
    const { dialect, late, protect, bundle, httpPatienceMs, databasesAtOnce: atOnce, databases: allowed } = settings;
    const logOf = (database?: string) => logger.withRun(runId, database);
    const migrator = createDatabasesMigrator({
      open: (name) => {
        const database = databaseOf(settings, loginsTo(name, settings, logins));
        return createMigrator({
          source: createSource(name),
          database,
          late,
          ...(protect && { protect }),
          bundle,
          log: logOf(name),
        });
      },
      names,
      ...(allowed && { allowed }),
      isName: (name) => isDatabaseName(name, dialect),
      atOnce,
      logOf,
    });
    return { log: logOf(), httpPatienceMs, migrator };
  };
}

/** The only place that wires. */
function wire(manifest: Manifest, createLog: typeof createLogger, runId: string) {
  const settings = settingsOrLog(manifest, createLog, runId);
  const logins = createLogins(settings);
  const source = createBundle(manifest, settings.placeholders);
  return {
    settings,
    logins,
    logger: createLog(settings),
    /** The migrations of one database; the bundle has the same for all. */
    createSource: (_database: string | undefined): Source => source,
    names: namesOf(settings, logins),
  };
}

/** What patterns can mean: what DATABASES names, and where it has patterns, what is on the server besides. */
function namesOf(settings: Settings, logins: InstanceLogins): (deadline: Deadline) => Promise<readonly string[]> {
  const { databases = [], dialect, rootDatabase } = settings;
  const named = databases.filter((entry) => !isPattern(entry));
  // MySQL lets everybody into this one, and tells the same everywhere.
  const lobby = dialect === "mysql" ? withDatabase(logins, "information_schema") : withDefault(logins, rootDatabase);
  return async (deadline) => {
    if (named.length === databases.length) return named;
    const there = await databaseOf(settings, lobby).list(deadline);
    // The maintenance database is meant only by its name.
    return [...new Set([...named, ...there.filter((name) => name !== rootDatabase)])];
  };
}

/** Which database the logins of a call are for; what is not allowed has been refused by then. */
function loginsTo(name: string | undefined, { databases }: Settings, logins: InstanceLogins): Logins {
  return name === undefined || !databases ? withOwnDatabase(logins, name) : withDatabase(logins, name);
}

function databaseOf(settings: Settings, logins: Logins): Database {
  const { dialect, tables, schema, lockTimeoutSeconds } = settings;
  const options = { logins, tables, lockTimeoutSeconds };
  return dialect === "postgres" ? createPostgres({ ...options, schema }) : createMysql(options);
}

/** Without settings there is no log level either, but the log is where somebody will look. */
function settingsOrLog({ dialect }: Manifest, createLog: typeof createLogger, runId: string): Settings {
  try {
    return readSettings(process.env, dialect);
  } catch (error) {
    createLog({ logLevel: "info" }).withRun(runId).error("the settings cannot be used", { error });
    throw error;
  }
}
