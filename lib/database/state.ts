import type { Applied } from "../compare";
import type { Direction, Phase, SqlScript } from "../migration";
import type { Report } from "../report";
import type { Step } from "./database";

export interface AppliedRow extends Applied {
  /** Rises with every application: the true order. */
  readonly id: number;
  /** ISO 8601, UTC. */
  readonly appliedAt: string;
  readonly runId: string;
  readonly bundle: string;
  readonly down?: SqlScript;
  /** It is run again when it changes, and is never reverted. */
  readonly repeatable?: true;
  /** Absent where it was recorded by an older version, or adopted. */
  readonly phase?: Phase;
}

/** The write-ahead intent: the step in progress, or the one that was stopped half way. */
export interface StepRow {
  readonly name: string;
  readonly direction: Direction;
  readonly checksum: string;
  readonly normalised: string;
  /** As of the applied row. */
  readonly phase?: Phase;
  /** What was sent; absent for code. */
  readonly script?: SqlScript;
  readonly down?: SqlScript;
  /** Index of the first statement of the segment, or the chain, that was about to run: all before it have taken effect. */
  readonly statement: number;
  readonly connection: number;
  readonly runId: string;
  readonly bundle: string;
  readonly elapsedMs: number;
  /** How the step stopped; absent while it runs, and when it was cut off. */
  readonly error?: StepError;
  /** What the objects that the statement about to run names were like before it; of a chain, those of all its statements. */
  readonly probe?: string;
  /** A part of the segment about to run has been committed, or may have been: what it calls commits. */
  readonly torn?: true;
  /** What a migration in code has asked to have back when it is begun again. */
  readonly state?: unknown;
  /** How often in a row it was cut off at the same place. */
  readonly cuts: number;
  /** From its begin to the time until which its runner meant to stay. */
  readonly allowedMs: number;
  /** Of code that keeps records: how far they go. */
  readonly recorded?: Recorded;
}

export interface Recorded {
  /** How many statements have taken effect. */
  readonly count: number;
  /** The one after them: about to run or running, or cut off, and then it is not known whether it took effect. */
  readonly doubt?: CodeDoubt;
}

export interface CodeDoubt {
  /** Shortened, secrets masked. */
  readonly sql: string;
  /** It locked tables: what ran while they were locked is in doubt with it, and in no record. */
  readonly block?: true;
}

/**
 * How far a step has come where the journal does not say so.
 *
 * - `from`: index of the first statement that has not taken effect.
 * - `asked`: index of one of which nobody can tell; all before it have taken effect. `until`: the first that was surely not begun.
 */
export type Verdict = { readonly from: number } | { readonly asked: number; readonly until: number };

/** Where a step in progress is. */
export interface StepProgress {
  /** Index of the statement that is running, from 0; where the server does not show it, the one of which the journal knows. */
  readonly statement: number;
  /** What the server says of how far that statement has come, in a few words. */
  readonly text?: string;
}

export interface StepError {
  readonly message: string;
  /** Index of the failed statement in its script, from 0; absent for code. */
  readonly index?: number;
}

export type PlannedStep = Pick<Step, "name" | "direction">;

export interface RunRow {
  readonly runId: string;
  readonly action: string;
  /** Equal for two calls that ask for the same: action, target and migration set. */
  readonly key: string;
  readonly bundle: string;
  readonly connection: number;
  readonly elapsedMs: number;
  /** What it set out to do, in order. */
  readonly plan: readonly PlannedStep[];
  /** False once the time has passed until which its runner meant to stay. */
  readonly attended: boolean;
  /** Absent until it is finished. */
  readonly report?: Report;
}

/** The rows of what is applied, as somebody takes them to be. */
export interface Expected {
  readonly count: number;
  /** As of `digestOfSet`, of the rows by the bytes of their names. */
  readonly digest: string;
  /** What the server has made of these very rows on the same connection: then it compares that, and not the digest. */
  readonly sum?: bigint;
}

export interface Question {
  /** The run that is asked for. */
  readonly runId: string;
  /** Where the rows are these they need not travel. */
  readonly expected?: Expected;
}

/** What the journal says where it has the rows that were expected, no more and no fewer. */
export type AsExpected = Omit<State, "applied"> & { readonly applied: "as expected" };

/** What the database knows of its migrations, at one instant. */
export interface State {
  /** `old`: without columns that came later; they are read as empty until the tables are made ready. */
  readonly tables: "ready" | "missing" | "old";
  /** In the order of application. */
  readonly applied: readonly AppliedRow[];
  readonly step?: StepRow;
  /** The run that was asked for. */
  readonly run?: RunRow;
  /** Runs that never finished, the oldest first. */
  readonly unfinished: readonly RunRow[];
  /** The connection that holds the lock. */
  readonly holder?: number;
  readonly progress?: string;
}
