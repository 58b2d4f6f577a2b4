import type { DialectName } from "../../lib/migration";
import type { Report } from "../../lib/report";
import type { Fault } from "./cells";

/** An end that is known not to be that of an uninterrupted run, and not held against the run: each must go one day. */
export interface Allowed {
  readonly why: string;
  readonly dialects: readonly DialectName[];
  readonly faults?: readonly Fault[];
  /** The migration that the Report names. */
  readonly migration?: RegExp;
  readonly outcome?: "refused" | "failed";
  /** The problem's. */
  readonly code?: string;
  /** What every difference looks like, where the run came to its end. */
  readonly difference?: RegExp;
}

const CODE = /^1[78]_code$/;

export const ALLOWED: readonly Allowed[] = [
  {
    why: "cut off in a statement that cannot be repeated, and nothing settles it yet",
    dialects: ["mysql"],
    faults: ["connection killed", "restart"],
    outcome: "refused",
    code: "CUT_OFF",
  },
  {
    why: "cut off before, in or after a statement that goes alone, and nothing settles it yet",
    dialects: ["postgres"],
    outcome: "refused",
    code: "CUT_OFF",
  },
  {
    why: "code begins again",
    dialects: ["mysql"],
    outcome: "failed",
    migration: CODE,
  },
  {
    why: "code begins again",
    dialects: ["mysql"],
    difference: /^(?:the statement of 1[78]\.code|data \w+(?: \w+)? (?:member|tag)\b)/,
  },
  {
    why: "what earlier statements set in the session is not set again",
    dialects: ["mysql"],
    faults: ["connection killed", "restart"],
    outcome: "failed",
    migration: /^(?:09_prepare|10_temporary|14_sql-mode|16_dump)$/,
  },
];

/** How a run did not end as it should. */
export interface Deviation {
  readonly dialect: DialectName;
  readonly fault: Fault;
  /** The answer that ought not to be given. */
  readonly report?: Report;
  readonly differences?: readonly string[];
}

export function allowedEnd(deviation: Deviation): Allowed | undefined {
  return ALLOWED.find((one) => covers(one, deviation));
}

function covers(one: Allowed, { dialect, fault, report, differences }: Deviation): boolean {
  if (!one.dialects.includes(dialect) || !(one.faults?.includes(fault) ?? true)) return false;
  if (!report) {
    const { difference } = one;
    return difference !== undefined && (differences?.every((line) => difference.test(line)) ?? false);
  }
  const [problem] = report.problems;
  const name = report.failure?.migration ?? problem?.migration ?? "";
  if (one.outcome !== report.outcome || !(one.migration?.test(name) ?? true)) return false;
  return one.code === undefined || report.problems.every(({ code }) => code === one.code);
}
