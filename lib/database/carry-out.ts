import type { ServerError } from "./connection";
import type { Segment, StatementFailure, Step, StepEnd } from "./database";
import type { Intent } from "./journal";
import { piecesOf } from "./message";
import { sendAll } from "./send";
import { asBefore, asParts, contextOf, journalError, ours, recordError, type SessionSetup, write } from "./session";

const ATTEMPTS = 5;

/** Sends a step in SQL and, where another transaction was in the way, what is left of it again. */
export async function carryOut(setup: SessionSetup, step: Step, intent: Intent): Promise<StepEnd> {
  const { dialect, deadline } = setup;
  const started = Date.now();
  let from = step.from;
  for (let attempt = 1; ; attempt += 1) {
    const segments = step.script.kind === "sql" ? dialect.segments(step.script, from) : [];
    const sent = await sendAll(setup, piecesOf({ ...step, from }, intent, segments, contextOf(setup)));
    if (sent.end === "left") return { end: "left" };
    if (sent.end === "answered") return { end: "done", durationMs: Date.now() - started };
    const { error, index, atCommit } = sent;
    await ours(setup, asParts(dialect.grammar.afterFailure));
    if (index === undefined && !atCommit) throw journalError(dialect, error);
    from = await reached(setup);
    const segment = segments.find(({ first }) => first === from);
    const backoffMs = 2 ** attempt * 100 * (0.5 + Math.random());
    const contended = dialect.errors.kindOf(error) === "contention";
    const again = contended && segment?.kind !== "block" && attempt < ATTEMPTS;
    if (!again || deadline.remainingMs() < backoffMs)
      return { end: "failed", failure: await record(setup, step, { error, index, segment }) };
    await new Promise((resolve) => setTimeout(resolve, backoffMs));
  }
}

/** Index of the first statement that has not taken effect. */
async function reached({ connection, tables, dialect }: SessionSetup): Promise<number> {
  const { name } = dialect.grammar;
  const [row] = await connection.query<readonly { readonly statement: number }[]>(
    `SELECT ${name("statement")} FROM ${tables.step} WHERE ${name("id")} = 1`,
  );
  return row?.statement ?? 0;
}

interface Refusal {
  readonly error: ServerError;
  readonly index: number | undefined;
  readonly segment: Segment | undefined;
}

/** Keeps the step as stopped half way; when nothing of it has taken effect, things are as they were before it. */
async function record(setup: SessionSetup, step: Step, refusal: Refusal): Promise<StatementFailure> {
  const { error, index, segment } = refusal;
  const first = segment?.first ?? 0;
  const applied = segment?.kind === "block" ? (index ?? first) : first;
  const context = contextOf(setup);
  const message = setup.dialect.errors.wordsOf(error);
  const at = index === undefined ? {} : { index };
  await write(setup, applied === 0 ? asBefore(step, context) : [recordError({ message, ...at }, context)]);
  return { message, code: error.code, applied, ...at };
}
