import type { Report } from "../report";
import type { Part } from "./connection";
import type { RunStart } from "./database";
import type { MessageContext } from "./message";

/** Opens a run's row, or opens it again: then the plan with which it first began stays. */
export function startRun(run: RunStart, plan: string, { dialect, tables, remainingMs }: MessageContext): Part {
  const { text, now, fromNow, connectionId, upsert } = dialect.grammar;
  const again = { connection: connectionId, deadline: fromNow(remainingMs), finishedAt: "NULL" };
  const insert = {
    runId: text(run.runId),
    action: text(run.action),
    runKey: text(run.key),
    bundle: text(run.bundle),
    caller: text(run.caller),
    plan: text(plan),
    startedAt: now,
    ...again,
  };
  return { sql: upsert(tables.run, "runId", { insert, update: again }) };
}

export function finishRun(report: Report, { dialect, tables }: MessageContext): Part {
  const { name, text, now } = dialect.grammar;
  const values = { finishedAt: now, outcome: text(report.outcome), report: text(JSON.stringify(report)) };
  const assignments = Object.entries(values).map(([column, value]) => `${name(column)} = ${value}`);
  return { sql: `UPDATE ${tables.run} SET ${assignments.join(", ")} WHERE ${name("runId")} = ${text(report.runId)}` };
}
