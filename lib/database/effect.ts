import type { StepRow, Verdict } from "./database";
import type { Grammar } from "./grammar";

/** How it can be found out whether a statement that commits by itself has taken effect, when whoever sent it was cut off. */
export interface Effect {
  /** Of the objects that it names: an SQL expression that gives a text, or NULL where none of them is there. */
  readonly fingerprint: string;
  /** What is true when it has taken effect: an SQL expression that gives 1 or 0. Absent: the fingerprint alone decides. */
  readonly holds?: string;
}

/** Statements of a script, one behind the other. */
export interface Extent {
  /** Index of the first one, from 0. */
  readonly first: number;
  readonly count: number;
}

type Texts = Pick<Grammar, "text">;

/** Nothing that it names is there, as opposed to: nobody has looked. */
const NOTHING = "none";

/** What is kept of a fingerprint: an SQL expression that is never NULL. */
export function probeOf(fingerprint: string, { text }: Texts): string {
  return `COALESCE((${fingerprint}), ${text(NOTHING)})`;
}

/** No fingerprint begins with it. */
const TRACES = "traces:";

/** What is kept of the traces of a chain. @param traces an SQL expression that gives a digit for each statement */
export function tracesProbe(traces: string, { text }: Texts): string {
  return `CONCAT(${text(TRACES)}, ${traces})`;
}

/** The digits of a kept probe; undefined where it is a fingerprint. */
export function tracesBefore(probe: string | undefined): string | undefined {
  return probe?.startsWith(TRACES) ? probe.slice(TRACES.length) : undefined;
}

/** The chain in which a step is; undefined where it is in none. */
export function chainOf({ statement, probe }: Pick<StepRow, "statement" | "probe">): Extent | undefined {
  const before = tracesBefore(probe);
  return before === undefined ? undefined : { first: statement, count: before.length };
}

/** The probe that is left of a chain when so many of its statements are known to have taken effect. */
export function probeAfter(probe: string | undefined, count: number): string | undefined {
  const left = tracesBefore(probe)?.slice(count);
  return left ? TRACES + left : undefined;
}

/** Two witnesses must agree: whether the objects have changed since, and whether they are as the statement makes them. */
export function tookEffect(changed: boolean, holds: boolean | undefined): "yes" | "no" | "unknown" {
  if (changed && holds !== false) return "yes";
  return !changed && holds !== true ? "no" : "unknown";
}

/**
 * How far a chain came whose statements ran one after the other: those have taken effect whose traces have appeared, up to the
 * first one. Behind that one nothing may have changed.
 * @param first index of the chain's first statement; a digit for each of its statements before the chain and `now`
 */
export function reachedBy(before: string, now: string, first: number): Verdict {
  const appeared = [...before].map((digit, at) => digit === "0" && now[at] === "1");
  const count = appeared.includes(false) ? appeared.indexOf(false) : before.length;
  const isClear = before[count] !== "1" && before.slice(count) === now.slice(count);
  return isClear ? { from: first + count } : { asked: first + count, until: first + before.length };
}

/** In place of a part of a fingerprint at which nobody looked. */
export const UNSEEN = "~";

/** Whether two fingerprints agree in what was looked at for both: parts between spaces, those of several objects between slashes. */
export function isUnchanged(before: string, now: string): boolean {
  const parts = before.split(/[ /]/);
  const others = now.split(/[ /]/);
  const agree = parts.every((part, at) => part === others[at] || part === UNSEEN || others[at] === UNSEEN);
  return before === now || (parts.length === others.length && agree);
}
