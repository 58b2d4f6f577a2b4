import { MigratorError } from "../errors";
import { walk } from "./code-batch";
import { dropRecords, forget } from "./code-records";
import { toSendAgain } from "./code-refusals";
import { leftOver } from "./code-replay";
import { beginAnew, type Past, pastOf } from "./code-resume";
import type { CodeSession } from "./code-session";
import { runRecorded } from "./code-statements";
import { encode } from "./code-values";
import type { Step, StepEnd, StepError } from "./database";
import { type Intent, intentOf } from "./journal";
import { asParts, rowOf, updateStep } from "./message";
import { createRecording, fail, leave, type Recording } from "./recording";
import { asBefore, contextOf, ours, recordError, type SessionSetup, write } from "./session";

/** A step in code that is under way. */
interface Current {
  readonly step: Step;
  readonly intent: Intent;
  readonly startedMs: number;
  /** Absent: it is one transaction, which ends with its row. */
  readonly recording?: Recording;
  /** Whether some of it was committed before it ended. */
  partly: boolean;
  /** When the one transaction began that it is to be; absent where it is none. */
  transaction?: string;
}

/** A step in code talks statement by statement, in one transaction where DDL can be undone, else with a record of each statement. */
export function createCodeSteps(setup: SessionSetup): CodeSession {
  const { connection } = setup;
  let current: Current | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
  return {
    begin: async (step, run, notify) => {
      const intent = intentOf(step, run);
      await ours(setup, setup.dialect.reset(setup));
      const past = await pastOf(setup, step);
      const recorded = !isAtomic(setup, step) || past.recorded > 0;
      await beginAnew(setup, { intent, past, recorded });
      if (!recorded && !past.undone) await ours(setup, [{ sql: setup.dialect.grammar.begin }]);
      const recording = recorded ? { recording: createRecording(setup, past.recorded, notify) } : {};
      current = { step, intent, startedMs: Date.now(), partly: hasState(past), ...recording };
      if (!recorded && !past.undone) current.transaction = await transactionOf(setup);
      if (past.undone) return { undone: true };
      return hasState(past) ? { state: past.state } : {};
    },
    execute: (sql, values) =>
      inTurn(() => {
        const recording = current?.recording;
        return recording ? runRecorded(recording, sql, values) : connection.execute(sql, values);
      }),
    checkpoint: (state) => inTurn(() => checkpoint(setup, begun(current), state)),
    batch: (batch, work) => {
      const { recording } = begun(current);
      if (!recording) throw inOneTransaction();
      return walk(recording, batch, { ...work, inTurn });
    },
    // After all that the code has started, and may not have waited for.
    complete: (step) => inTurn(() => complete(setup, begun(current), step)),
    fail: (error, cause) => inTurn(() => failStep(setup, { ...begun(current), error, cause })),
  };
}

/** Tells one transaction from another. Without one, each statement is its own. */
async function transactionOf({ connection }: SessionSetup): Promise<string> {
  const [row] = await connection.query<readonly { readonly at: string }[]>(
    "SELECT pg_catalog.transaction_timestamp()::pg_catalog.text AS at",
  );
  return row?.at ?? "";
}

/** Whether the code has ended the transaction that it was to be, so that what it did may be committed, or undone, without its row. */
async function hasLeft(setup: SessionSetup, { transaction }: Current): Promise<boolean> {
  if (transaction === undefined) return false;
  // One that has failed answers nothing, and is still the same.
  return (await transactionOf(setup).catch(() => transaction)) !== transaction;
}

const ENDED =
  "The migration has ended the transaction that it runs in; put a comment with `migration: no transaction` into the file.";

function isAtomic({ dialect }: SessionSetup, { script }: Step): boolean {
  return dialect.atomicCode && script.transaction !== false;
}

const hasState = ({ state }: Past) => state !== undefined;

