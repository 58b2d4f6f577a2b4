import { MigratorError } from "../errors";
import type { BatchRange } from "../migration";
import { type Asked, type Ending, recordPart } from "./code-records";
import { diverged, enterSession } from "./code-replay";
import type { Batch, BatchEnd, BatchWork } from "./code-session";
import { worthAnother } from "./contention";
import { asParts, updateStep } from "./message";
import { fail, leave, nextAsked, type Recording } from "./recording";
import { contextOf, ours } from "./session";

type Progress = Extract<Ending, { kind: "batch" }>;

/** Runs statements of ours between those of the migration. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** Walks a table in the order of a key. The work of a range and the place that it has come to are one transaction. */
export async function walk(
  recording: Recording,
  batch: Batch,
  { work, pause, inTurn }: BatchWork & { readonly inTurn: InTurn },
): Promise<BatchEnd> {
  const { asked, progress } = await inTurn(() => enter(recording, batch));
  let at = progress;
  for (let attempt = 1; !at.done; attempt += 1) {
    try {
      const range = await inTurn(() => nextRange(recording, batch, at));
      if (range) await work(range);
      const { batches } = at;
      at = range ? { kind: "batch", after: range.to, batches: batches + 1, done: false } : { ...at, done: true };
    } catch (error) {
      await inTurn(() => giveUp(recording));
      if (await mayRepeat(recording, error, attempt)) continue;
      throw error;
    }
    attempt = 0;
    await inTurn(() => arrive(recording, asked, at));
    if (!at.done && pause()) return { end: "paused" };
  }
  return { end: "done", batches: at.batches };
}

interface Entered {
  readonly asked: Asked;
  readonly progress: Progress;
}

async function enter(recording: Recording, batch: Batch): Promise<Entered> {
  if (recording.broken) throw recording.broken;
  if (recording.phase !== "none") throw withinTransaction();
  const asked = nextAsked(recording, `batch of ${batch.table} by ${batch.key}`, [batch]);
  const found = asked.position < recording.recorded ? await recording.recordAt(asked.position) : undefined;
  if (!found) {
    await enterSession(recording, batch.where ?? "");
    return { asked, progress: { kind: "batch", batches: 0, done: false } };
  }
  if (found.hash !== asked.hash || found.end?.kind !== "batch") throw fail(recording, diverged(found, asked));
  return { asked, progress: found.end };
}

/** Begins the transaction of a range. `undefined`: there is none any more. */
async function nextRange(recording: Recording, batch: Batch, at: Progress): Promise<BatchRange | undefined> {
  const { connection, dialect } = recording.setup;
  const { name: quote, begin } = dialect.grammar;
  const key = quote(batch.key);
  const table = batch.table.split(".").map(quote).join(".");
  const place = dialect.name === "mysql" ? "?" : "$1";
  const [bound, value] = at.batches > 0 ? [">", at.after] : [">=", batch.from];
  const conditions = [
    ...(value === undefined ? [] : [`${key} ${bound} ${place}`]),
    ...(batch.where === undefined ? [] : [`(${batch.where})`]),
  ];
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(" AND ")}` : "";
  const sql = `SELECT ${key} AS ${quote("at")} FROM ${table}${where} ORDER BY ${key} LIMIT ${batch.size}`;
  recording.phase = "range";
  const { rows } = await connection.execute<{ readonly at: unknown }>(sql, value === undefined ? undefined : [value], {
    before: [begin],
  });
  const [first, last] = [rows[0], rows.at(-1)];
  return first && last ? { from: first.at, to: last.at, rows: rows.length } : undefined;
}

async function arrive(recording: Recording, asked: Asked, at: Progress): Promise<void> {
  const { setup } = recording;
  const own = asParts(setup.dialect.grammar.asOurselves);
  const progress = updateStep(contextOf(setup), { cuts: "0" });
  try {
    await ours(setup, [...own, recordPart({ ...asked, end: at }, setup), progress, { sql: "COMMIT" }]);
  } catch (error) {
    throw error instanceof MigratorError ? fail(recording, error) : error;
  }
  leave(recording);
}

/** All of a range is undone when another transaction was in its way. */
async function mayRepeat({ setup, broken }: Recording, error: unknown, attempt: number): Promise<boolean> {
  return !broken && setup.dialect.errors.isServerError(error) && worthAnother(setup, error, attempt);
}

async function giveUp(recording: Recording): Promise<void> {
  leave(recording);
  await ours(recording.setup, [{ sql: "ROLLBACK" }]);
}

function withinTransaction(): MigratorError {
  return new MigratorError("STATEMENT_FAILED", "A batch began inside a transaction, or while tables were locked.", {
    advice: "End that first: each range of a batch is a transaction of its own.",
  });
}
