import { setTimeout as sleep } from "node:timers/promises";
import type { CancelCommand } from "../command";
import type { Canceller, State, StepRow } from "../database/database";
import type { Failure, Problem, Report } from "../report";
import { type Asked, isUnchanged, recordFor } from "./cancel-left";
import { inDoubt } from "./recovery";
import { inProgressOf, refusedReport, report } from "./reports";
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

interface Aftermath {
  readonly after: State;
  /** As it is recorded of the run whose statement it was. */
  readonly failure: Failure | undefined;
}

function cancelReport({ head, database }: Turn, asked: Asked, { after, failure }: Aftermath): Report {
  const { step, index, state } = asked;
  const inProgress = inProgressOf({ ...state, step: { ...step, statement: index } });
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
  return report(head, { outcome: "done", message, ...body, notices: [nextOf(step, after.step, database)] });
}

/** What the next call will do. */
function nextOf({ name }: StepRow, left: StepRow | undefined, database: Turn["database"]): string {
  if (left && inDoubt(left, database))
    return `Whether it had taken effect is not known: the next call asks, and settle answers.`;
  if (left?.name !== name) return `Nothing of ${name} has taken effect; the next migrate begins it again.`;
  const where = left.script ? ` at statement ${left.statement + 1} of ${left.script.statements.length}` : "";
  return `The next migrate goes on with ${name}${where}; rollback undoes it instead.`;
}
