import { createHash } from "node:crypto";
import type { Call, Command, MigrateCommand, RollbackCommand } from "../command";
import type { Database, Deadline, Reader, RunRow, RunStart, Session, State } from "../database/database";
import type { Log } from "../log";
import type { Direction, Migration } from "../migration";
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
  const { source, database } = options;
  return {
    run: async (command, call) => {
      const deadline = createDeadline(call.patienceMs);
      const startedAt = new Date().toISOString();
      const runId = command.runId ?? call.requestId;
      const migrations = await source.load();
      const { name, state } = await database.read(deadline, async (reader) => ({
        name: reader.database,
        state: await reader.state(runId),
      }));
      const head: Heading = { runId, action: command.action, database: name, startedAt };
      if (command.action === "status") {
        if (command.runId === undefined) return statusReport(head, migrations, state);
        return state.run?.report ?? runStatus(head, state);
      }
      const key = runKey(command, migrations);
      const run: RunStart = {
        runId,
        action: command.action,
        key,
        bundle: options.bundle,
        ...(call.caller !== undefined && { caller: call.caller }),
      };
      const result = await change({ ...options, command, migrations, head, run, call, deadline }, state);
      options.log.info("finished", {
        outcome: result.outcome,
        done: result.done.length,
        remaining: result.remaining.length,
      });
      return result;
    },
  };
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
      code: "UNKNOWN_TARGET",
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
  if (plan.steps.length === 0 && plan.problems.length === 0)
    return report(work.head, { outcome: "done", message: "Nothing to do." });
  return underLock(work, first);
}

function planned(work: Work, state: State): Plan {
  return makePlan({ ...work, state });
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

async function underLock(work: Work, first: State): Promise<Report> {
  const { database, deadline, run, head } = work;
  let joined: RunRow | undefined;
  let seen: State | undefined;
  let answer: Report | undefined;
  const whenBusy = async (reader: Reader) => {
    seen = await reader.state(run.runId);
    const current = seen.unfinished.find(({ connection, key }) => connection === seen?.holder && key === run.key);
    joined = current ?? joined;
    if (!current?.attended || work.call.whenRunning === "wait") return "wait";
    answer = joinedReport(head, current, seen);
    return "leave";
  };
  const held = await database.exclusively({ deadline, whenBusy }, (session) =>
    locked(work, { session, first, joined }),
  );
  return held?.value ?? answer ?? waitingReport(head, seen);
}

interface Locked {
  readonly session: Session;
  /** What was there before the lock was waited for. */
  readonly first: State;
  /** The run that was waited for, when it does the same. */
  readonly joined: RunRow | undefined;
}

async function locked(work: Work, { session, first, joined }: Locked): Promise<Report> {
  const { run, head, log } = work;
  await session.prepare();
  if (joined) {
    const { run: ended } = await session.state(joined.runId);
    if (ended?.report && ended.report.outcome !== "incomplete") return ended.report;
  }
  const state = await session.state(run.runId);
  const answered = stored(work, state);
  if (answered) return answered;
  await closeCutOff(session, { state, run, head });
  const before = doneBefore(work, { first, state, joined });
  const plan = planned(work, state);
  if (plan.steps.length === 0 && plan.problems.length === 0 && !state.run) {
    return report(head, {
      outcome: "done",
      done: before,
      message: before.length > 0 ? "Another run has done it." : "Nothing to do.",
    });
  }
  await session.startRun(run);
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

/** What earlier calls of this run have done, and what a run that it takes over brought to an end while this call waited. */
function doneBefore(
  { run }: Work,
  { first, state, joined }: { readonly first: State; readonly state: State; readonly joined: RunRow | undefined },
): readonly DoneStep[] {
  const own = state.run ? rowsOf(state, run.runId) : [];
  const earlier = state.run?.report?.done ?? own.map(recovered("up"));
  if (!joined || joined.runId === run.runId) return earlier;
  const before = new Set(first.applied.map(({ id }) => id));
  const after = new Set(state.applied.map(({ name }) => name));
  const up = rowsOf(state, joined.runId).filter(({ id }) => !before.has(id));
  const down = first.applied.filter(({ name }) => !after.has(name));
  return [...earlier, ...up.map(recovered("up")), ...down.map(recovered("down"))];
}

function rowsOf(state: State, id: string): State["applied"] {
  return state.applied.filter(({ runId }) => runId === id);
}

function recovered(direction: Direction) {
  return ({ name }: { readonly name: string }): DoneStep => ({ name, direction, durationMs: 0, recovered: true });
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
