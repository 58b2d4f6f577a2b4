import type { Problem, Report } from "../../lib/report";
import { type Allowed, allowedEnd, type Deviation } from "./allowed";
import type { ChildAnswer } from "./call";
import type { Direction, Effect } from "./world";

/** Nobody is to be told anything else; these say to call again. */
const PASSING = ["UNREACHABLE", "CONNECTION_LOST", "LOCK_LOST"];

/** What is wrong with an answer, or undefined. `undefined` as an answer: the child was killed. */
export function complaint(
  answer: ChildAnswer | undefined,
): { readonly text: string; readonly report?: Report } | undefined {
  if (!answer) return undefined;
  if ("error" in answer) {
    const { code, message } = answer.error;
    return PASSING.includes(code) ? undefined : { text: `the answer was ${code}: ${message}` };
  }
  const { report } = answer;
  if (report.outcome !== "failed" && report.outcome !== "refused") return undefined;
  const { failure } = report;
  const where = failure ? ` (${failure.migration}, statement ${failure.statement}: ${failure.sql})` : "";
  return { text: `the answer was ${report.outcome}: ${report.message}${where}`, report };
}

export function isDone(answer: ChildAnswer | undefined): boolean {
  return answer !== undefined && "report" in answer && answer.report.outcome === "done";
}

/** Ids of the statements of this direction that stand behind the one that a problem names, and not in one block with it. */
export function laterThan(
  problem: Problem | undefined,
  effects: readonly Effect[],
  direction: Direction,
): readonly string[] {
  const { code, file, line } = problem ?? {};
  if (code !== "CUT_OFF" || line === undefined) return [];
  const isDown = direction === "down";
  return effects
    .filter(
      (one) =>
        one.file === file && one.line > line && one.id.includes(".down") === isDown && !one.id.includes(".locked"),
    )
    .map(({ id }) => id);
}

/** The run's end, where something was not as it should be. */
export function verdict(
  details: readonly string[],
  deviation: Deviation,
): { readonly end: "allowed" | "diverged"; readonly details: readonly string[] } {
  const known: Allowed | undefined = allowedEnd(deviation);
  return known ? { end: "allowed", details: [known.why] } : { end: "diverged", details };
}
