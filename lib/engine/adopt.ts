import type { AdoptCommand } from "../command";
import type { AdoptedRow, Reader, State } from "../database/database";
import type { ForeignRow } from "../foreign";
import { type Matched, match } from "../history/match";
import { candidates, type History, recognise } from "../history/recognise";
import { TOOL } from "../history/tools";
import type { Problem } from "../report";
import {
  ambiguous,
  appliedBy,
  blocked,
  changedSince,
  lateNotices,
  noHistory,
  placeOf,
  revertedNotices,
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
      const before = given.state.tables === "missing" ? [] : await reader.adopted();
      return planAdoption(given, { rows, besides, before });
    },
  };
}

interface Found {
  readonly rows: readonly ForeignRow[];
  readonly besides: readonly ForeignRow[];
  /** Names that earlier runs have adopted. */
  readonly before: readonly string[];
}

/** Pure. */
function planAdoption(given: Given, { rows, besides, before }: Found): PastPlan {
  const { history, state, turn } = given;
  const { migrations, head } = turn;
  const tool = TOOL[history.tool];
  const matching = match(tool, rows, migrations);
  const known = new Map(state.applied.map(({ name, runId }) => [name, runId]));
  // What this very run has recorded is told again: a call of it may have been cut off.
  const reverted = new Set(before.filter((name) => !known.has(name)));
  const told = matching.matched.filter(
    ({ migration: { name } }) => !reverted.has(name) && (known.get(name) ?? head.runId) === head.runId,
  );
  const matched = new Set(
    matching.matched.flatMap(({ migration }) => (reverted.has(migration.name) ? [] : [migration])),
  );
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
    notices: [
      ...lateNotices(migrations, pending),
      ...uncheckedNotices(history, matching.unchecked),
      ...revertedNotices(history, [...reverted]),
    ],
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

/** Where the journal is empty: histories by which some of these migrations are applied already, so that they would run twice. */
export async function appliedElsewhere({ database, migrations }: Turn, reader: Reader): Promise<readonly Problem[]> {
  const { histories } = recognise(await reader.tables(candidates({}, database.dialect)), {});
  const problems = histories.map(async (history) => {
    const { matched } = match(TOOL[history.tool], await reader.rows(history.table), migrations);
    const once = matched.filter(({ migration }) => !migration.repeatable);
    return once.length > 0 ? [appliedBy(history, once.length)] : [];
  });
  return (await Promise.all(problems)).flat();
}
