import { MigratorError } from "../errors";
import type { Problem } from "../report";

/** Something read from the environment or a secret, or all that is wrong with it. */
export type Reading<T> = { readonly value: T } | { readonly problems: readonly Problem[] };

/** Neither text may hold what was set: a value in the wrong place may be a password. */
export function invalid(message: string, advice: string): Problem {
  return { code: "INVALID", message, advice };
}

export function problemsOf(reading: Reading<unknown>): readonly Problem[] {
  return "problems" in reading ? reading.problems : [];
}

/** @throws MigratorError `INVALID_SETTINGS` with every problem, when there is one. */
export function unwrap<T>(reading: Reading<T>): T {
  if ("value" in reading) return reading.value;
  throw invalidSettings(reading.problems);
}

/** One error for all of the problems, its message their messages. */
export function invalidSettings(problems: readonly Problem[]): MigratorError {
  const [first] = problems;
  const messages = problems.map((problem) => problem.message);
  const message =
    messages.length === 1 ? `${messages[0]}` : `${messages.length} settings are wrong: ${messages.join("; ")}`;
  const advice = problems.length === 1 && first?.advice !== undefined ? { advice: first.advice } : {};
  return new MigratorError("INVALID_SETTINGS", message, { ...advice, problems });
}
