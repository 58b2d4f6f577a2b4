import type { AdoptCommand } from "../command";
import type { AdoptedRow, State } from "../database/database";
import type { ForeignRow } from "../foreign";
import { type Matched, match } from "../history/match";
import { candidates, type History, recognise } from "../history/recognise";
import { TOOL } from "../history/tools";
import type { Problem } from "../report";
import {
  ambiguous,
  blocked,
  changedSince,
  lateNotices,
  noHistory,
  placeOf,
  rowWithoutFile,
  severalHistories,
  uncheckedNotices,
} from "./adopt-problems";
import { inProgress, type Past, type PastPlan, pastTask } from "./past";
import type { Task, Turn } from "./turn";

/** Records what another tool's history says is applied; that tool's tables are only ever read. */
export function adoptTask(turn: Turn, command: AdoptCommand): Task {
  return pastTask(turn, {
    dryRun: command.dryRun ?? false,
    survey: async (reader, state) => {
      const { dialect } = turn.database;
      const found = recognise(await reader.tables(candidates(command, dialect)), command);
      const [history, ...others] = found.histories;
      if (!history) return nothingToAdopt([noHistory(command, found)]);
      if (others.length > 0) return nothingToAdopt([severalHistories(found.histories)]);
      return pastOf({ turn, command, state, history });
    },
  });
}

function nothingToAdopt(problems: readonly Problem[]): Past {
  return { guard: { tables: [] }, plan: async () => ({ problems, notices: [], rows: [] }) };
}

interface Given {
  readonly turn: Turn;
  readonly command: AdoptCommand;
  readonly state: State;
  readonly history: History;
}

function pastOf(given: Given): Past {
  const { table, beside, tool } = given.history;
  const lock = TOOL[tool].lock?.(table, given.turn.database.dialect);
  return {
    guard: { tables: [table, ...(beside ? [beside] : [])], ...(lock !== undefined && { lock }) },
    title: TOOL[tool].title,
    plan: async (reader) => {
      const rows = await reader.rows(table);
      const besides = beside ? await reader.rows(beside) : [];
      return planAdoption(given, rows, besides);
    },
  };
}

/** Pure. */
function planAdoption(given: Given, rows: readonly ForeignRow[], besides: readonly ForeignRow[]): PastPlan {
  const { history, state, turn } = given;
  const { migrations, head } = turn;
  const tool = TOOL[history.tool];
  const matching = match(tool, rows, migrations);
  const known = new Map(state.applied.map(({ name, runId }) => [name, runId]));
  // What this very run has recorded is told again: a call of it may have been cut off.
  const told = matching.matched.filter(({ migration: { name } }) => (known.get(name) ?? head.runId) === head.runId);
  const matched = new Set(matching.matched.map(({ migration }) => migration));
  const pending = migrations.filter((migration) => !matched.has(migration) && !known.has(migration.name));
  const stuck = besides.filter((row) => tool.beside?.blocked(row));
  return {
    problems: [
      ...inProgress(state),
      ...[...matching.blocked, ...stuck].map((row) => blocked(history, row)),
      ...matching.changed.map((migration) => changedSince(history, migration)),
      ...matching.ambiguous.map((files) => ambiguous(history, files)),
      ...(given.command.unmatched === "leave"
        ? []
        : matching.rowsWithoutFile.map((key) => rowWithoutFile(history, key))),
    ],
    notices: [...lateNotices(migrations, pending), ...uncheckedNotices(history, matching.unchecked)],
    rows: told.flatMap((each) => (known.has(each.migration.name) ? [] : [adoptedRow(history, each)])),
    adoption: {
      tool: history.tool,
      table: placeOf(history),
      recorded: told.map(({ migration: { name }, row: _, ...rest }) => ({ name, ...rest })),
      pending: pending.map(({ name }) => name),
      rowsWithoutFile: matching.rowsWithoutFile,
    },
  };
}

function adoptedRow(history: History, { migration, row, appliedAt }: Matched): AdoptedRow {
  const { name, checksum, normalised, down } = migration;
  return {
    name,
    checksum,
    normalised,
    origin: JSON.stringify({ tool: history.tool, table: placeOf(history), row }),
    ...(appliedAt !== undefined && { appliedAt }),
    ...(down && { down }),
  };
}
