import { Logger } from "@aws-lambda-powertools/logger";
import { MigratorError } from "../errors";
import type { Log } from "../log";
import type { Settings } from "./settings";

export interface RunLog {
  /** A log with the run's id in every line, and the database where a Command names it. */
  withRun(runId: string, database?: string): Log;
}

/**
 * One JSON object per line, as CloudWatch Logs reads it: `level`, `message`, `timestamp`, `service`, `runId`, `data`.
 * Powertools reads its own POWERTOOLS_* variables, and Lambda's AWS_LAMBDA_LOG_LEVEL, besides:
 * https://docs.aws.amazon.com/powertools/typescript/latest/features/logger/.
 */
export function createLogger({ logLevel }: Pick<Settings, "logLevel">): RunLog {
  const options = { serviceName: "migration-lambda", logLevel: LEVELS[logLevel] };
  return {
    withRun: (runId, database) => {
      const persistentKeys = { runId, ...(database !== undefined && { database }) };
      return toLog(new Logger({ ...options, persistentKeys }));
    },
  };
}

const LEVELS = { debug: "DEBUG", info: "INFO", warn: "WARN", error: "ERROR" } as const;

type Data = Readonly<Record<string, unknown>>;

function toLog(logger: Logger): Log {
  return {
    debug: (message, data) => logger.debug(message, ...extra(data)),
    info: (message, data) => logger.info(message, ...extra(data)),
    warn: (message, data) => logger.warn(message, ...extra(data)),
    error: (message, data) => logger.error(message, ...extra(data)),
  };
}

/** Under a key of its own: a Report has a `message` too, and Powertools drops keys that are its own. */
function extra(data: Data | undefined): [] | [{ data: Data }] {
  if (data === undefined) return [];
  const entries = Object.entries(data).map(([key, value]) => [key, value instanceof Error ? describe(value) : value]);
  return [{ data: Object.fromEntries(entries) }];
}

/** Without the cause of an error of ours: it is the driver's or the SDK's, whose texts hold hosts and secret ids. */
function describe(error: Error): Data {
  if (error instanceof MigratorError) {
    const { name, code, message, advice, problems } = error;
    return { name, code, message, advice, problems };
  }
  return { name: error.name, message: error.message, stack: error.stack };
}
