import type { Database } from "./database/database";
import { createMysql } from "./database/mysql";
import { createPostgres } from "./database/postgres";
import { createMigrator } from "./engine/migrator";
import { createLogger } from "./settings/logger";
import { createLogins } from "./settings/secret";
import { readSettings, type Settings } from "./settings/settings";
import { createBundle, type Manifest } from "./source/bundle";
import type { Invocation } from "./trigger/trigger";

/** What triggers work with, from the environment and the bundle that was built with the function. */
export function assembleBundle(manifest: Manifest): Invocation["assemble"] {
  // What was read is kept for the container's life; what could not be read is read again.
  let parts: ReturnType<typeof wire> | undefined;
  return (runId) => {
    parts ??= wire(manifest, runId);
    const { settings, source, database, logger } = parts;
    const log = logger.withRun(runId);
    const { late, bundle, httpPatienceMs } = settings;
    return { log, httpPatienceMs, migrator: createMigrator({ source, database, late, bundle, log }) };
  };
}

/** The only place that wires. */
function wire(manifest: Manifest, runId: string) {
  const settings = settingsOrLog(manifest, runId);
  return {
    settings,
    source: createBundle(manifest, settings.placeholders),
    database: databaseOf(settings),
    logger: createLogger(settings),
  };
}

function databaseOf(settings: Settings): Database {
  const { dialect, tables, schema, lockTimeoutSeconds } = settings;
  const options = { logins: createLogins(settings), tables, lockTimeoutSeconds };
  return dialect === "postgres" ? createPostgres({ ...options, schema }) : createMysql(options);
}

/** Without settings there is no log level either, but the log is where somebody will look. */
function settingsOrLog({ dialect }: Manifest, runId: string): Settings {
  try {
    return readSettings(process.env, dialect);
  } catch (error) {
    createLogger({ logLevel: "info" }).withRun(runId).error("the settings cannot be used", { error });
    throw error;
  }
}
