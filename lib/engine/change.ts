import type { MigrateCommand, RollbackCommand } from "../command";
import type { RunRow, Session, State } from "../database/database";
import type { DoneStep, Report } from "../report";
import { makePlan, type Plan } from "./plan";
import { endReport, refusedReport, report } from "./reports";
import { runSteps } from "./runner";
import { finish, type Task, type Turn } from "./turn";

interface Work extends Turn {
  readonly command: MigrateCommand | RollbackCommand;
}

/** Applies or reverts migrations. */
export function changeTask(turn: Turn, command: MigrateCommand | RollbackCommand): Task {
  const work: Work = { ...turn, command };
  return {
    look: async (_reader, state) => {
      const plan = planned(work, state);
      if (command.dryRun) return dryRunReport(work, plan);
      // A run that was cut off still wants its end, even when the database has finished its work by itself.
      const nothing = plan.steps.length === 0 && plan.problems.length === 0 && !state.run;
      return nothing ? nothingReport(work, plan) : undefined;
    },
    carryOut: (session, state, joined) => carryOut(work, session, { state, joined }),
  };
}

/** `done`: how many of the Command's steps an earlier call has done already. */
function planned(work: Work, state: State, done = 0): Plan {
  const { command } = work;
  if (command.steps === undefined) return makePlan({ ...work, state });
  if (command.steps <= done) return { steps: [], problems: [], notices: [] };
  return makePlan({ ...work, state, command: { ...command, steps: command.steps - done } });
}

function nothingReport({ head }: Work, { notices }: Plan): Report {
  return report(head, { outcome: "done", message: "Nothing to do.", ...(notices.length > 0 && { notices }) });
}

function dryRunReport({ head }: Work, { steps, problems, notices }: Plan): Report {
  if (problems.length > 0) return refusedReport(head, problems);
  const remaining = steps.map(({ name }) => name);
  const message = `A dry run: ${remaining.length} to do, nothing done.`;
  return report(head, { outcome: "done", remaining, message, ...(notices.length > 0 && { notices }) });
}

interface Found {
  readonly state: State;
  readonly joined: RunRow | undefined;
}

async function carryOut(work: Work, session: Session, { state, joined }: Found): Promise<Report> {
  const { run, head, log, deadline, database } = work;
  const before = doneBefore(work, state, state.run ?? joined);
  const plan = planned(work, state, before.length);
  if (plan.steps.length === 0 && plan.problems.length === 0 && !state.run) {
    const message = before.length > 0 ? "Another run has done it." : "Nothing to do.";
    return report(head, { outcome: "done", done: before, message });
  }
  await session.startRun(run, plan.steps);
  log.info("started", { steps: plan.steps.map(({ name }) => name), problems: plan.problems.map(({ code }) => code) });
  if (plan.problems.length > 0) return finish(session, refusedReport(head, plan.problems));
  const applied = state.applied.map(({ name }) => name);
  const result = await runSteps({ steps: plan.steps, applied, session, run, deadline, dialect: database.dialect, log });
  const ended = endReport(head, { plan, before, result });
  // Where the connection is gone, or under way without us, the next run closes this one.
  return ["left", "abandoned", "interrupted"].includes(result.stop.why) ? ended : finish(session, ended);
}

/** What was done of a run that this one continues: of its own earlier calls, or of one that it takes over. */
function doneBefore({ migrations }: Work, state: State, run: RunRow | undefined): readonly DoneStep[] {
  if (!run) return [];
  const repeatable = new Set(migrations.filter((migration) => migration.repeatable).map(({ name }) => name));
  // The row of a repeatable may be there from long before this run.
  const ofRun = state.applied.filter(({ name, runId }) => !repeatable.has(name) || runId === run.runId);
  const applied = new Set(ofRun.map(({ name }) => name));
  const reported = new Map(run.report?.done.map((step) => [step.name, step]));
  const done = run.plan.filter(({ name, direction }) => applied.has(name) === (direction === "up"));
  return done.map(({ name, direction }) => reported.get(name) ?? { name, direction, durationMs: 0, recovered: true });
}
