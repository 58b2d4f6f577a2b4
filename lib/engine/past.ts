import type { AdoptedRow, Guard, Reader, State } from "../database/database";
import type { Adoption, Problem, Report } from "../report";
import { type Heading, refusedReport, report } from "./reports";
import { finish, type Task, type Turn } from "./turn";

/** What there is to be known of what was applied without us. */
export interface Past {
  /** What must stay as it is while it is recorded. */
  readonly guard: Guard;
  plan(reader: Reader): Promise<PastPlan>;
  /** The tool that the Guard keeps away. */
  readonly title?: string;
}

/** What is to be recorded. With any problem nothing is. */
export interface PastPlan {
  readonly problems: readonly Problem[];
  readonly notices: readonly string[];
  readonly rows: readonly AdoptedRow[];
  /** What the Report will say of it; absent where nothing was found to record. */
  readonly adoption?: Adoption;
}

export interface PastOptions {
  readonly dryRun: boolean;
  survey(reader: Reader, state: State): Promise<Past>;
}

/** Records as applied what the database's past holds; runs no migration. */
export function pastTask({ head, run, log }: Turn, { dryRun, survey }: PastOptions): Task {
  return {
    look: async (reader, state) => {
      const plan = await (await survey(reader, state)).plan(reader);
      if (dryRun) return pastReport(head, plan, `A dry run: ${plan.rows.length} to record, nothing recorded.`);
      const nothing = plan.rows.length === 0 && plan.problems.length === 0 && !state.run;
      return nothing ? pastReport(head, plan, "Nothing to record.") : undefined;
    },
    carryOut: async (session, state) => {
      await session.startRun(run, []);
      const past = await survey(session, state);
      const end = await session.guarded(past.guard, async () => {
        const plan = await past.plan(session);
        log.info("started", { rows: plan.rows.length, problems: plan.problems.map(({ code }) => code) });
        if (plan.problems.length === 0) await session.adopt(plan.rows, run);
        return plan;
      });
      if ("busy" in end) return finish(session, refusedReport(head, [busyProblem(past, end.busy)]));
      const recorded = end.value.adoption?.recorded.length ?? 0;
      return finish(session, pastReport(head, end.value, `${recorded} recorded as applied.`));
    },
  };
}

function pastReport(head: Heading, { problems, notices, adoption }: PastPlan, message: string): Report {
  const more = { ...(notices.length > 0 && { notices }), ...(adoption && { adoption }) };
  if (problems.length > 0) return { ...refusedReport(head, problems), ...more };
  return report(head, { outcome: "done", message, ...more });
}

function busyProblem({ title = "Another tool" }: Past, what: "lock" | "table"): Problem {
  const message =
    what === "lock" ? `${title} is at work: somebody holds its lock.` : `${title}'s history is being written.`;
  return { code: "HISTORY_BLOCKED", message, advice: "Call again when it has ended." };
}

/** What stands in the way of recording anything. */
export function inProgress({ step }: State): readonly Problem[] {
  if (!step) return [];
  const message = `${step.name} is half way, and what was applied without us is recorded only between migrations.`;
  const advice = "Call migrate or rollback first, which finish it.";
  return [{ code: "IN_PROGRESS", migration: step.name, message, advice }];
}
