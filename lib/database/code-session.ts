import type { BatchOptions, BatchRange, BatchResult, Result } from "../migration";
import type { RunStart, Step, StepEnd, StepError } from "./database";

/** How a step in code begins: with the state that it asked to have back. `undone`: nothing of what it would undo has taken effect. */
export type Begun = { readonly state?: unknown } | { readonly undone: true };

export type Batch = BatchOptions & { readonly size: number };

export interface BatchWork {
  work(range: BatchRange): Promise<unknown>;
  /** Asked after each range: whether there is no time for another. */
  pause(): boolean;
}

export type BatchEnd = ({ readonly end: "done" } & BatchResult) | { readonly end: "paused" };

/** What a Session does for steps in code. */
export interface CodeSession {
  /**
   * Records that a code step is about to run. Where it does not run in one transaction, what it ran before it was cut off, or
   * failed, is not run again: `execute` gives back what that gave. `notify` is told what is worth knowing meanwhile.
   */
  begin(step: Step, run: RunStart, notify: (message: string) => void): Promise<Begun>;
  /**
   * One statement of a code step; several at once are run one after the other.
   * @throws the driver's error; MigratorError `DIVERGED`, `NOT_REPLAYABLE`, and then for every other statement of the step
   */
  execute<Row>(sql: string, values?: readonly unknown[]): Promise<Result<Row>>;
  /** Commits what was done so far. When the step is begun again, it is with this state, and nothing before is given back. */
  checkpoint(state: unknown): Promise<void>;
  /** Walks a table; each range is a transaction that holds its work and how far it has come. */
  batch(batch: Batch, work: BatchWork): Promise<BatchEnd>;
  /** Records that a code step has run. Fails when the database refuses what was put off to the end. */
  complete(step: Step): Promise<StepEnd>;
  /** Records why a code step stopped; what ran in a transaction is undone by it. `cause`: what the code threw. */
  fail(error: StepError, cause?: unknown): Promise<void>;
}
