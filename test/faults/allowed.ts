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

/** What the design refuses by name, and nothing else. */
export const ALLOWED: readonly Allowed[] = [
  {
    why: "whether a statement of this kind took effect nobody can tell",
    dialects: ["mysql", "postgres"],
    faults: ["connection killed", "restart"],
    // Of a chain everybody can.
    migration: /^(?!22_chain)/,
    outcome: "refused",
    code: "CUT_OFF",
  },
  {
    // MDL_context::acquire_lock in MariaDB's sql/mdl.cc.
    why: "MariaDB gives up waiting for a table whose client has gone, and how far LOCK TABLES … UNLOCK TABLES came nobody can tell",
    dialects: ["mysql"],
    faults: ["kill", "cut", "half-close", "refuse"],
    migration: /^(?:11_lock-tables|16_dump)/,
    outcome: "refused",
    code: "CUT_OFF",
  },
  {
    why: "a temporary table, or a variable made of data, is gone with its session",
    dialects: ["mysql", "postgres"],
    faults: ["connection killed", "restart"],
    outcome: "refused",
    code: "NOT_RESUMABLE",
  },
  {
    // ChooseRelationName in PostgreSQL's src/backend/commands/indexcmds.c.
    why: "PostgreSQL calls a column's sequence otherwise while a transaction is open that has made one of its name, undone or not",
    dialects: ["postgres"],
    faults: ["lock lost"],
    difference: /^schema (?:lacks|has besides) (?:sequence \w+_seq1?$|column .*nextval\('\w+_seq1?'::regclass\))/,
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
