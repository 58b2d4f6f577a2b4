import type { Call } from "../command";
import type { Deadline, Reader, RunRow, RunStart, Session, State, Verdict } from "../database/database";
import { MigratorError } from "../errors";
import type { Migration } from "../migration";
import type { Report } from "../report";
import type { MigratorOptions } from "./migrator";
import { inDoubt } from "./recovery";
import { type Heading, joinedReport, refusedReport, report, waitingReport } from "./reports";

/** One call that may change something, on its way through the Migrator. */
export interface Turn extends MigratorOptions {
  readonly migrations: readonly Migration[];
  readonly head: Heading;
  readonly run: RunStart;
  readonly call: Call;
  readonly deadline: Deadline;
}

/** What one kind of Command does when its turn comes. */
export interface Task {
  /** Without the lock, writing nothing. @returns a Report where there is nothing to do, or a dry run was asked for */
  look(reader: Reader, state: State): Promise<Report | undefined>;
  /** With the lock and the journal's tables. `joined`: the run that was waited for, when it does the same. */
  carryOut(session: Session, state: State, joined: RunRow | undefined): Promise<Report>;
}

/** The Report of an earlier call with this run id, when that run has come to an end. */
export function stored({ run, head }: Pick<Turn, "run" | "head">, state: State): Report | undefined {
  if (!state.run) return undefined;
  if (state.run.key !== run.key) {
    const message = `The run id ${run.runId} belongs to another command, or to another set of migrations.`;
    return refusedReport(head, [
      { code: "RUN_ID_TAKEN", message, advice: "Use a run id of its own for each command." },
    ]);
  }
  const ended = state.run.report;
  return ended && ["done", "failed", "refused"].includes(ended.outcome) ? ended : undefined;
}

/** Waits for the lock, or joins the run that does the same, and carries the task out. */
export async function takeTurn(turn: Turn, task: Task): Promise<Report> {
  const { database, deadline, run, head } = turn;
  let joined: RunRow | undefined;
  let seen: State | undefined;
  let answer: Report | undefined;
  const whenBusy = async (reader: Reader) => {
    const state = await withProgress(reader, await reader.state(run.runId));
    seen = state;
    const current = state.unfinished.find((other) => other.connection === state.holder && isSame(other, run));
    joined = current ?? joined;
    if (joined && joined !== current) answer = await outcomeOf(joined, reader);
    else if (current?.attended && turn.call.whenRunning === "answer") answer = joinedReport(head, current, state);
    return answer ? "leave" : "wait";
  };
  const held = await database.exclusively({ deadline, whenBusy }, (session) => locked(turn, task, { session, joined }));
  return held?.value ?? answer ?? waitingReport(head, seen);
}

/** Whether a run is what this call would do: what other code makes of the same Command and files may be another thing. */
function isSame(other: RunRow, { key, bundle }: RunStart): boolean {
  return other.key === key && other.bundle === bundle;
}

/** Whether the step in progress is being carried out at this moment. */
export function isRunning({ step, holder }: State): boolean {
  return step !== undefined && step.connection === holder;
}

/** How far a step has come that was cut off; undefined where the journal says it. */
export async function verdictOn({ database }: Turn, reader: Reader, { step }: State): Promise<Verdict | undefined> {
  return step && inDoubt(step, database) ? reader.verdict(step) : undefined;
}

/** Asks the server how far it has come, where anything is in progress. */
export async function withProgress(reader: Reader, state: State): Promise<State> {
  const { step } = state;
  if (!step || !isRunning(state)) return state;
  const { statement, text } = await reader.progress(step);
  return { ...state, step: { ...step, statement }, ...(text !== undefined && { progress: text }) };
}

/** The Report of a run that was waited for, when it came to an end by itself. */
async function outcomeOf(joined: RunRow, reader: Reader): Promise<Report | undefined> {
  const { run } = await reader.state(joined.runId);
  return run?.report?.outcome === "incomplete" ? undefined : run?.report;
}

/** `joined`: the run that was waited for, when it does the same. */
async function locked(
  turn: Turn,
  task: Task,
  { session, joined }: { readonly session: Session; readonly joined: RunRow | undefined },
): Promise<Report> {
  const outcome = joined && (await outcomeOf(joined, session));
  if (outcome) return outcome;
  const state = await session.state(turn.run.runId);
  if (state.tables !== "ready") await session.prepare();
  const answered = stored(turn, state);
  if (answered) return answered;
  await closeCutOff(session, turn, state);
  return task.carryOut(session, state, joined);
}

/** Gives every run that never finished its end: whoever did it holds no lock any more. */
async function closeCutOff(session: Session, { run, head }: Turn, state: State): Promise<void> {
  for (const dead of state.unfinished.filter(({ runId }) => runId !== run.runId)) {
    const { done, remaining, problems, ...rest } = report(head, {
      outcome: "incomplete",
      message: `Cut off, or left to the database; run ${run.runId} went on.`,
    });
    await session.finishRun({ ...rest, done, remaining, problems, runId: dead.runId });
  }
}

/** Records how a run ended. When the connection is lost over that, the Report is as true, and the next run closes this one. */
export async function finish(session: Session, ended: Report): Promise<Report> {
  try {
    await session.finishRun(ended);
  } catch (error) {
    if (!(error instanceof MigratorError) || error.code !== "CONNECTION_LOST") throw error;
  }
  return ended;
}
