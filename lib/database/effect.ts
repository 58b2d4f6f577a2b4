import type { Verdict } from "./database";

/** How it can be found out whether a statement that commits by itself has taken effect, when whoever sent it was cut off. */
export interface Effect {
  /** Of the objects that it names: an SQL expression that gives a text, or NULL where none of them is there. */
  readonly fingerprint: string;
  /** What is true when it has taken effect: an SQL expression that gives 1 or 0. Absent: the fingerprint alone decides. */
  readonly holds?: string;
}

/** Two witnesses must agree: whether the objects have changed since, and whether they are as the statement makes them. */
export function verdictOf(changed: boolean, holds: boolean | undefined): Verdict {
  if (changed && holds !== false) return "applied";
  return !changed && holds !== true ? "not applied" : "unknown";
}
