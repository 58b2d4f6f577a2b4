import type { BaselineCommand } from "../command";
import type { AdoptedRow, Reader, State } from "../database/database";
import { candidates, recognise } from "../history/recognise";
import { TOOL } from "../history/tools";
import type { Problem } from "../report";
import { inProgress, type PastPlan, pastTask } from "./past";
import { unknownTarget } from "./plan";
import type { Task, Turn } from "./turn";

/** Marks as applied everything up to a name, where nothing says what is applied and the objects are there already. */
export function baselineTask(turn: Turn, command: BaselineCommand): Task {
  return pastTask(turn, {
    dryRun: command.dryRun ?? false,
    survey: async (_reader, state) => ({
      guard: { tables: [] },
      plan: async (reader) => {
        const plan = planBaseline(turn, command, state);
        return { ...plan, problems: [...plan.problems, ...(await histories(turn, reader))] };
      },
    }),
  });
}

function planBaseline({ migrations, head }: Turn, { to }: BaselineCommand, state: State): PastPlan {
  // Those of this very run: a call that was cut off after it had recorded them.
  const before = state.applied.filter(({ runId }) => runId !== head.runId);
  const once = migrations.filter(({ repeatable }) => !repeatable);
  const last = once.findIndex(({ name }) => name === to);
  const marked = once.slice(0, last + 1);
  const known = new Set(state.applied.map(({ name }) => name));
  const rows = marked.filter(({ name }) => !known.has(name));
  const meant = new Set(marked);
  const pending = migrations.filter((migration) => !meant.has(migration) && !known.has(migration.name));
  return {
    problems: [
      ...inProgress(state),
      ...(before.length > 0 ? [alreadyApplied(before.length)] : []),
      ...(last < 0 ? [unknownTarget(to, once)] : []),
    ],
    notices: [],
    rows: rows.map(
      ({ name, checksum, normalised, down }): AdoptedRow => ({
        name,
        checksum,
        normalised,
        origin: JSON.stringify({ tool: "baseline" }),
        ...(down && { down }),
      }),
    ),
    adoption: {
      tool: "baseline",
      recorded: marked.map(({ name }) => ({ name })),
      pending: pending.map(({ name }) => name),
      rowsWithoutFile: [],
    },
  };
}

function alreadyApplied(count: number): Problem {
  return {
    code: "ALREADY_APPLIED",
    message: `The journal has ${count} applied already, and a baseline is for a database that has none.`,
    advice: "Call status to see them, and migrate to go on.",
  };
}

/** Where another tool has kept a history, that says more than a name does. */
async function histories({ database }: Turn, reader: Reader): Promise<readonly Problem[]> {
  const found = await reader.tables(candidates({}, database.dialect));
  return recognise(found, {}).histories.map(({ tool, table }) => ({
    code: "HISTORY_FOUND",
    message: `${table.table} holds the history of ${TOOL[tool].title}.`,
    advice: `Call adopt, which records what that history holds: {"from":"${tool}","dryRun":true} shows it.`,
  }));
}
