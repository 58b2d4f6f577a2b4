import { createHash } from "node:crypto";
import { abortAfter } from "../abort-after";
import {
  type Call,
  type CancelCommand,
  type Command,
  type JournalCommand,
  type PlanCommand,
  runIdOf,
  type StatusCommand,
} from "../command";
import type { Database, Reader, RunStart, State } from "../database/database";
import { MigratorError } from "../errors";
import type { Log } from "../log";
import type { Migration } from "../migration";
import type { Problem, Report } from "../report";
import type { Source } from "../source/source";
import { acceptTask } from "./accept";
import { adoptTask } from "./adopt";
import { baselineTask } from "./baseline";
import { cancelStatement } from "./cancel";
import { changeTask, previewReport } from "./change";
import { createDeadline } from "./deadline";
import { resumption } from "./plan";
import { reached } from "./recovery";
import { refusedReport, statusReport, unfinishedReport } from "./reports";
import { settleTask } from "./settle";
import { isRunning, stored, type Task, type Turn, takeTurn, verdictOn, withProgress } from "./turn";

export interface MigratorOptions {
  readonly source: Source;
  readonly database: Database;
  /** What to do with a migration that sorts before one that is already applied. */
  readonly late: "refuse" | "apply";
  /** What is only done by who gives the digest of its plan. */
  readonly protect?: "rollback";
  /** Function version and commit, for the journal. */
  readonly bundle: string;
  readonly log: Log;
}

/** `Answer`: a Report of one database, or what else tells of several. */
export interface Migrator<Answer = Report> {
  /**
   * Runs a Command and tells what happened. Refusals and failed migrations are Reports, not errors.
   * @throws MigratorError when there is nothing to report on: settings, migrations or the database cannot be read
   */
  run(command: Command, call: Call): Promise<Answer>;
}

/** A Migrator without a doctor: that looks at what the engine knows nothing of. */
export function createMigrator(options: MigratorOptions): Migrator {
  const { log } = options;
  return {
    run: async (command, call) => {
      if (command.action === "doctor") throw new MigratorError("INVALID_COMMAND", "This function has no doctor.");
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

async function perform(options: MigratorOptions, command: JournalCommand, call: Call): Promise<Report> {
  const deadline = createDeadline(call.patienceMs);
  const startedAt = new Date().toISOString();
  const { action } = command;
  const runId = runIdOf(command, call.requestId);
  const migrations = await options.source.load(abortAfter(deadline.remainingMs()));
  const turnAt = (database: string): Turn => {
    const { caller } = call;
    const key = runKey(command, migrations);
    const run: RunStart = { runId, action, key, bundle: options.bundle, ...(caller !== undefined && { caller }) };
    return { ...options, migrations, head: { runId, action, database, startedAt }, run, call, deadline };
  };
  if (command.action === "cancel")
    return options.database.cancelling(deadline, (canceller) =>
      cancelStatement(turnAt(canceller.database), command, canceller),
    );
  const found = await options.database.read(deadline, async (reader) => {
    const turn = turnAt(reader.database);
    const state = await reader.state(runId);
    if (command.action === "status") return statusOf(turn, command, { reader, state });
    if (command.action === "plan") return previewReport(turn, command, { reader, state });
    const task = taskOf(turn, command);
    return stored(turn, state) ?? (await task.look(reader, state)) ?? { turn, task };
  });
  return "task" in found ? takeTurn(found.turn, found.task) : found;
}

interface Place {
  /** With the step where it really is. */
  readonly state: State;
  /** What keeps a call with as much time as this one from going on with it. */
  readonly obstacle?: Problem;
}

/** Where a step is that nobody is at. */
async function placeOf(turn: Turn, reader: Reader, state: State): Promise<Place> {
  const verdict = await verdictOn(turn, reader, state);
  const [begun] = resumption({ ...turn, state, verdict, remainingMs: turn.deadline.remainingMs() });
  const step = state.step && verdict ? { ...state.step, statement: reached(verdict) } : state.step;
  return {
    state: { ...state, ...(step && { step }) },
    ...(begun && "problem" in begun && { obstacle: begun.problem }),
  };
}

function taskOf(turn: Turn, command: Exclude<JournalCommand, StatusCommand | PlanCommand | CancelCommand>): Task {
  switch (command.action) {
    case "accept":
      return acceptTask(turn, command);
    case "settle":
      return settleTask(turn, command);
    case "adopt":
      return adoptTask(turn, command);
    case "baseline":
      return baselineTask(turn, command);
    default:
      return changeTask(turn, command);
  }
}

/** What a Command says of the run and of other databases, and not of what is to be done in this one. */
const NOT_IN_KEY = ["runId", "database", "databases", "onFailure"];

/** Two calls that ask for the same of the same migrations have the same key, and may share a run. */
function runKey(command: Command, migrations: readonly Migration[]): string {
  const asked = Object.entries(command).filter(([key]) => !NOT_IN_KEY.includes(key));
  const set = migrations.map(({ name, checksum }) => [name, checksum]);
  const sorted = asked.sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([sorted, set]))
    .digest("hex");
}

interface Known {
  readonly reader: Reader;
  readonly state: State;
}

async function statusOf(turn: Turn, { runId }: StatusCommand, { reader, state }: Known): Promise<Report> {
  const { head, migrations } = turn;
  if (runId === undefined) {
    const place = isRunning(state) ? { state: await withProgress(reader, state) } : await placeOf(turn, reader, state);
    return statusReport(head, { migrations, ...place });
  }
  if (state.run) return state.run.report ?? unfinishedReport(head, state.run, await withProgress(reader, state));
  return refusedReport(head, [
    {
      code: "UNKNOWN_RUN",
      message: `There is no run ${runId}.`,
      advice: "A call that found nothing to do leaves no trace.",
    },
  ]);
}
