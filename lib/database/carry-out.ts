import type { Remains, ServerError } from "./connection";
import { worthAnother } from "./contention";
import type { RunStart, Segment, Session, StatementFailure, Step, StepEnd } from "./database";
import { probeAfter } from "./effect";
import { inUse, isInUse } from "./gate";
import { intentOf, TORN } from "./journal";
import { asParts, type Course, piecesOf, updateStep } from "./message";
import { probedSegments } from "./probes";
import { createSender } from "./relay";
import type { StepSent } from "./relay-send";
import { sendAll } from "./send";
import {
  asBefore,
  contextOf,
  type JournalMark,
  journalError,
  ours,
  readMark,
  recordError,
  type SessionSetup,
  write,
} from "./session";

/** Steps in SQL. */
export function createSqlSteps(setup: SessionSetup): Pick<Session, "carryOut" | "isSent"> {
  const sender = createSender(setup, (step) => courseOf(setup, step));
  return {
    isSent: sender.isSent,
    carryOut: (step, run, upcoming = () => []) => {
      const first = sender.send(step, run, upcoming);
      return carryOut(setup, { step, run, first });
    },
  };
}

interface Begun {
  readonly step: Step;
  readonly run: RunStart;
  /** Its first attempt. */
  readonly first: Promise<StepSent>;
}

/** Where another transaction was in the way, sends what is left of a step again. */
async function carryOut(setup: SessionSetup, { step, run, first }: Begun): Promise<StepEnd> {
  const { dialect } = setup;
  const started = Date.now();
  let from = step.from;
  for (let attempt = 1; ; attempt += 1) {
    const rest = { ...step, from };
    // Without `reset`: the session has what the script has made in it, and must keep that.
    const again = () => piecesOf(rest, intentOf(step, run), courseOf(setup, rest), contextOf(setup));
    const sent = await (attempt === 1 ? first : sendAll(setup, again()));
    if (sent.end === "left" || sent.end === "unbegun") return { end: sent.end };
    if (sent.end === "followed") return { end: "done", durationMs: Date.now() - started };
    if (sent.end === "answered") return done(setup, step, Date.now() - started);
    const { error, index, atCommit, remains } = sent;
    const course = courseOf(setup, rest);
    await ours(setup, asParts(dialect.grammar.afterFailure));
    // The row in the journal is not of this step yet.
    if (sent.atGate && (await worthAnother(setup, error, attempt))) continue;
    if (sent.atGate && isInUse(dialect, error)) throw inUse();
    const mark = await readMark(setup);
    from = Math.max(mark.statement, passed(course, sent.done));
    const segment = course.segments.find(({ first }) => first === from);
    const torn = mark.probe === TORN || (segment?.kind === "implicit" && segment.unsure === true);
    const whole = !remains && !torn && segment?.kind !== "block";
    if (whole && (await worthAnother(setup, error, attempt))) continue;
    if (index === undefined && !atCommit) throw await unrecorded(setup, from, error);
    return {
      end: "failed",
      failure: await record(setup, step, { error, index, segment, mark, left: torn ? "torn" : remains }),
    };
  }
}

/** The step is recorded: whatever becomes of this, a lost connection shows in what comes next. */
async function done({ connection, dialect }: SessionSetup, { script }: Step, durationMs: number): Promise<StepEnd> {
  const left = script.kind === "sql" ? dialect.leftBy(script) : [];
  for (const { sql } of left) await connection.query(sql).catch(() => undefined);
  return { end: "done", durationMs };
}

function courseOf(setup: SessionSetup, { script, from }: Step): Course {
  if (script.kind !== "sql") return { segments: [], frame: [] };
  return { segments: probedSegments(setup, script, from), frame: setup.dialect.frame(script, from).repeated };
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
  const inTime = (await readMark(setup)).statement >= from;
  if (!inTime) await write(setup, [updateStep(context, { statement, probe: "NULL" })]).catch(() => undefined);
  return journalError(setup.dialect, error);
}

interface Refusal {
  readonly error: ServerError;
  readonly index: number | undefined;
  readonly segment: Segment | undefined;
  /** What the journal said by then. */
  readonly mark: JournalMark;
  /** Whether something stays of what failed. */
  readonly left: Remains | "torn" | undefined;
}

/** Keeps the step as stopped half way; when nothing of it has taken effect, things are as they were before it. */
async function record(setup: SessionSetup, step: Step, refusal: Refusal): Promise<StatementFailure> {
  const { error, index, segment, mark, left } = refusal;
  const { errors, grammar } = setup.dialect;
  const first = segment?.first ?? 0;
  // A block that can be repeated is one that undoes itself.
  const applied = segment?.kind === "block" && !segment.repeatable ? (index ?? first) : first;
  const context = contextOf(setup);
  const message = errors.wordsOf(error);
  const at = index === undefined ? {} : { index };
  // Of a chain the journal has its first statement, and what is kept of all of them.
  const moved = first === mark.statement ? mark.probe : probeAfter(mark.probe, first - mark.statement);
  const now = {
    statement: grammar.whileLocked(setup.lock, String(first)),
    probe: grammar.text(left === "torn" ? TORN : moved),
  };
  const untouched = applied === 0 && left !== "yes" && left !== "torn";
  const stopped = [recordError({ message, ...at }, context), updateStep(context, now)];
  await write(setup, untouched ? asBefore(step, context) : stopped);
  const reason = left === "torn" ? left : errors.kindOf(error);
  const known = reason === "contention" || reason === "denied" || reason === "torn" ? { reason } : {};
  return { message, code: error.code, applied, ...at, ...known } as const;
}
