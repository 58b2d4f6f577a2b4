import type { Part, Sent } from "./connection";
import type { RunStart, Step, Upcoming } from "./database";
import type { Dialect, Leftover } from "./dialect";
import { intentOf } from "./journal";
import { type Course, piecesOf, sizeOf } from "./message";
import { type Leg, relayOf } from "./relay-message";
import { type AllSent, outcomeOf, sendAll, without } from "./send";
import { contextOf, type SessionSetup } from "./session";

/**
 * What became of one step. `followed`: it is recorded, and the message has gone on to the next one, or to its end before that.
 * `unbegun`: nothing of it was run.
 */
export type StepSent = AllSent | { readonly end: "followed" } | { readonly end: "unbegun" };

/** Sends steps from their beginning, several in one message where that may be. */
export interface Sender {
  /** Of a step that is sent already, waits for what becomes of it; without time left, one that was not begun stays so. */
  send(step: Step, run: RunStart, upcoming: Upcoming): Promise<StepSent>;
  isSent(step: Step): boolean;
}

/** How many steps travel together, at most. */
const MOST = 64;
const FIRST = 1;
/** What took less lets twice as many travel together, what took more half as many: few wait behind a slow one. */
const QUICK_MS = 250;
const SLOW_MS = 500;

/** @param courseOf what is to be sent of a step's script */
export function createSender(setup: SessionSetup, courseOf: (step: Step) => Course): Sender {
  const sent = new Map<Step, Promise<StepSent>>();
  let together = FIRST;
  /** `fitting`: how many there was room for. */
  const pace = async (message: Promise<Pick<Sent, "end">>, fitting: number) => {
    const started = performance.now();
    const { end } = await message;
    const took = performance.now() - started;
    if (end !== "answered") together = FIRST;
    else if (took < QUICK_MS) together = Math.min(together * 2, fitting);
    else if (took > SLOW_MS) together = Math.max(together >> 1, 1);
  };
  return {
    isSent: (step) => sent.has(step),
    send: async (step, run, upcoming) => {
      const before = await sent.get(step);
      if (before && (before.end !== "unbegun" || setup.deadline.remainingMs() === 0)) return before;
      sent.clear();
      const legs = teamOf(setup, [step, ...upcoming(together - 1)], courseOf).map(
        (one): Leg => ({ ...one, intent: intentOf(one.step, run) }),
      );
      const { message, outcomes } = sendTogether(setup, legs);
      pace(message, outcomes.length < legs.length ? outcomes.length : MOST).catch(() => undefined);
      outcomes.forEach((outcome, index) => {
        const leg = legs[index];
        if (leg && index > 0) sent.set(leg.step, outcome);
      });
      return outcomes[0] ?? { end: "unbegun" };
    },
  };
}

/** As many of these as may travel together; the first in any case. */
function teamOf(
  { dialect, server }: SessionSetup,
  steps: readonly Step[],
  courseOf: (step: Step) => Course,
): readonly Omit<Leg, "intent">[] {
  const team: Omit<Leg, "intent">[] = [];
  for (const step of steps) {
    const course = courseOf(step);
    const joins = mayJoin(step, course, dialect);
    if (team.length > 0 && !joins) break;
    const left = step.script.kind === "sql" ? dialect.leftBy(step.script) : [];
    team.push({ step, course, left });
    if (!joins || !server.relay || mayEnd(left, course)) break;
  }
  return team;
}

/** It begins with its first statement, and none of them must have a message of its own, or be the first of its transaction. */
function mayJoin(step: Step, { segments }: Course, { implicitAlone }: Dialect): boolean {
  if (step.script.kind !== "sql" || step.from !== 0 || step.resumed || step.undoes) return false;
  return segments.every(({ kind, opening }) => !opening && (kind === "transaction" || !implicitAlone));
}

/**
 * A refusal of what clears away would end the message. What may have ended our transaction has ended the one in which the next
 * step would be begun.
 */
function mayEnd(left: readonly Leftover[], { segments }: Course): boolean {
  return left.some(({ refusable }) => refusable) || segments.some(({ unsure }) => unsure);
}

interface Together {
  readonly message: Promise<Pick<Sent, "end">>;
  /** Of as many of the steps as were sent. */
  readonly outcomes: readonly Promise<StepSent>[];
}

function sendTogether(setup: SessionSetup, legs: readonly Leg[]): Together {
  const { server, dialect } = setup;
  const reset = dialect.reset(setup);
  const { relay } = server;
  for (let count = legs.length; count > 1 && relay; count >>= 1) {
    const context = { ...contextOf(setup), relay, reset };
    const parts = relayOf(legs.slice(0, count), context).map((own) => without(setup, own));
    if (sizeOf(parts.flat()) <= Math.min(server.messageBytes, relay.bytes)) return sendRelay(setup, parts);
  }
  const alone = legs
    .slice(0, 1)
    .flatMap(({ step, intent, course }) => piecesOf(step, intent, course, contextOf(setup)));
  const message = sendAll(setup, [reset, ...alone]);
  return { message, outcomes: [message] };
}

/** @param parts of each step */
function sendRelay({ connection, deadline }: SessionSetup, parts: readonly (readonly Part[])[]): Together {
  let first = 0;
  const steps = parts.map((own, index) => {
    first += own.length;
    const recorded: StepSent = index < parts.length - 1 ? { end: "followed" } : { end: "answered", at: first };
    return { parts: own, first: first - own.length, recorded, ...deferred<StepSent>() };
  });
  const heard = (count: number) => {
    const step = steps.find((one) => one.first + one.parts.length === count);
    step?.resolve(step.recorded);
  };
  const message = connection.send(parts.flat(), deadline, heard);
  message.then(
    (sent) => {
      for (const step of steps) step.resolve(outcomeIn(step, sent));
    },
    (error: unknown) => {
      for (const step of steps) step.reject(error);
    },
  );
  return { message, outcomes: steps.map(({ promise }) => promise) };
}

interface Sending {
  readonly parts: readonly Part[];
  /** How many parts of the message stand before its own. */
  readonly first: number;
  /** What became of it when all of its parts are answered. */
  readonly recorded: StepSent;
}

function outcomeIn({ parts, first, recorded }: Sending, sent: Sent): StepSent {
  if (sent.end === "left") return sent;
  const at = sent.at - first;
  if (at < 0 || (sent.end === "refused" && parts[at]?.starts)) return { end: "unbegun" };
  return at < parts.length ? outcomeOf(parts, { ...sent, at }, undefined) : recorded;
}

/** Whoever asks for the step asks later, and hears then that it was rejected. */
function deferred<T>() {
  let settle: { readonly resolve: (value: T) => void; readonly reject: (error: unknown) => void } | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  promise.catch(() => undefined);
  return { promise, resolve: (value: T) => settle?.resolve(value), reject: (error: unknown) => settle?.reject(error) };
}
