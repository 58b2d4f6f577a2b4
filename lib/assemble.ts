import { createMysql } from "./database/mysql";
import { createMigrator } from "./engine/migrator";
import { createLogger } from "./settings/logger";
import { createLogins } from "./settings/secret";
import { readSettings, type Settings } from "./settings/settings";
import { createBundle, type Manifest } from "./source/bundle";
import type { Source } from "./source/source";
import type { Invocation } from "./trigger/trigger";

/** What triggers work with, from the environment and the bundle that was built with the function. */
export function assembleBundle(manifest: Manifest): Invocation["assemble"] {
  return assembleSource(createBundle(manifest));
}

/** The only place that wires. What was read is kept for the container's life; what could not be read is read again. */
export function assembleSource(source: Source): Invocation["assemble"] {
  let parts: ReturnType<typeof wire> | undefined;
  return (runId) => {
    parts ??= wire(runId);
    const { settings, database, logger } = parts;
    const log = logger.withRun(runId);
    const { late, bundle, httpPatienceMs } = settings;
    return { log, httpPatienceMs, migrator: createMigrator({ source, database, late, bundle, log }) };
  };
}

function wire(runId: string) {
  const settings = settingsOrLog(runId);
  const { tables, lockTimeoutSeconds } = settings;
  const database = createMysql({ logins: createLogins(settings), tables, lockTimeoutSeconds });
  return { settings, database, logger: createLogger(settings) };
}

/** Without settings there is no log level either, but the log is where somebody will look. */
function settingsOrLog(runId: string): Settings {
  try {
    return readSettings();
  } catch (error) {
    createLogger({ logLevel: "info" }).withRun(runId).error("the settings cannot be used", { error });
    throw error;
  }
}
