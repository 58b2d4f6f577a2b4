import { setTimeout as sleep } from "node:timers/promises";
import type { CancelCommand } from "../command";
import type { Canceller, RunRow, State, StepRow } from "../database/database";
import type { Failure, Problem, Report } from "../report";
import { failedReport, failureOf, inProgressOf, refusedReport, report } from "./reports";
import { stored, type Turn } from "./turn";

/** Between two statements of a message there is only a moment. */
const BETWEEN_MS = 1_000;
const PAUSE_MS = 100;

/** Stops the statement in progress, from beside the Session that runs it, and waits for what becomes of that. */
export async function cancelStatement(turn: Turn, command: CancelCommand, canceller: Canceller): Promise<Report> {
  const { run, head } = turn;
  const state = await canceller.state(run.runId);
  const answered = stored(turn, state);
  if (answered) return answered;
  if (state.tables === "missing") return refusedReport(head, [nothingRunning("Nothing is in progress.")]);
  await canceller.startRun(run, []);
  const ended = await cancel(turn, command, canceller);
  await canceller.finishRun(ended);
  return ended;
}

/** What was asked to stop, and what the database knew at that moment. */
interface Asked {
  readonly state: State;
  readonly step: StepRow;
  /** Index of the statement in its script, from 0. */
  readonly index: number;
}

async function cancel(turn: Turn, command: CancelCommand, canceller: Canceller): Promise<Report> {
  const asked = await ask(turn, command, canceller);
  if ("code" in asked) return refusedReport(turn.head, [asked]);
  turn.log.info("asked to stop", { migration: asked.step.name, connection: asked.step.connection });
  const after = await whenGone(turn, asked, canceller);
  const left = after.holder !== asked.step.connection && isUnchanged(after.step, asked.step) && !after.run?.report;
  const failure = left ? await recordFor(turn, asked, after.run) : after.run?.report?.failure;
  return cancelReport(turn, asked, { after: await canceller.state(asked.step.runId), failure });
}

/** Asks until the server is at a statement that can be stopped. */
async function ask(turn: Turn, command: CancelCommand, canceller: Canceller): Promise<Asked | Problem> {
  const until = Math.max(turn.deadline.remainingMs() - BETWEEN_MS, 0);
  for (;;) {
    const state = await canceller.state(turn.run.runId);
    const { step } = state;
    const problem = obstacle(command, state);
    if (problem || !step) return problem ?? nothingRunning("Nothing is in progress.");
    const stopped = await canceller.stop(step);
    if (stopped) return { state, step, index: stopped.index ?? step.statement };
    if (turn.deadline.remainingMs() <= until)
      return nothingRunning(`${step.name} is in progress, but no statement of it is running.`);
    await sleep(PAUSE_MS);
  }
}

/** Why there is nothing that may be stopped. */
function obstacle({ runId }: CancelCommand, { step, holder }: State): Problem | undefined {
  if (holder === undefined)
    return nothingRunning(step ? `${step.name} is half way, but nobody is at it.` : "Nothing is in progress.");
  if (step?.connection !== holder || step.error)
    return nothingRunning(`Connection ${holder} holds the lock and is between two migrations.`);
  if (runId !== undefined && runId !== step.runId)
    return nothingRunning(`Run ${runId} is not in progress; ${step.runId} is.`);
  return undefined;
}

function nothingRunning(message: string): Problem {
  return { code: "NOTHING_RUNNING", message, advice: "Call status to see what is in progress." };
}

/** Waits until its connection has given the lock back, or the time is up. */
async function whenGone({ deadline }: Turn, { step }: Asked, canceller: Canceller): Promise<State> {
  for (;;) {
    const state = await canceller.state(step.runId);
    if (state.holder !== step.connection || deadline.remainingMs() === 0) return state;
    await sleep(Math.min(PAUSE_MS, deadline.remainingMs()));
  }
}

function isUnchanged(now: StepRow | undefined, { name, statement, connection }: StepRow): boolean {
  return now?.name === name && now.statement === statement && now.connection === connection && !now.error;
}

/** Its runner has left: what it would have recorded, unless somebody else is faster and goes on with the step. */
async function recordFor(turn: Turn, { step, index }: Asked, run: RunRow | undefined): Promise<Failure | undefined> {
  const { database, deadline, head } = turn;
  if (!step.script) return undefined;
  const message = `cancelled by run ${head.runId}`;
  const failure = failureOf(
    { name: step.name, direction: step.direction, script: step.script },
    { message, code: "CANCELLED", index, applied: step.statement },
  );
  const remaining = run?.plan.map(({ name }) => name) ?? [];
  const ended = failedReport(
    { ...head, runId: step.runId, action: run?.action ?? head.action },
    { done: [], remaining: remaining.slice(Math.max(remaining.indexOf(step.name), 0)), failure },
  );
  const held = await database.exclusively(
    {
      deadline,
      whenBusy: async (reader) => (isUnchanged((await reader.state(step.runId)).step, step) ? "wait" : "leave"),
    },
    async (session) => {
      const state = await session.state(step.runId);
      if (state.tables !== "ready") await session.prepare();
      if (!isUnchanged(state.step, step)) return undefined;
      await session.settle({ statement: step.statement, error: { message, index } }, [ended]);
      return failure;
    },
  );
  return held?.value;
}

interface Aftermath {
  readonly after: State;
  /** As it is recorded of the run whose statement it was. */
  readonly failure: Failure | undefined;
}

function cancelReport({ head }: Turn, asked: Asked, { after, failure }: Aftermath): Report {
  const { step, index, state } = asked;
  const inProgress = inProgressOf(state);
  const body = { ...(inProgress && { inProgress }), ...(failure && { failure }) };
  const of = step.script ? `statement ${index + 1} of ${step.script.statements.length} of ${step.name}` : step.name;
  if (after.holder === step.connection) {
    const message = `The server was asked to stop ${of}, and its session has not ended yet; call status to see when it has.`;
    return report(head, { outcome: "running", message, ...body });
  }
  if (!failure && !isUnchanged(after.step, step)) {
    return report(head, { outcome: "done", message: `${of} had ended, or somebody went on with it.`, ...body });
  }
  const message = `Stopped ${of} (run ${step.runId}).`;
  return report(head, { outcome: "done", message, ...body, notices: [nextOf(step, after.step)] });
}

/** What the next call will do. */
function nextOf({ name }: StepRow, left: StepRow | undefined): string {
  if (left?.name !== name) return `Nothing of ${name} has taken effect; the next migrate begins it again.`;
  const where = left.script ? ` at statement ${left.statement + 1} of ${left.script.statements.length}` : "";
  return `The next migrate goes on with ${name}${where}; rollback undoes it instead.`;
}
