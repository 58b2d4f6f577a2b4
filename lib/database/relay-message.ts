import { besideWith, withValues } from "./beside";
import type { Part } from "./connection";
import type { Step } from "./database";
import type { Leftover, Relay } from "./dialect";
import type { Columns } from "./grammar";
import type { Intent } from "./journal";
import { asParts, type Course, intentColumns, type MessageContext, markBefore, piecesOf, updateStep } from "./message";

/** One step of a relay. */
export interface Leg {
  readonly step: Step;
  readonly intent: Intent;
  readonly course: Course;
  /** What takes away what its script leaves in the session; the server refuses none of it, unless the step is the last. */
  readonly left: readonly Leftover[];
}

export interface RelayContext extends MessageContext {
  readonly relay: Relay;
  /** What puts the session back. */
  readonly reset: readonly Part[];
  /** What the message begins with. */
  readonly head: readonly Part[];
}

/**
 * A relay: steps that travel in one message, each begun in the transaction that ends the one before. So the row of one and the
 * intent of the next are one commit. What stands there waits for nobody and cannot fail on account of the next step, or the row
 * would be lost with it: a step that may not begin is not written, and what stands before its first statement ends the message.
 * Of what is not the first step's nothing depends on when it is sent.
 * @returns the parts of one of the steps
 */
export function legParts(legs: readonly Leg[], number: number, context: RelayContext): readonly Part[] {
  const { relay, reset, remainingMs } = context;
  const own = legs[number];
  if (!own) return [];
  const { step, intent, course } = own;
  const next = legs[number + 1];
  const before = legs[number - 1];
  const within = relay.parameter ? { ...context, beside: besideWith(relay.parameter, context) } : context;
  const begun = before && [...putBack(before, reset), { sql: relay.start(number, context), starts: true as const }];
  const handOver = next ? handOverTo(next, number + 1, within) : [];
  const head = number === 0 ? [...context.head, ...asParts(relay.until(remainingMs))] : [];
  const parts = piecesOf(step, intent, { ...course, ...(begun && { begun }), handOver }, within).flat();
  if (!relay.parameter || !isQuiet(course)) return [...head, ...parts];
  // What is not quiet may have taken away what the session had prepared, and what puts the session back does.
  const series = legs.slice(0, number).filter((leg) => !isQuiet(leg.course)).length;
  return [...head, ...inSeries(parts, series)];
}

/** All of a quiet step that is ours, but for what stands before it to put the session back. */
function inSeries(parts: readonly Part[], series: number): readonly Part[] {
  const start = parts.findIndex(({ starts }) => starts);
  return parts.map((part, index) => (index < start || part.index !== undefined ? part : { ...part, series }));
}

/** Every statement costs the server something: where nothing can have changed in the session, there is nothing to put back. */
function putBack({ course, left }: Leg, reset: readonly Part[]): readonly Part[] {
  return isQuiet(course) ? left : [...reset, ...left];
}

function isQuiet({ segments }: Course): boolean {
  return segments.every(({ traced, quiet }) => traced || quiet);
}

function handOverTo({ step, intent, course }: Leg, number: number, context: RelayContext): readonly Part[] {
  const { relay } = context;
  const mark = markBefore(course.segments[0], step.from);
  const begin = withValues(context, (within) => {
    // The row before it in the transaction has checked the lock, and what stands before the first statement does so again.
    const columns = { ...ownColumns(intentColumns(intent, mark, within)), statement: String(mark.statement) };
    const { sql } = updateStep(within, columns);
    return { sql: `${sql} AND ${relay.taken(number, within)}` };
  });
  return [...asParts(relay.take(number, context)), begin];
}

/** What the intent of the first step of the message has written stays as it is. */
const SHARED: ReadonlySet<string> = new Set(["runId", "bundle", "connection", "error"]);

function ownColumns(columns: Columns): Columns {
  return Object.fromEntries(Object.entries(columns).filter(([column]) => !SHARED.has(column)));
}
