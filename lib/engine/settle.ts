import type { SettleCommand } from "../command";
import type { Database, Settlement, State, Verdict } from "../database/database";
import type { Problem } from "../report";
import { makePlan } from "./plan";
import { refusedReport, report } from "./reports";
import { finish, type Task, type Turn, verdictOn } from "./turn";

/** Answers what a plan asks by `CUT_OFF`: whether the statement in which a run was cut off took effect. Runs nothing. */
export function settleTask(turn: Turn, command: SettleCommand): Task {
  const { head, run, database } = turn;
  const { migration, statement, as, reason } = command;
  return {
    look: async () => undefined,
    carryOut: async (session, state) => {
      await session.startRun(run, []);
      const verdict = await verdictOn(turn, session, state);
      const asked = doubtIn(turn, state, verdict);
      const wrong = objection(command, asked, state);
      if (wrong) return finish(session, { ...refusedReport(head, [wrong]), reason });
      const goesOn = as === "applied" ? "goes on after it" : "begins with it";
      const message = `Statement ${statement} of ${migration} counts as ${as}; the next call ${goesOn}.`;
      const ended = report(head, { outcome: "done", message, reason });
      await session.settle(settled(command, { state, verdict }, database), [ended]);
      return ended;
    },
  };
}

/** The question that keeps the step in progress from going on. */
function doubtIn(
  { migrations, database, late }: Turn,
  state: State,
  verdict: Verdict | undefined,
): Problem | undefined {
  const { problems } = makePlan({ command: { action: "migrate" }, migrations, state, verdict, database, late });
  return problems.find(({ code }) => code === "CUT_OFF");
}

/** Why this is no answer to what is asked. */
function objection(command: SettleCommand, asked: Problem | undefined, { step }: State): Problem | undefined {
  const { migration, statement, as } = command;
  if (!asked || asked.migration !== migration || asked.statement !== statement) return notInDoubt(command, asked);
  // Which statements the code would run while they are locked is not known before it runs them.
  return step?.recorded?.doubt?.block && as === "applied" ? asked : undefined;
}

interface Known {
  readonly state: State;
  readonly verdict: Verdict | undefined;
}

/** What is true then. That the next statement has not been begun is said too, or it would be in doubt instead. */
function settled(
  { statement, as, reason }: SettleCommand,
  { state: { step }, verdict }: Known,
  database: Pick<Database, "segments">,
): Settlement {
  const first = statement - 1;
  // A block has one mark for all of it.
  const count = (step?.script && database.segments(step.script, first)[0]?.count) ?? 1;
  const next = as === "applied" ? first + count : first;
  // Of a chain the next one may have been begun.
  const open = as === "applied" && verdict && "asked" in verdict && next < verdict.until;
  const error = { message: `settled as ${as}: ${reason}`, ...(step?.script && !open && { index: next }) };
  return { statement: next, error, ...(!step?.script && { record: as }) };
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
