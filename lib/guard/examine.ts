import type { DialectName } from "../migration";
import { journalFault } from "./faults";
import type { Query } from "./guarded-database";
import { type Journal, type JournalOptions, journalOf, look, readApplied } from "./journal";
import { judgeApplied, judgeStep, type Mode, type Stop } from "./judge";
import type { MigrationSet } from "./set";

export interface Examiner {
  /** Asks the journal whether the application may serve. @returns why not */
  examine(query: Query): Promise<Stop | undefined>;
  readonly journal: Journal;
}

interface ExaminerOptions {
  readonly set: MigrationSet;
  readonly mode: Mode;
  readonly journal: JournalOptions;
}

/** Reads a single row each time, and what is applied only after that has changed. */
export function createExaminer(dialect: DialectName, { set, mode, journal: place }: ExaminerOptions): Examiner {
  const journal = journalOf(dialect, place);
  // The stamp of what was found to do.
  let fitting: string | undefined;
  const misfit = async (query: Query, stamp: string) => {
    if (stamp === fitting) return undefined;
    const read = await readApplied(journal, query);
    const message = judgeApplied(set, mode, read.applied);
    if (message === undefined) fitting = read.stamp;
    return message;
  };
  return {
    journal,
    examine: async (query) => {
      try {
        const { stamp, step } = await look(journal, query);
        const inTheWay = step && judgeStep(set, mode, step);
        const message = inTheWay ?? (await misfit(query, stamp));
        return message === undefined
          ? undefined
          : { why: step && !step.stopped ? "migrating" : "out of date", message };
      } catch (error) {
        throw journalFault(error);
      }
    },
  };
}
