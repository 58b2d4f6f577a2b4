import type { Applied } from "../compare";
import type { Script } from "../migration";
import type { Report } from "../report";
import { lastRecord } from "./code-records";
import { settledPart } from "./code-resume";
import type { Part } from "./connection";
import type { StepError } from "./database";
import { probeAfter } from "./effect";
import { storedScript, TORN } from "./journal";
import { finishRun } from "./journal-runs";
import { updateStep } from "./message";
import { contextOf, readMark, type SessionSetup, write } from "./session";

/** What of the journal a person may correct; each commits together with the end of the runs that these Reports are of. */
export interface Repairs {
  /** Takes what is given here for what was applied. */
  accept(row: AcceptedRow, ended: readonly Report[]): Promise<void>;
  /** Says how far the step in progress has come. */
  settle(settlement: Settlement, ended: readonly Report[]): Promise<void>;
}

export interface Settlement {
  /** Index, from 0, of the first statement that has not taken effect. */
  readonly statement: number;
  /** Why it is half way. Without an index the statements after that may have taken effect all the same. */
  readonly error: StepError;
  /** Of code: what became of the last statement of which there is a record. */
  readonly record?: "applied" | "not applied";
}

export interface AcceptedRow extends Applied {
  readonly down?: Script;
}

export function createRepairs(setup: SessionSetup): Repairs {
  const ends = (reports: readonly Report[]) => reports.map((report) => finishRun(report, contextOf(setup)));
  return {
    accept: (row, ended) => write(setup, [{ sql: acceptRow(setup, row) }, ...ends(ended)]),
    settle: async ({ statement, error, record }, ended) => {
      const { text, whileLocked } = setup.dialect.grammar;
      const values = {
        statement: whileLocked(setup.lock, String(statement)),
        error: text(JSON.stringify(error)),
        // With an index it is clear that the statement there has not taken effect.
        probe: text(error.index === undefined ? await stillOpen(setup, statement) : null),
        cuts: "0",
      };
      await write(setup, [updateStep(contextOf(setup), values), ...(await recordOf(setup, record)), ...ends(ended)]);
    },
  };
}

/** What is kept of statements, from this one on, of which it stays open whether they, or a part of one, took effect. */
async function stillOpen(setup: SessionSetup, from: number): Promise<string | undefined> {
  const { statement, probe } = await readMark(setup);
  return probe === TORN ? probe : probeAfter(probe, from - statement);
}

async function recordOf(setup: SessionSetup, outcome: Settlement["record"]): Promise<readonly Part[]> {
  const record = outcome && (await lastRecord(setup));
  return record ? [settledPart(setup, record, outcome)] : [];
}

function acceptRow({ dialect, tables, lock }: SessionSetup, row: AcceptedRow): string {
  const { name, text, now, whileLocked } = dialect.grammar;
  const values = {
    checksum: text(row.checksum),
    normalised: text(row.normalised),
    updatedAt: now,
    down: text(storedScript(row.down)),
    durationMs: whileLocked(lock, name("durationMs")),
  };
  const assignments = Object.entries(values).map(([column, value]) => `${name(column)} = ${value}`);
  return `UPDATE ${tables.migration} SET ${assignments.join(", ")} WHERE ${name("name")} = ${text(row.name)}`;
}