function inOneTransaction(): MigratorError {
  return new MigratorError("STATEMENT_FAILED", "A batch commits as it goes, and this migration is one transaction.", {
    advice: "Put a comment with `migration: no transaction` into the file, or use context.checkpoint.",
  });
}

function notHere(): MigratorError {
  return new MigratorError("STATEMENT_FAILED", "A checkpoint came inside a batch, or while tables were locked.", {
    advice: "End that first.",
  });
}

function begun(current: Current | undefined): Current {
  if (current) return current;
  throw new MigratorError("STATEMENT_FAILED", "A code step went on that never began.");
}

async function checkpoint(setup: SessionSetup, current: Current, state: unknown): Promise<void> {
  const { recording } = current;
  const context = contextOf(setup);
  const { text, whileLocked, begin, asOurselves } = setup.dialect.grammar;
  const kept = updateStep(context, {
    statement: whileLocked(setup.lock, "0"),
    state: text(encode(state)),
    cuts: "0",
  });
  current.partly = true;
  if (!recording) {
    // What was put off to the commit fails here, as the driver's error.
    await setup.connection.query("SET CONSTRAINTS ALL IMMEDIATE");
    await ours(setup, [...asParts(asOurselves), kept, { sql: "COMMIT" }, { sql: begin }]);
    current.transaction = await transactionOf(setup);
    return;
  }
  if (recording.broken) throw recording.broken;
  if (recording.phase === "block" || recording.phase === "range") throw notHere();
  const over = await leftOver(recording);
  if (over) throw fail(recording, over);
  const parts = [dropRecords(setup, 0), kept];
  if (recording.phase === "none") await write(setup, parts);
  else await ours(setup, [...parts, { sql: "COMMIT" }]);
  leave(recording);
  recording.position = 0;
  recording.recorded = 0;
}

async function complete(setup: SessionSetup, current: Current, step: Step): Promise<StepEnd> {
  const { recording, intent, startedMs } = current;
  const stopped = recording && (recording.broken ?? (await leftOver(recording)));
  if (stopped) {
    await failStep(setup, { ...current, error: { message: stopped.message }, cause: stopped });
    throw stopped;
  }
  const { connection, dialect } = setup;
  if (await hasLeft(setup, current)) {
    await failStep(setup, { ...current, error: { message: ENDED }, cause: undefined });
    return { end: "failed", failure: { message: ENDED, code: "TRANSACTION_ENDED", applied: 0 } };
  }
  try {
    // What was put off to the commit fails here, where it can still be told from a failure of ours.
    if (dialect.atomicCode) await connection.query("SET CONSTRAINTS ALL IMMEDIATE");
  } catch (error) {
    if (!dialect.errors.isServerError(error)) throw error;
    const message = dialect.errors.wordsOf(error);
    await failStep(setup, { ...current, error: { message }, cause: error });
    return { end: "failed", failure: { message, code: error.code, applied: 0 } };
  }
  const context = contextOf(setup);
  try {
    await write(setup, [...rowOf(step, intent, context), ...forget(context)]);
  } catch (error) {
    const refused = error instanceof MigratorError && error.code === "STATEMENT_FAILED";
    // The transaction that it was is undone by now, and not left.
    const { transaction: _, ...undone } = current;
    if (refused) await failStep(setup, { ...undone, error: { message: error.message }, cause: error });
    throw error;
  }
  return { end: "done", durationMs: Date.now() - startedMs };
}

interface Failed extends Current {
  readonly error: StepError;
  readonly cause: unknown;
}

async function failStep(setup: SessionSetup, failed: Failed): Promise<void> {
  const { step, recording, error, cause } = failed;
  const partly = failed.partly || (await hasLeft(setup, failed));
  await ours(setup, asParts(setup.dialect.grammar.afterFailure));
  const context = contextOf(setup);
  const again = recording ? await toSendAgain(recording, cause) : [];
  const kept = recording || partly ? [...again, recordError(error, context)] : asBefore(step, context);
  await write(setup, kept);
}
