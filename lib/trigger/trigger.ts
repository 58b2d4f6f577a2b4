import type { Call, Command } from "../command";
import type { Migrator } from "../engine/migrator";
import type { Log } from "../log";
import type { Report, Summary } from "../report";
import type { S3Location } from "../s3-location";

/** What a function gives its triggers to work with; made anew in every container, and again after it failed. */
export interface Assembly {
  readonly migrator: Migrator<Report | Summary>;
  /** How long an HTTP caller waits, in milliseconds. */
  readonly httpPatienceMs: number;
  readonly log: Log;
  /** Where migrations are uploaded to; absent: they were built into the function. */
  readonly uploads?: Uploads;
}

/** A prefix in S3 below which each database has a folder of its own. */
export interface Uploads {
  readonly location: S3Location;
  /** Whose folder is looked at before all others. */
  readonly rootDatabase: string;
  /** How many databases are worked on at a time. */
  readonly atOnce: number;
  /** Names of those that have a folder and that a Command may name, without the root database. @throws MigratorError */
  databases(signal?: AbortSignal): Promise<readonly string[]>;
  /** Whether there is any migration for this one. @throws MigratorError */
  holds(database: string, signal?: AbortSignal): Promise<boolean>;
}

/** The part of Lambda's context object that triggers use. */
export interface LambdaContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** One event, and what there is to answer it with. */
export interface Invocation {
  readonly event: unknown;
  readonly context: LambdaContext;
  /** The assembly whose every log line carries this run's id. @throws MigratorError `INVALID_SETTINGS` */
  assemble(runId: string): Assembly;
}

/**
 * One way in: turns an event into Commands, and an outcome into the answer that this caller understands.
 *
 * To add one: a file in this folder that exports a function returning this interface; it passes
 * `test/contract/trigger.ts`. A function names its triggers in order; the first that recognises the event handles it.
 */
export interface Trigger {
  recognises(event: unknown): boolean;
  /** Gives the answer, or throws where this caller takes only an error for a failure. */
  handle(invocation: Invocation): Promise<unknown>;
}

export type LambdaHandler = (event: unknown, context: LambdaContext) => Promise<unknown>;

/** The handler of a function that is reached in these ways. */
export function createHandler(assemble: Invocation["assemble"], triggers: readonly Trigger[]): LambdaHandler {
  return async (event, context) => {
    const trigger = triggers.find((one) => one.recognises(event));
    if (!trigger) throw new Error("This function cannot be called in this way.");
    return trigger.handle({ event, context, assemble });
  };
}

/** Runs a Command. Where there is nothing to show for it, the log says why, under the run's id. */
export async function runLogged({ migrator, log }: Assembly, command: Command, call: Call): Promise<Report | Summary> {
  try {
    return await migrator.run(command, call);
  } catch (error) {
    log.error("failed", { error });
    throw error;
  }
}
