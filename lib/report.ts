import type { ErrorCode } from "./errors";
import type { Finding } from "./finding";
import type { Direction } from "./migration";
import type { Preview } from "./preview";

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
 * - `NOT_RESUMABLE`: what is left of a step needs what only its lost session knew.
 * - `CUT_TWICE`: code was cut off twice at the same place, and would be a third time.
 * - `PLAN_CHANGED`: what would be done is not what the plan showed.
 * - `PROTECTED`: this database is only changed in this way by who has looked at the plan.
 * - `RUN_ID_TAKEN`: the run id belongs to another Command.
 * - `NO_HISTORY`: no history that is known, or none of the tool that was named, is there.
 * - `SEVERAL_HISTORIES`: more than one is there, and none was named.
 * - `HISTORY_BLOCKED`: the other tool is at work, or left its history in a state of which it must be helped out first.
 * - `HISTORY_FOUND`: a baseline was asked for where a history can be adopted.
 * - `ROW_WITHOUT_FILE`: the other tool has applied what is in no file.
 * - `AMBIGUOUS`: several files are one and the same migration to the other tool.
 * - `ALREADY_APPLIED`: the journal is not empty.
 * - `IN_PROGRESS`: a migration is half way.
 * - `NOTHING_RUNNING`: there is no statement to cancel.
 * - `NOT_APPLIED`: what is to be accepted is not applied.
 * - `NOT_CHANGED`: what is to be accepted is what was applied.
 * - `NOT_IN_DOUBT`: what is to be settled is known.
 * - `CHECK_FAILED`: the doctor, or a run that could not connect, found what stands in the way.
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
  | "NOT_RESUMABLE"
  | "CUT_TWICE"
  | "PLAN_CHANGED"
  | "PROTECTED"
  | "RUN_ID_TAKEN"
  | "NO_HISTORY"
  | "SEVERAL_HISTORIES"
  | "HISTORY_BLOCKED"
  | "HISTORY_FOUND"
  | "ROW_WITHOUT_FILE"
  | "AMBIGUOUS"
  | "ALREADY_APPLIED"
  | "IN_PROGRESS"
  | "NOTHING_RUNNING"
  | "NOT_APPLIED"
  | "NOT_CHANGED"
  | "NOT_IN_DOUBT"
  | "CHECK_FAILED"
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
  /** Number of the statement that it is about, counted from 1. */
  readonly statement?: number;
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
  /** The database's error code, such as `ER_PARSE_ERROR`; `CANCELLED` where it was stopped and its runner had left. */
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
  /** Text of that statement, shortened and secrets masked. */
  readonly sql?: string;
  /** Which of the steps of its run it is, counted from 1, and how many that has; only where that run was asked for. */
  readonly step?: number;
  readonly steps?: number;
  readonly elapsedMs: number;
  /** Id of the database connection it runs on; absent when that connection is gone. */
  readonly connection?: number;
  /** What the server says of how far the statement has come, where it says anything: "stage 1 of 2, 45 %". */
  readonly progress?: string;
  /** The last attempt ended with this error. */
  readonly error?: string;
}

/** What of a database's past has been recorded as applied; in a dry run, or where it was refused, what would be. */
export interface Adoption {
  /** Whose history it is; `baseline` where there was none. */
  readonly tool: string;
  /** Where that history lies. */
  readonly table?: string;
  readonly recorded: readonly AdoptedMigration[];
  /** In a file, and not in the history: the next `migrate` applies them. */
  readonly pending: readonly string[];
  /** In the history, and in no file; as the other tool calls them. Nothing is recorded of them. */
  readonly rowsWithoutFile: readonly string[];
}

export interface AdoptedMigration {
  readonly name: string;
  /** ISO 8601, UTC; absent where the other tool does not keep it. */
  readonly appliedAt?: string;
  /** The history does not name it: it says that everything up to a version is applied. */
  readonly assumed?: true;
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
  /** What is worth knowing and no reason to stop, one sentence each. */
  readonly notices?: readonly string[];
  readonly failure?: Failure;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly applied?: readonly AppliedMigration[];
  /** Applied, but unknown to this bundle: newer code has been here, or a file was removed. */
  readonly ahead?: readonly string[];
  readonly changed?: readonly string[];
  /** Digest of the migrations that this bundle has: as in the stack that deployed it. */
  readonly set?: string;
  readonly inProgress?: InProgress;
  readonly adoption?: Adoption;
  /** What the doctor found, check by check. */
  readonly findings?: readonly Finding[];
  readonly plan?: Preview;
  /** Why a person asked for it. */
  readonly reason?: string;
  /** Another run holds the lock and this one waited for it in vain. */
  readonly waiting?: true;
  /** One sentence for people. */
  readonly message: string;
}

/** A database of which there is no Report, and why. */
export interface Unreached {
  readonly database: string;
  readonly code: ErrorCode;
  readonly message: string;
  readonly advice?: string;
  readonly problems?: readonly Problem[];
}

/** What happened in each of several databases, as plain JSON. */
export interface Summary {
  readonly runId: string;
  readonly action: string;
  /** The worst of all; what was not reached has failed. */
  readonly outcome: Outcome;
  /** In the order in which they were asked for; patterns by name. */
  readonly databases: readonly (Report | Unreached)[];
  /** Those that were not begun: the time was up, or another one had failed and `onFailure` was `stop`. */
  readonly notStarted?: readonly string[];
  /** Those whose Report is left out, since the answer would be larger than Lambda allows: the log has what came of them. */
  readonly leftOut?: readonly string[];
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** One sentence for people; names each database that failed or was refused, and why. */
  readonly message: string;
}

/** What came of one database: what was not reached has failed. */
export function outcomeOf(result: Report | Unreached): Outcome {
  return "outcome" in result ? result.outcome : "failed";
}
