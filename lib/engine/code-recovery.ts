import type { CodeDoubt, Step, StepRow } from "../database/database";
import { excerpt } from "../mask";
import type { Problem } from "../report";
import type { Resumption } from "./recovery";

/** So much more time than it had makes another attempt worth while. */
const MORE_TIME = 2;

/** What a person may answer. */
export const EITHER = '"applied" or "not applied"';

/** Goes on with a step in code: what it ran is in the records, if it keeps any. Pure. */
export function resumeCode(row: StepRow, step: Step, remainingMs = Number.POSITIVE_INFINITY): Resumption {
  const { doubt, count } = row.recorded ?? { count: 0 };
  if (doubt) return { problem: cutOff(step, doubt, count + 1) };
  const samePlace = row.statement === count && row.checksum === step.checksum && !row.error;
  const hasMoreTime = remainingMs > MORE_TIME * row.allowedMs;
  // Not counted yet: how it was cut off last.
  if (samePlace && row.cuts >= 1 && !hasMoreTime) return { problem: cutTwice(step, count) };
  return { step: { ...step, ...((count > 0 || row.state !== undefined) && { resumed: true as const }) } };
}

/** What is to be sent, but for what only a person knows. */
export function answer(migration: string, statement: number, as: string): string {
  const known = JSON.stringify({ action: "settle", migration, statement });
  return `${known.slice(0, -1)},"as":${as},"reason":"…"}`;
}

function cutOff({ name, script }: Step, { sql, block }: CodeDoubt, statement: number): Problem {
  const base = { code: "CUT_OFF", migration: name, file: script.file, statement } as const;
  if (block) {
    return {
      ...base,
      message: `${name} was cut off while tables were locked by statement ${statement}, and what took effect is not known: ${excerpt(sql)}`,
      advice: `Undo in the database what ran while they were locked, as docs/recovery.md says, and call settle with ${answer(name, statement, '"not applied"')}.`,
    };
  }
  return {
    ...base,
    message: `${name} was cut off in statement ${statement}, and whether that took effect is not known: ${excerpt(sql)}`,
    advice: `See in the database whether it took effect, as docs/recovery.md says, and call settle with ${answer(name, statement, EITHER)}.`,
  };
}

function cutTwice({ name, script }: Step, count: number): Problem {
  const where = count === 0 ? "before any statement of it was done" : `after statement ${count}`;
  return {
    code: "CUT_TWICE",
    migration: name,
    file: script.file,
    message: `${name} was cut off twice at the same place, ${where}, and is not begun a third time in as little time.`,
    advice:
      "Call directly, which has more time than HTTP; or do it in parts with context.batch or context.checkpoint, or in SQL; or roll back.",
  };
}
