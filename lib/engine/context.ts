import type { Deadline, Session } from "../database/database";
import { MigratorError } from "../errors";
import type { BatchOptions, Context, Result } from "../migration";
import { createPace } from "./pace";

/** A Context for one step, and what ends it. */
export interface StepContext {
  readonly context: Context;
  /** Waits for what the migration has started and not waited for. @throws what that throws */
  settled(): Promise<void>;
  /** Ends when the migration has come to a place from which the next call goes on, and the time does not allow more. */
  readonly paused: Promise<void>;
  /** Refuses whatever the migration goes on to ask for: its step is over, and with it its transaction. */
  close(): void;
}

export interface ContextInput extends Pick<Context, "dialect" | "log" | "state"> {
  readonly session: Session;
  readonly deadline: Deadline;
}

/** Rows of a range where a migration does not say how many. */
const BATCH_ROWS = 1_000;

export function openContext({ session, deadline, dialect, log, state }: ContextInput): StepContext {
  const { track, settled } = createTracker();
  const { isOver } = createPace(deadline);
  const { paused, stay } = createPause();
  let open = true;
  const send = async <Row>(sql: string, values?: readonly unknown[]): Promise<Result<Row>> => {
    if (!open) throw ended();
    return session.execute<Row>(sql, values);
  };
  const rowsOf = async <Row>(sql: string, values?: readonly unknown[]) => (await send<Row>(sql, values)).rows;
  const checkpoint = async (reached: unknown) => {
    if (!open) throw ended();
    await session.checkpoint(reached);
    if (isOver()) await stay();
  };
  const batch: Context["batch"] = async (options, work) => {
    if (!open) throw ended();
    const end = await session.batch({ ...options, size: sizeOf(options) }, { work, pause: isOver });
    return end.end === "done" ? { batches: end.batches } : stay();
  };
  const context: Context = {
    dialect,
    log,
    state,
    execute: (sql, values) => track(send(sql, values)),
    query: (sql, values) => track(rowsOf(sql, values)),
    checkpoint: (reached) => track(checkpoint(reached)),
    batch: (options, work) => track(batch(options, work)),
  };
  const close = () => {
    open = false;
  };
  return { context, settled, paused, close };
}

/** Knows what the migration has started and not waited for. */
function createTracker() {
  const pending = new Set<Promise<unknown>>();
  return {
    // The very promises that the migration has: waiting for them counts as handling their rejection.
    track: <T>(work: Promise<T>): Promise<T> => {
      pending.add(work);
      const done = () => pending.delete(work);
      work.then(done, done);
      return work;
    },
    settled: async () => {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}

/** `stay`: the migration does not go on from there. */
function createPause() {
  let pause = () => {};
  const paused = new Promise<void>((resolve) => {
    pause = resolve;
  });
  const stay = (): Promise<never> => {
    pause();
    return new Promise(() => {});
  };
  return { paused, stay };
}

function sizeOf({ size = BATCH_ROWS }: BatchOptions): number {
  if (Number.isSafeInteger(size) && size > 0) return size;
  throw new MigratorError("STATEMENT_FAILED", `A batch cannot have ${size} rows.`, { advice: "Use a whole number." });
}

function ended(): MigratorError {
  return new MigratorError("STATEMENT_FAILED", "The migration has ended, and this statement of it came after that.", {
    advice: "Wait for every statement before the function ends.",
  });
}
