import { createHash } from "node:crypto";
import type { Call, Command, MigrateCommand, RollbackCommand } from "../command";
import type { Database, Deadline, Reader, RunRow, RunStart, Session, State } from "../database/database";
import type { Log } from "../log";
import type { Migration } from "../migration";
import type { DoneStep, Report } from "../report";
import type { Source } from "../source/source";
import { createDeadline } from "./deadline";
import { makePlan, type Plan } from "./plan";
import { endReport, type Heading, joinedReport, refusedReport, report, statusReport, waitingReport } from "./reports";
import { runSteps } from "./runner";

export interface MigratorOptions {
  readonly source: Source;
  readonly database: Database;
  /** What to do with a migration that sorts before one that is already applied. */
  readonly late: "refuse" | "apply";
  /** Function version and commit, for the journal. */
  readonly bundle: string;
  readonly log: Log;
}

export interface Migrator {
  /**
   * Runs a Command and tells what happened. Refusals and failed migrations are Reports, not errors.
   * @throws MigratorError when there is nothing to report on: settings, migrations or the database cannot be read
   */
  run(command: Command, call: Call): Promise<Report>;
}

/** One call on its way through the Migrator. */
interface Work extends MigratorOptions {
  readonly command: MigrateCommand | RollbackCommand;
  readonly migrations: readonly Migration[];
  readonly head: Heading;
  readonly run: RunStart;
  readonly call: Call;
  readonly deadline: Deadline;
}

export function createMigrator(options: MigratorOptions): Migrator {
  const { log } = options;
  return {
    run: async (command, call) => {
      const result = await perform(options, command, call);
      logReport(log, result);
      return result;
    },
  };
}

function logReport(log: Log, { action, outcome, message, done, remaining, failure, problems }: Report): void {
  const counts = { done: done.length, remaining: remaining.length };
  const data = {
    action,
    outcome,
    message,
    ...counts,
    ...(failure && { failure }),
    ...(problems.length > 0 && { problems }),
  };
  if (outcome === "failed" || outcome === "refused") log.error("finished", data);
  else log.info("finished", data);
}

async function perform(options: MigratorOptions, command: Command, call: Call): Promise<Report> {
  const deadline = createDeadline(call.patienceMs);
  const startedAt = new Date().toISOString();
  const { action } = command;
  const runId = command.runId ?? call.requestId;
  const migrations = await options.source.load();
  const { name, state } = await options.database.read(deadline, async (reader) => ({
    name: reader.database,
    state: await reader.state(runId),
  }));
  const head: Heading = { runId, action, database: name, startedAt };
  if (command.action === "status") {
    if (command.runId === undefined) return statusReport(head, migrations, state);
    return state.run?.report ?? runStatus(head, state);
  }
  const { caller } = call;
  const key = runKey(command, migrations);
  const run: RunStart = { runId, action, key, bundle: options.bundle, ...(caller !== undefined && { caller }) };
  return change({ ...options, command, migrations, head, run, call, deadline }, state);
}

/** Two calls that ask for the same of the same migrations have the same key, and may share a run. */
function runKey(command: MigrateCommand | RollbackCommand, migrations: readonly Migration[]): string {
  const { runId: _, ...asked } = command;
  const set = migrations.map(({ name, checksum }) => [name, checksum]);
  const sorted = Object.entries(asked).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([sorted, set]))
    .digest("hex");
}

function runStatus(head: Heading, state: State): Report {
  if (state.run) return joinedReport(head, state.run, state);
  return refusedReport(head, [
    {
      code: "UNKNOWN_RUN",
      message: `There is no run ${head.runId}.`,
      advice: "A call that found nothing to do leaves no trace.",
    },
  ]);
}

async function change(work: Work, first: State): Promise<Report> {
  const answered = stored(work, first);
  if (answered) return answered;
  const plan = planned(work, first);
  if (work.command.dryRun) return dryRunReport(work, plan);
  // A run that was cut off still wants its end, even when the database has finished its work by itself.
  const nothing = plan.steps.length === 0 && plan.problems.length === 0 && !first.run;
  if (nothing) return report(work.head, { outcome: "done", message: "Nothing to do." });
  return underLock(work);
}

/** `done`: how many of the Command's steps an earlier call has done already. */
function planned(work: Work, state: State, done = 0): Plan {
  const { command } = work;
  if (command.steps === undefined) return makePlan({ ...work, state });
  if (command.steps <= done) return { steps: [], problems: [] };
  return makePlan({ ...work, state, command: { ...command, steps: command.steps - done } });
}

