import type { Part } from "./connection";
import type { RunStart, Step } from "./database";
import { intentOf } from "./journal";
import { type Course, sizeOf } from "./message";
import { type Leg, legParts, type RelayContext } from "./relay-message";
import { without } from "./send";
import { contextOf, type SessionSetup } from "./session";

/** Steps that travel together, and their message as far as it can be made before it is sent. */
export interface Team extends Start {
  readonly legs: readonly Leg[];
  /** The parts of every step but the first: what is sent of that one depends on the time. */
  readonly behind: readonly (readonly Part[])[];
}

interface Start {
  /** The last step of the message before, where nothing else was sent since. */
  readonly after?: Leg | undefined;
}

export interface Candidates extends Start {
  readonly steps: readonly Step[];
  readonly run: RunStart;
}

export interface TeamSetup extends SessionSetup {
  /** What is to be sent of a step's script. */
  readonly courseOf: (step: Step) => Course;
}

/** As many of these as may travel together, in order, and fit into one message; the first in any case. */
export function teamOf(setup: TeamSetup, candidates: Candidates): Team {
  const { after } = candidates;
  const { server } = setup;
  const legs: Leg[] = [];
  const parts: (readonly Part[])[] = [];
  const context = relayContext(setup, after);
  let room = context ? Math.min(server.messageBytes, context.relay.bytes) : 0;
  const said = new Set<string>();
  const fits = (number: number) => {
    const own = context ? without(setup, legParts(legs, number, context)) : [];
    room -= sizeOf(own, said);
    if (room >= 0) parts.push(own);
    return room >= 0;
  };
  for (const leg of joining(setup, candidates)) {
    // What a step hands over is known with the next one.
    const before = legs.push(leg) - 2;
    if (before >= 0 && !fits(before)) break;
  }
  if (legs.length > 1 && room >= 0 && fits(legs.length - 1)) return { legs, behind: parts.slice(1), after };
  const fitting = legs.slice(0, Math.max(parts.length, 1));
  const last = fitting.length - 1;
  if (context && last > 0) parts[last] = without(setup, legParts(fitting, last, context));
  return { legs: fitting, behind: parts.slice(1), after };
}

/**
 * The team that may be sent as soon as the last step of the message before is recorded: nothing has to be asked, or done on the
 * connection, in between.
 */
export function teamBehind(setup: TeamSetup, candidates: Candidates & { readonly after: Leg }): Team | undefined {
  const { steps, after } = candidates;
  if (steps.length === 0 || !setup.server.relay || !mayJoin(setup, after) || mayEnd(after)) return undefined;
  const team = teamOf(setup, candidates);
  return team.legs[0] && mayJoin(setup, team.legs[0]) ? team : undefined;
}

/** Undefined where each step is a message of its own. */
export function relayContext(setup: SessionSetup, after: Leg | undefined): RelayContext | undefined {
  const { relay } = setup.server;
  if (!relay) return undefined;
  return { ...contextOf(setup), relay, reset: setup.dialect.reset(setup), head: headOf(setup, after) };
}

/** What puts the session back at the beginning of a message. */
export function headOf(setup: SessionSetup, after: Leg | undefined): readonly Part[] {
  return [...setup.dialect.reset(setup), ...(after?.left ?? [])];
}

function* joining(setup: TeamSetup, { steps, run }: Candidates): Generator<Leg> {
  for (const [number, step] of steps.entries()) {
    const leg = legOf(setup, step, run);
    const joins = mayJoin(setup, leg);
    if (number > 0 && !joins) return;
    yield leg;
    if (!joins || !setup.server.relay || mayEnd(leg)) return;
  }
}

function legOf({ dialect, courseOf }: TeamSetup, step: Step, run: RunStart): Leg {
  const left = step.script.kind === "sql" ? dialect.leftBy(step.script) : [];
  return { step, course: courseOf(step), left, intent: intentOf(step, run) };
}

/** It begins with its first statement, and none of them must have a message of its own, or be the first of its transaction. */
function mayJoin({ dialect }: SessionSetup, { step, course }: Leg): boolean {
  if (step.script.kind !== "sql" || step.from !== 0 || step.resumed || step.undoes) return false;
  return course.segments.every(({ kind, opening }) => !opening && (kind === "transaction" || !dialect.implicitAlone));
}

/**
 * A refusal of what clears away would end the message. What may have ended our transaction has ended the one in which the next
 * step would be begun.
 */
function mayEnd({ left, course }: Leg): boolean {
  return left.some(({ refusable }) => refusable) || course.segments.some(({ unsure }) => unsure);
}
