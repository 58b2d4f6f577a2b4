import { type Course, type Fault, isFailed, type Told } from "./faults";
import type { State } from "./state";

/**
 * - `right`: as it would be without the fault.
 * - `asked`: the same, after a person has done what they were told to do.
 * - `refused`: nothing was done.
 * - `stuck`: each further call fails.
 * - `wrong`: something has taken effect twice, or is missing, and no further call says so.
 */
export type Ending = "right" | "asked" | "refused" | "stuck" | "wrong";

export function endingOf({ before, told, helped, end }: Course, { goal }: Fault): Ending {
  if (isFailed(told.at(-1))) return before && isSame(before, end) ? "refused" : "stuck";
  if (!isSame(end, goal)) return "wrong";
  return helped ? "asked" : "right";
}

/** How it ended and what was seen on the way, for a cell of a Markdown table. */
export function describeCourse(course: Course, fault: Fault): string {
  const { left, told, end } = course;
  const ending = endingOf(course, fault);
  const parts = [
    ...(left ? [`left ${describe(left)}`] : []),
    ...alike(told).map(([first, last]) => `${calls(first, last)}: ${answered(first)}`),
    ...(ending === "stuck" || ending === "wrong" ? [`in the end ${describe(end)}`] : []),
  ];
  return `**${ending}**: ${parts.join("; ")}`;
}

function isSame(one: State, other: State): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The first and the last of those in a row with the same answer. */
function alike(told: readonly Told[]): readonly (readonly [Told, Told])[] {
  const groups: [Told, Told][] = [];
  for (const one of told) {
    const group = groups.at(-1);
    if (group && answered(group[0]) === answered(one)) group[1] = one;
    else groups.push([one, one]);
  }
  return groups;
}

function calls(first: Told, last: Told): string {
  return first === last ? first.call : `${first.call} and ${last.call}`;
}

function answered({ answer }: Told): string {
  if (!answer) return "killed";
  // The names of databases are new in each run.
  if ("error" in answer) return `\`${answer.error.replaceAll(/others_[0-9a-f]+/g, "app")}\``;
  return answer.done.length > 0 ? "done" : "nothing to do";
}

function describe({ times, isRecorded, hasExtra }: State): string {
  const took = times.flatMap((count, index) => (count > 0 ? [index + 1] : []));
  const more = times.flatMap((count, index) =>
    count > 1 ? [`statement ${index + 1} took effect ${count} times`] : [],
  );
  const what =
    took.length === times.length ? "all of it" : took.length === 0 ? "nothing" : `statements ${took.join(", ")}`;
  const row = isRecorded ? "the row" : "no row";
  return [what, row, ...more, ...(hasExtra ? ["03 is applied"] : [])].join(", ");
}
