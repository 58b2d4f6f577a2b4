import type { Reader, RunRow, Session, Settlement, State, StepRow } from "../database/database";
import type { SqlScript } from "../migration";
import type { Failure } from "../report";
import { inDoubt, reached } from "./recovery";
import { failedReport, failureOf } from "./reports";
import type { Turn } from "./turn";

/** What was asked to stop, and what the database knew at that moment. */
export interface Asked {
  readonly state: State;
  readonly step: StepRow;
  /** Index of the statement in its script, from 0. */
  readonly index: number;
}

export function isUnchanged(now: StepRow | undefined, { name, statement, connection }: StepRow): boolean {
  return now?.name === name && now.statement === statement && now.connection === connection && !now.error;
}

type Recorder = Pick<Turn, "database" | "deadline" | "head">;

/** Its runner has left: records what that would have, unless somebody else is faster and goes on with the step. */
export async function recordFor(
  recorder: Recorder,
  { step, index }: Asked,
  run: RunRow | undefined,
): Promise<Failure | undefined> {
  const { database, deadline } = recorder;
  const { script } = step;
  if (!script) return undefined;
  const whenBusy = async (reader: Reader) =>
    isUnchanged((await reader.state(step.runId)).step, step) ? ("wait" as const) : ("leave" as const);
  const held = await database.exclusively({ deadline, whenBusy }, async (session) => {
    const { tables, step: now } = await session.state(step.runId);
    if (tables !== "ready") await session.prepare();
    if (!now || !isUnchanged(now, step)) return undefined;
    const { settlement, failure } = await stoppedAt(recorder, session, { step: now, script, index });
    await session.settle(settlement, [reportOf(recorder, { step, failure, run })]);
    return failure;
  });
  return held?.value;
}

interface Left {
  readonly step: StepRow;
  readonly script: SqlScript;
  readonly index: number;
}

interface Stopped {
  readonly settlement: Settlement;
  readonly failure: Failure;
}

/** The order to stop may have come when the statement had taken effect, and have stopped its mark instead. */
async function stoppedAt(recorder: Recorder, session: Session, { step, script, index }: Left): Promise<Stopped> {
  const message = `cancelled by run ${recorder.head.runId}`;
  const verdict = inDoubt(step, recorder.database) ? await session.verdict(step) : undefined;
  const statement = verdict ? reached(verdict) : step.statement;
  const at = Math.max(statement, index);
  const failure = failureOf(
    { name: step.name, direction: step.direction, script },
    { message, code: "CANCELLED", applied: statement, ...(at < script.statements.length && { index: at }) },
  );
  // Without an index nothing is said of the statement that it is at, and the next call asks.
  if (verdict && "asked" in verdict) return { settlement: { statement, error: { message } }, failure: asking(failure) };
  return { settlement: { statement, error: { message, index: at } }, failure };
}

function asking(failure: Failure): Failure {
  return { ...failure, advice: "Whether it had taken effect is not known: call again, and answer with settle." };
}

interface Ended {
  readonly step: StepRow;
  readonly failure: Failure;
  readonly run: RunRow | undefined;
}

function reportOf({ head }: Recorder, { step, failure, run }: Ended) {
  const remaining = run?.plan.map(({ name }) => name) ?? [];
  return failedReport(
    { ...head, runId: step.runId, action: run?.action ?? head.action },
    { done: [], remaining: remaining.slice(Math.max(remaining.indexOf(step.name), 0)), failure },
  );
}
