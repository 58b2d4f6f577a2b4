import type { Part, Sent } from "./connection";
import { piecesOf } from "./message";
import { legParts } from "./relay-message";
import { headOf, relayContext, type Team } from "./relay-team";
import { type AllSent, outcomeOf, sendAll, without } from "./send";
import { contextOf, type SessionSetup } from "./session";

/**
 * What became of one step. `followed`: it is recorded, and the next one has been sent, or the message has come to its end before
 * that. `unbegun`: nothing of it was run.
 */
export type StepSent = AllSent | { readonly end: "followed" } | { readonly end: "unbegun" };

/**
 * Told whether all steps of a message are recorded, before anybody hears of the last one.
 * @returns whether the next message was sent
 */
export type Onward = (recorded: boolean) => Promise<boolean>;

/** @returns what becomes of each step */
export function sendTeam(setup: SessionSetup, team: Team, onward: Onward): readonly Promise<StepSent>[] {
  const { legs, behind, after } = team;
  const context = relayContext(setup, after);
  if (context && legs.length > 1) {
    const first = without(setup, legParts(legs, 0, context));
    return sendRelay(setup, [first, ...behind], onward);
  }
  return legs.map(async ({ step, intent, course }): Promise<StepSent> => {
    const pieces = piecesOf(step, intent, course, contextOf(setup));
    const sent = await sendAll(setup, [headOf(setup, after), ...pieces]);
    return (await onward(sent.end === "answered")) ? { end: "followed" } : sent;
  });
}

/** @param parts of each step */
function sendRelay(
  { connection, deadline }: SessionSetup,
  parts: readonly (readonly Part[])[],
  onward: Onward,
): readonly Promise<StepSent>[] {
  let count = 0;
  const steps = parts.map((own) => {
    const first = count;
    count += own.length;
    return { parts: own, first, ...deferred<StepSent>() };
  });
  const heard = (answered: number) => {
    const step = steps.find((one) => one.first + one.parts.length === answered);
    if (answered < count) step?.resolve({ end: "followed" });
  };
  const settle = async () => {
    const sent = await connection.send(parts.flat(), deadline, heard);
    const went = await onward(sent.end === "answered" && sent.at >= count);
    for (const step of steps) step.resolve(went ? { end: "followed" } : outcomeIn(step, sent, count));
  };
  settle().catch((error: unknown) => {
    for (const step of steps) step.reject(error);
  });
  return steps.map(({ promise }) => promise);
}

interface Sending {
  readonly parts: readonly Part[];
  /** How many parts of the message stand before its own. */
  readonly first: number;
}

/** @param count of all parts of the message */
function outcomeIn({ parts, first }: Sending, sent: Sent, count: number): StepSent {
  if (sent.end === "left") return sent;
  const at = sent.at - first;
  if (at < 0 || (sent.end === "refused" && parts[at]?.starts)) return { end: "unbegun" };
  if (at < parts.length) return outcomeOf(parts, { ...sent, at }, undefined);
  return first + parts.length < count ? { end: "followed" } : { end: "answered", at: count };
}

function deferred<T>() {
  let settle: { readonly resolve: (value: T) => void; readonly reject: (error: unknown) => void } | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, resolve: (value: T) => settle?.resolve(value), reject: (error: unknown) => settle?.reject(error) };
}
