import type { Direction } from "./migration";

export type Outcome = "done" | "incomplete" | "running" | "refused" | "failed";

/**
 * - `CHANGED`: an applied migration's file is no longer what was applied.
 * - `LATE`: a pending migration sorts before one that is already applied.
 * - `UNKNOWN_TARGET`: no migration has the name that was asked for.
 * - `UNKNOWN_RUN`: no run has the id that was asked for.
 * - `NO_DOWN`: the migration cannot be rolled back.
 * - `FILE_GONE`: what is needed to go on, or back, is in no file that this bundle has.
 * - `HALF_APPLIED_CHANGED`: statements that have already taken effect read differently now.
 * - `CUT_OFF`: whether the statement in which a run was cut off took effect is not known.
 * - `RUN_ID_TAKEN`: the run id belongs to another Command.
 * - `INVALID`: a setting, a file or a Command is not what it must be.
 */
export type ProblemCode =
  | "CHANGED"
  | "LATE"
  | "UNKNOWN_TARGET"
  | "UNKNOWN_RUN"
  | "NO_DOWN"
  | "FILE_GONE"
  | "HALF_APPLIED_CHANGED"
  | "CUT_OFF"
  | "RUN_ID_TAKEN"
  | "INVALID";

/** A reason not to run. */
export interface Problem {
  readonly code: ProblemCode;
  /** What is wrong, one sentence. */
  readonly message: string;
  /** What to do next, one sentence. */
  readonly advice?: string;
  readonly migration?: string;
  readonly file?: string;
  readonly line?: number;
}

export interface DoneStep {
  readonly name: string;
  readonly direction: Direction;
  readonly durationMs: number;
  /** Its runner left, or was cut off, and the step was finished without it. */
  readonly recovered?: true;
}

/** The statement or migration that stopped the run. */
export interface Failure {
  readonly migration: string;
  readonly direction: Direction;
  /** The database's or the migration's own words, secrets masked. */
  readonly message: string;
  /** The database's error code, such as `ER_PARSE_ERROR`. */
  readonly code?: string;
  readonly file?: string;
  /** Number of the failed statement in its script, counted from 1; absent for code. */
  readonly statement?: number;
  /** How many statements the script has. */
  readonly statements?: number;
  readonly line?: number;
  /** Text of the failed statement, shortened and secrets masked. */
  readonly sql?: string;
  /** How many statements of the script have taken effect and are recorded; the next call goes on after them. */
  readonly applied?: number;
  readonly advice: string;
}

export interface AppliedMigration {
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly appliedAt: string;
  readonly runId: string;
}

export interface InProgress {
  readonly name: string;
  readonly direction: Direction;
  readonly runId: string;
  /** Statement about to run or running, counted from 1; absent for code. */
  readonly statement?: number;
  readonly statements?: number;
  readonly elapsedMs: number;
  /** Id of the database connection it runs on; absent when that connection is gone. */
  readonly connection?: number;
  /** The last attempt ended with this error. */
  readonly error?: string;
}

/** What happened, as plain JSON: HTTP body, invoke result, command line output and log line. */
export interface Report {
  readonly runId: string;
  readonly action: string;
  readonly database: string;
  readonly outcome: Outcome;
  readonly done: readonly DoneStep[];
  /** Names still to be applied, or reverted, by this Command. */
  readonly remaining: readonly string[];
  readonly problems: readonly Problem[];
  readonly failure?: Failure;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly applied?: readonly AppliedMigration[];
  /** Applied, but unknown to this bundle: newer code has been here, or a file was removed. */
  readonly ahead?: readonly string[];
  readonly changed?: readonly string[];
  readonly inProgress?: InProgress;
  /** Another run holds the lock and this one waited for it in vain. */
  readonly waiting?: true;
  /** One sentence for people. */
  readonly message: string;
}