/** The Report of an earlier call with this run id, when that run has come to an end. */
function stored({ run, head }: Work, state: State): Report | undefined {
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

function dryRunReport({ head }: Work, plan: Plan): Report {
  if (plan.problems.length > 0) return refusedReport(head, plan.problems);
  const remaining = plan.steps.map(({ name }) => name);
  return report(head, { outcome: "done", remaining, message: `A dry run: ${remaining.length} to do, nothing done.` });
}

async function underLock(work: Work): Promise<Report> {
  const { database, deadline, run, head } = work;
  let joined: RunRow | undefined;
  let seen: State | undefined;
  let answer: Report | undefined;
  const whenBusy = async (reader: Reader) => {
    seen = await reader.state(run.runId);
    const current = seen.unfinished.find(({ connection, key }) => connection === seen?.holder && key === run.key);
    joined = current ?? joined;
    if (joined && joined !== current) answer = await outcomeOf(joined, reader);
    else if (current?.attended && work.call.whenRunning === "answer") answer = joinedReport(head, current, seen);
    return answer ? "leave" : "wait";
  };
  const held = await database.exclusively({ deadline, whenBusy }, (session) => locked(work, session, joined));
  return held?.value ?? answer ?? waitingReport(head, seen);
}

/** The Report of a run that was waited for, when it came to an end by itself. */
async function outcomeOf(joined: RunRow, reader: Reader): Promise<Report | undefined> {
  const { run } = await reader.state(joined.runId);
  return run?.report?.outcome === "incomplete" ? undefined : run?.report;
}

/** `joined`: the run that was waited for, when it does the same. */
async function locked(work: Work, session: Session, joined: RunRow | undefined): Promise<Report> {
  const { run, head, log } = work;
  const outcome = joined && (await outcomeOf(joined, session));
  if (outcome) return outcome;
  const state = await session.state(run.runId);
  if (state.tables === "missing") await session.prepare();
  const answered = stored(work, state);
  if (answered) return answered;
  await closeCutOff(session, { state, run, head });
  const before = doneBefore(state, state.run ?? joined);
  const plan = planned(work, state, before.length);
  if (plan.steps.length === 0 && plan.problems.length === 0 && !state.run) {
    const message = before.length > 0 ? "Another run has done it." : "Nothing to do.";
    return report(head, { outcome: "done", done: before, message });
  }
  await session.startRun(run, plan.steps);
  log.info("started", { steps: plan.steps.map(({ name }) => name), problems: plan.problems.map(({ code }) => code) });
  if (plan.problems.length > 0) return finish(session, refusedReport(head, plan.problems));
  const applied = state.applied.map(({ name }) => name);
  const { deadline, database } = work;
  const result = await runSteps({ steps: plan.steps, applied, session, run, deadline, dialect: database.dialect, log });
  const ended = endReport(head, { steps: plan.steps, before, result });
  // Where the connection is gone, or under way without us, the next run closes this one.
  return ["left", "abandoned", "interrupted"].includes(result.stop.why) ? ended : finish(session, ended);
}

async function finish(session: Session, ended: Report): Promise<Report> {
  await session.finishRun(ended);
  return ended;
}

/** What was done of a run that this one continues: of its own earlier calls, or of one that it takes over. */
function doneBefore(state: State, run: RunRow | undefined): readonly DoneStep[] {
  if (!run) return [];
  const applied = new Set(state.applied.map(({ name }) => name));
  const reported = new Map(run.report?.done.map((step) => [step.name, step]));
  const done = run.plan.filter(({ name, direction }) => applied.has(name) === (direction === "up"));
  return done.map(({ name, direction }) => reported.get(name) ?? { name, direction, durationMs: 0, recovered: true });
}

/** Gives every run that never finished its end: whoever did it holds no lock any more. */
async function closeCutOff(
  session: Session,
  { state, run, head }: { readonly state: State; readonly run: RunStart; readonly head: Heading },
): Promise<void> {
  for (const dead of state.unfinished.filter(({ runId }) => runId !== run.runId)) {
    const { done, remaining, problems, ...rest } = report(head, {
      outcome: "incomplete",
      message: `Cut off, or left to the database; run ${run.runId} went on.`,
    });
    await session.finishRun({ ...rest, done, remaining, problems, runId: dead.runId });
  }
}
