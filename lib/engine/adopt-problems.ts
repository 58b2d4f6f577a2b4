import { type AdoptCommand, TOOLS } from "../command";
import { compare } from "../compare";
import type { ForeignRow } from "../foreign";
import type { History, Recognised } from "../history/recognise";
import { TOOL } from "../history/tools";
import type { Migration } from "../migration";
import type { Problem } from "../report";

export function noHistory({ from, table }: AdoptCommand, { unknown }: Recognised): Problem {
  const code = "NO_HISTORY";
  const [other] = unknown;
  if (other) {
    return {
      code,
      message: `${other.table.table} is the history of ${other.title}, which cannot be adopted.`,
      advice: "Call baseline with the last migration that is applied.",
    };
  }
  const whose = from ? ` of ${TOOL[from].title}` : "";
  const where = table === undefined ? "" : ` in ${table}`;
  return {
    code,
    message: `There is no history${whose}${where}, or it may not be read.`,
    advice: `Known are ${TOOLS.join(", ")}. Name its table with \`table\` where it is not the tool's own, or call baseline where there is no history.`,
  };
}

export function severalHistories(histories: readonly History[]): Problem {
  const list = histories.map((history) => `${placeOf(history)} (${TOOL[history.tool].title})`).join(", ");
  const names = [...new Set(histories.map(({ tool }) => tool))];
  return {
    code: "SEVERAL_HISTORIES",
    message: `There are several histories: ${list}.`,
    advice:
      names.length > 1
        ? `Name one with \`from\`: ${names.join(" or ")}.`
        : "Name its table with `table`, as schema.table where need be.",
  };
}

export function blocked(history: History, row: ForeignRow): Problem {
  const { title, remedy = "Put it right with that tool." } = TOOL[history.tool];
  return {
    code: "HISTORY_BLOCKED",
    message: `${title} is at work, or stopped half way; its history says ${JSON.stringify(row)}.`,
    advice: `${remedy} Then adopt.`,
  };
}

export function changedSince({ tool }: History, migration: Migration): Problem {
  return {
    code: "CHANGED",
    migration: migration.name,
    file: migration.up.file,
    message: `${migration.name} is not what ${TOOL[tool].title} applied: its checksum is another one.`,
    advice: "Restore the file as it was applied, and put the change into a new migration.",
  };
}

export function ambiguous({ tool }: History, files: readonly Migration[]): Problem {
  const names = files.map(({ name }) => name);
  return {
    code: "AMBIGUOUS",
    message: `${names.join(" and ")} are one and the same migration to ${TOOL[tool].title}.`,
    advice: "Give the one that is not applied another number.",
  };
}

export function rowWithoutFile({ tool }: History, key: string): Problem {
  return {
    code: "ROW_WITHOUT_FILE",
    message: `${TOOL[tool].title} has applied ${key}, and no file goes with it.`,
    advice: 'Add the file, or call again with {"unmatched":"leave"} to leave such rows out.',
  };
}

/** What migrate will refuse, or apply, by LATE_MIGRATIONS. */
export function lateNotices(migrations: readonly Migration[], pending: readonly Migration[]): readonly string[] {
  const open = new Set(pending);
  const applied = migrations.filter((migration) => !open.has(migration) && !migration.repeatable);
  return compare(
    migrations.filter(({ repeatable }) => !repeatable),
    applied,
  ).late.map(
    ({ name }) =>
      `${name} is pending, and sorts before one that is applied: LATE_MIGRATIONS says what migrate does with it.`,
  );
}

export function uncheckedNotices({ tool }: History, unchecked: readonly Migration[]): readonly string[] {
  return unchecked.map(({ name }) => `${name} could not be held against the checksum that ${TOOL[tool].title} keeps.`);
}

export function revertedNotices({ tool }: History, reverted: readonly string[]): readonly string[] {
  const title = TOOL[tool].title;
  return reverted.map((name) => `${name} was adopted before and has been reverted since; ${title}'s row is left out.`);
}

export function appliedBy(history: History, count: number): Problem {
  const title = TOOL[history.tool].title;
  return {
    code: "HISTORY_FOUND",
    message: `By ${title}'s history in ${placeOf(history)}, ${count} of these migrations are applied already.`,
    advice: `Call adopt, which records them: {"from":"${history.tool}","dryRun":true} shows what it would record.`,
  };
}

/** Where a history lies. */
export function placeOf({ table: { schema, table } }: History): string {
  return `${schema}.${table}`;
}
