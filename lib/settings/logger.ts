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

/** Up to `info` Powertools writes to the standard output, what is worse to the standard error. */
function toLog(logger: Logger): Log {
  return {
    debug: (message, data) => held(() => logger.debug(message, ...extra(data))),
    info: (message, data) => held(() => logger.info(message, ...extra(data))),
    warn: (message, data) => afterHeld(() => logger.warn(message, ...extra(data))),
    error: (message, data) => afterHeld(() => logger.error(message, ...extra(data))),
  };
}

/**
 * Lines of one turn of the event loop leave in one write: the answers of many migrations come at once, and a system call for
 * each line would be much of what this process does for them. An exit in the middle of a turn loses none.
 */
function held(write: () => void): void {
  if (process.stdout.writableCorked === 0) {
    process.stdout.cork();
    process.once("exit", release);
    process.nextTick(release);
  }
  write();
}

/** The order of the lines is the same on both outputs. */
function afterHeld(write: () => void): void {
  release();
  write();
}

function release(): void {
  process.off("exit", release);
  process.stdout.uncork();
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
