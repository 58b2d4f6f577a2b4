import type { Command, MigrateCommand, PlanCommand, RollbackCommand } from "../command";
import type { AsExpected, Reader, RunRow, Session, State, Verdict } from "../database/database";
import type { DoneStep, Report } from "../report";
import { appliedElsewhere } from "./adopt";
import { makePlan, type Plan } from "./plan";
import { planChanged, preview, protectedProblem } from "./preview";
import { endReport, refusedReport, report, waitingReport } from "./reports";
import { runSteps } from "./runner";
import { finish, isRunning, type Task, type Turn, verdictOn } from "./turn";

interface Work extends Turn {
  readonly command: MigrateCommand | RollbackCommand;
}

const NOTHING: Plan = { steps: [], problems: [], notices: () => [], read: () => undefined };

/** Applies or reverts migrations. */
export function changeTask(turn: Turn, command: MigrateCommand | RollbackCommand): Task {
  const work: Work = { ...turn, command };
  return {
    look: async (reader, state) => {
      // What stands in the way then is only that it is running.
      if (isRunning(state)) return command.dryRun ? waitingReport(turn.head, state) : undefined;
      const plan = checked(work, await planSeen(work, reader, state), state);
      if (command.dryRun) return dryRunReport(work, plan);
      // A run that was cut off still wants its end, even when the database has finished its work by itself.
      const nothing = plan.steps.length === 0 && plan.problems.length === 0 && !state.run;
      return nothing ? nothingReport(work, plan) : undefined;
    },
    carryOut: (session, state, joined) => carryOut(work, session, { state, joined }),
  };
}

/**
 * Where all migrations are applied as they are.
 * @returns nothing where that does not answer the Command, or something is begun
 */
export function allApplied(
  asked: Pick<Turn, "head" | "migrations">,
  command: Command,
  { step, run }: AsExpected,
): Report | undefined {
  if (command.action !== "migrate" || step || run) return undefined;
  const { to } = command;
  if (to !== undefined && !asked.migrations.some(({ name }) => name === to)) return undefined;
  return command.dryRun ? dryRunReport(asked, NOTHING) : nothingReport(asked, NOTHING);
}

/** What a Command would do, without the lock. */
export async function previewReport(
  turn: Turn,
  { of, action: _, ...asked }: PlanCommand,
  { reader, state }: { readonly reader: Reader; readonly state: State },
): Promise<Report> {
  const command = of === "migrate" ? { ...asked, action: of } : { ...asked, action: of, steps: asked.steps ?? 1 };
  const work: Work = { ...turn, command };
  if (isRunning(state)) return waitingReport(turn.head, state);
  const found = await planSeen(work, reader, state);
  const { steps, problems } = found;
  const notices = found.notices();
  const seen = {
    plan: preview(steps, { ...work, state }, turn.head.database),
    ...(notices.length > 0 && { notices }),
  };
  if (problems.length > 0) return { ...refusedReport(turn.head, problems), ...seen };
  const remaining = steps.map(({ name }) => name);
  const message = remaining.length === 0 ? "Nothing to do." : `${remaining.length} to do: ${listed(remaining)}.`;
  return report(turn.head, { outcome: "done", message, remaining, ...seen });
}

function listed(names: readonly string[]): string {
  const more = names.length > 5 ? ` and ${names.length - 5} more` : "";
  return names.slice(0, 5).join(", ") + more;
}

async function planSeen(work: Work, reader: Reader, state: State): Promise<Plan> {
  const verdict = await verdictOn(work, reader, state);
  return withPast(work, reader, { plan: planned(work, { state, verdict }), state });
}

/** A run that has begun was checked then, and has changed the journal itself since. */
function checked(work: Work, plan: Plan, state: State): Plan {
  const { command, head, protect } = work;
  if (state.run) return plan;
  const isProtected = command.action === "rollback" && protect === "rollback" && !command.dryRun;
  const problem =
    command.plan === undefined
      ? isProtected && protectedProblem(command)
      : planChanged(command.plan, { ...work, state }, head.database);
  return problem ? { ...plan, problems: [problem, ...plan.problems] } : plan;
}

interface Known {
  readonly state: State;
  readonly verdict: Verdict | undefined;
  /** How many of the Command's steps an earlier call has done already. */
  readonly done?: number;
}

function planned(work: Work, { state, verdict, done = 0 }: Known): Plan {
  const { command } = work;
  const input = { ...work, state, verdict, remainingMs: work.deadline.remainingMs() };
  if (command.steps === undefined) return makePlan(input);
  if (command.steps <= done) return NOTHING;
  return makePlan({ ...input, command: { ...command, steps: command.steps - done } });
}

interface Planned {
  readonly plan: Plan;
  readonly state: State;
}

/** With an empty journal, what another tool has applied must not run once more. */
async function withPast(work: Work, reader: Reader, { plan, state }: Planned): Promise<Plan> {
  const first = work.command.action === "migrate" && state.applied.length === 0 && !state.step;
  if (!first || plan.steps.length === 0) return plan;
  return { ...plan, problems: [...plan.problems, ...(await appliedElsewhere(work, reader))] };
}

function nothingReport({ head }: Pick<Turn, "head">, plan: Plan): Report {
  const notices = plan.notices();
  return report(head, { outcome: "done", message: "Nothing to do.", ...(notices.length > 0 && { notices }) });
}

function dryRunReport({ head }: Pick<Turn, "head">, plan: Plan): Report {
  const { steps, problems } = plan;
  if (problems.length > 0) return refusedReport(head, problems);
  const notices = plan.notices();
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
  const verdict = await verdictOn(work, session, state);
  const found = await withPast(work, session, { plan: planned(work, { state, verdict, done: before.length }), state });
  const plan = checked(work, found, state);
  if (plan.steps.length === 0 && plan.problems.length === 0 && !state.run) {
    const message = before.length > 0 ? "Another run has done it." : "Nothing to do.";
    return report(head, { outcome: "done", done: before, message });
  }
  await session.startRun(run, plan.steps);
  log.info("started", { steps: plan.steps.map(({ name }) => name), problems: plan.problems.map(({ code }) => code) });
  if (plan.problems.length > 0) return finish(session, refusedReport(head, plan.problems));
  const applied = state.applied.map(({ name }) => name);
  const { steps, read: recorded } = plan;
  const { dialect } = database;
  const result = await runSteps({ steps, applied, session, run, deadline, dialect, log, recorded });
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
