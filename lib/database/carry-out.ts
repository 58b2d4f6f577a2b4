import type { Remains, ServerError } from "./connection";
import { worthAnother } from "./contention";
import type { Segment, StatementFailure, Step, StepEnd } from "./database";
import { inUse, isInUse } from "./gate";
import type { Intent } from "./journal";
import { asParts, type Course, piecesOf, updateStep } from "./message";
import { sendAll } from "./send";
import { asBefore, contextOf, journalError, ours, recordError, type SessionSetup, write } from "./session";

/** Sends a step in SQL and, where another transaction was in the way, what is left of it again. */
export async function carryOut(setup: SessionSetup, step: Step, intent: Intent): Promise<StepEnd> {
  const { dialect } = setup;
  const started = Date.now();
  let from = step.from;
  for (let attempt = 1; ; attempt += 1) {
    const course = courseOf(setup, { ...step, from });
    const pieces = piecesOf({ ...step, from }, intent, course, contextOf(setup));
    // Later on the session has what the script has made in it, and must keep that.
    const sent = await sendAll(setup, attempt === 1 ? [dialect.reset(setup), ...pieces] : pieces);
    if (sent.end === "left") return { end: "left" };
    if (sent.end === "answered") return { end: "done", durationMs: Date.now() - started };
    const { error, index, atCommit, remains } = sent;
    await ours(setup, asParts(dialect.grammar.afterFailure));
    // The row in the journal is not of this step yet.
    if (sent.atGate && (await worthAnother(setup, error, attempt))) continue;
    if (sent.atGate && isInUse(dialect, error)) throw inUse();
    from = Math.max(await reached(setup), passed(course, sent.done));
    const segment = course.segments.find(({ first }) => first === from);
    if (!remains && segment?.kind !== "block" && (await worthAnother(setup, error, attempt))) continue;
    if (index === undefined && !atCommit) throw await unrecorded(setup, from, error);
    return { end: "failed", failure: await record(setup, step, { error, index, segment, remains }) };
  }
}

function courseOf({ dialect, ...place }: SessionSetup, { script, from }: Step): Course {
  if (script.kind !== "sql") return { segments: [], frame: [] };
  const segments = dialect.segments(script, from).map((segment) => {
    const inDoubt = segment.kind === "implicit" && !segment.repeatable;
    const effect = inDoubt ? dialect.effect(script, segment.first, place) : undefined;
    return { ...segment, ...(effect && { fingerprint: effect.fingerprint }) };
  });
  return { segments, frame: dialect.frame(script, from).repeated };
}

/** Index of the first statement that the journal does not take for done. */
async function reached({ connection, tables, dialect }: SessionSetup): Promise<number> {
  const { name } = dialect.grammar;
  const [row] = await connection.query<readonly { readonly statement: number }[]>(
    `SELECT ${name("statement")} FROM ${tables.step} WHERE ${name("id")} = 1`,
  );
  return row?.statement ?? 0;
}

/** What commits by itself has taken effect once it was answered, even when its mark was refused. */
function passed({ segments }: Course, done: number | undefined): number {
  const last = segments.find(({ kind, first, count }) => kind !== "transaction" && first + count - 1 === done);
  return last ? last.first + last.count : 0;
}

/** For a write of ours that was refused: what has taken effect must be known all the same, if that can be written at all. */
async function unrecorded(setup: SessionSetup, from: number, error: ServerError): Promise<unknown> {
  const context = contextOf(setup);
  const statement = setup.dialect.grammar.whileLocked(setup.lock, String(from));
  const inTime = (await reached(setup)) >= from;
  if (!inTime) await write(setup, [updateStep(context, { statement, probe: "NULL" })]).catch(() => undefined);
  return journalError(setup.dialect, error);
}

interface Refusal {
  readonly error: ServerError;
  readonly index: number | undefined;
  readonly segment: Segment | undefined;
  readonly remains: Remains | undefined;
}

/** Keeps the step as stopped half way; when nothing of it has taken effect, things are as they were before it. */
async function record(setup: SessionSetup, step: Step, refusal: Refusal): Promise<StatementFailure> {
  const { error, index, segment, remains } = refusal;
  const first = segment?.first ?? 0;
  // A block that can be repeated is one that undoes itself.
  const applied = segment?.kind === "block" && !segment.repeatable ? (index ?? first) : first;
  const context = contextOf(setup);
  const message = setup.dialect.errors.wordsOf(error);
  const at = index === undefined ? {} : { index };
  const untouched = applied === 0 && remains !== "yes";
  await write(setup, untouched ? asBefore(step, context) : [recordError({ message, ...at }, context)]);
  const reason = setup.dialect.errors.kindOf(error);
  const known = reason === "contention" || reason === "denied" ? { reason } : {};
  return { message, code: error.code, applied, ...at, ...known } as const;
}
