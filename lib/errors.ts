import type { Problem, Report } from "./report";

/**
 * What went wrong, for code to branch on; texts are for people and may change.
 *
 * - `INVALID_COMMAND`: the Command cannot be understood; nothing was opened.
 * - `INVALID_SETTINGS`: the environment or the secret is incomplete or contradictory.
 * - `INVALID_MIGRATIONS`: the Source cannot be read as a whole.
 * - `UPLOAD_INCOMPLETE`: what is in the bucket is no complete set yet; calling again later helps.
 * - `UNREACHABLE`: no connection within the time there was.
 * - `ACCESS_DENIED`: the database knows us not, or a privilege is missing.
 * - `READ_ONLY`: the endpoint is a reader, or fails over.
 * - `CONNECTION_LOST`: the Session broke; the run ended with it.
 * - `LOCK_LOST`: a statement found that this Session no longer holds the lock; nothing was run after it.
 * - `FOREIGN_TABLE`: a journal table's name is taken by a table that is not ours.
 * - `DIVERGED`: a migration in code that goes on asked for another statement than it had run.
 * - `NOT_REPLAYABLE`: a migration in code cannot go on, because what it had was not, or could not be, kept.
 * - `STATEMENT_FAILED`: the database refused a statement.
 * - `IN_USE`: guarded transactions of the application did not end in time; the migration waits for the next call.
 * - `OUT_OF_DATE`: to the Guard, the schema is not the one that the application was built for.
 * - `MIGRATING`: to the Guard, a migration is in progress.
 */
export type ErrorCode =
  | "INVALID_COMMAND"
  | "INVALID_SETTINGS"
  | "INVALID_MIGRATIONS"
  | "UPLOAD_INCOMPLETE"
  | "UNREACHABLE"
  | "ACCESS_DENIED"
  | "READ_ONLY"
  | "CONNECTION_LOST"
  | "LOCK_LOST"
  | "FOREIGN_TABLE"
  | "DIVERGED"
  | "NOT_REPLAYABLE"
  | "STATEMENT_FAILED"
  | "IN_USE"
  | "OUT_OF_DATE"
  | "MIGRATING";

export interface ErrorDetails {
  /** What to do next, one sentence. */
  readonly advice?: string;
  /** When several things are wrong at once: all of them. */
  readonly problems?: readonly Problem[];
  readonly report?: Report;
  readonly cause?: unknown;
  /** The database itself says so: on the way to it everything is in order. */
  readonly answered?: true;
}

/** The only error that this package throws on purpose. Its texts never hold a password, a host or a secret's id. */
export class MigratorError extends Error {
  override readonly name = "MigratorError";
  readonly code: ErrorCode;
  readonly advice: string | undefined;
  readonly problems: readonly Problem[];
  readonly report: Report | undefined;
  readonly answered: boolean;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.advice = details.advice;
    this.problems = details.problems ?? [];
    this.report = details.report;
    this.answered = details.answered ?? false;
  }
}
