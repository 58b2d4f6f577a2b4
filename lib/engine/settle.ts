import type { SettleCommand } from "../command";
import type { Database, State, StepError } from "../database/database";
import type { Problem } from "../report";
import { makePlan } from "./plan";
import { refusedReport, report } from "./reports";
import { finish, type Task, type Turn } from "./turn";

/** Answers what a plan asks by `CUT_OFF`: whether the statement in which a run was cut off took effect. Runs nothing. */
export function settleTask(turn: Turn, command: SettleCommand): Task {
  const { head, run, database } = turn;
  const { migration, statement, as, reason } = command;
  return {
    look: async () => undefined,
    carryOut: async (session, state) => {
      await session.startRun(run, []);
      const asked = doubtIn(turn, state);
      if (!isAnswer(command, asked))
        return finish(session, { ...refusedReport(head, [notInDoubt(command, asked)]), reason });
      const { next, error } = settled(command, state, database);
      const goesOn = as === "applied" ? "goes on after it" : "begins with it";
      const message = `Statement ${statement} of ${migration} counts as ${as}; the next call ${goesOn}.`;
      const ended = report(head, { outcome: "done", message, reason });
      await session.settle(next, error, [ended]);
      return ended;
    },
  };
}

/** The question that keeps the step in progress from going on. */
function doubtIn({ migrations, database, late }: Turn, state: State): Problem | undefined {
  const { problems } = makePlan({ command: { action: "migrate" }, migrations, state, database, late });
  return problems.find(({ code }) => code === "CUT_OFF");
}

function isAnswer({ migration, statement }: SettleCommand, asked: Problem | undefined): boolean {
  return asked?.migration === migration && asked.statement === statement;
}

/** What is true then. That the next statement has not been begun is said too, or it would be in doubt instead. */
function settled(
  { statement, as, reason }: SettleCommand,
  { step }: State,
  database: Pick<Database, "segments">,
): { readonly next: number; readonly error: StepError } {
  const first = statement - 1;
  // A block has one mark for all of it.
  const count = (step?.script && database.segments(step.script, first)[0]?.count) ?? 1;
  const next = as === "applied" ? first + count : first;
  return { next, error: { message: `settled as ${as}: ${reason}`, index: next } };
}

function notInDoubt({ migration, statement }: SettleCommand, asked: Problem | undefined): Problem {
  const code = "NOT_IN_DOUBT";
  if (!asked) {
    return {
      code,
      migration,
      message: `Nothing is in doubt, and so statement ${statement} of ${migration} is not.`,
      advice: "Call migrate or rollback: it goes on, or says what keeps it from that.",
    };
  }
  const { advice } = asked;
  return {
    code,
    migration,
    message: `Not statement ${statement} of ${migration} is in doubt, but statement ${asked.statement} of ${asked.migration}.`,
    ...(advice !== undefined && { advice }),
  };
}
