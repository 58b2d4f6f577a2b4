import type { Database, Segment, Step, StepRow, Verdict } from "../database/database";
import { isKept } from "../mask";
import type { Migration, Script, SqlScript, Statement } from "../migration";
import type { Problem } from "../report";
import { answer, EITHER, resumeCode } from "./code-recovery";
import { rollbackWith } from "./older-code";

/** How to go on with a step that was cut off or stopped half way. */
export type Resumption = { readonly step: Step } | { readonly problem: Problem };

/** How a dialect's scripts are taken up again. */
export type Scripts = Pick<Database, "segments" | "lost">;

export interface Judged {
  readonly database: Scripts;
  /** How far it has come, where that is in doubt. Default: nobody can tell. */
  readonly verdict?: Verdict | undefined;
  /** How much time there is. Default: any. */
  readonly remainingMs?: number;
}

/** Goes on in the direction in which the step was going: with the file as it is now, if what has taken effect reads the same. */
export function resume(row: StepRow, migration: Migration | undefined, judged: Judged): Resumption {
  const script = row.direction === "up" ? migration?.up : downScript(row, migration);
  if (!script) return { problem: gone(row) };
  const step = stepOf(row, migration, script);
  if (!row.script) {
    return script.kind === "code"
      ? resumeCode(row, step, judged.remainingMs)
      : { problem: changed(row, "it was code, and is SQL now", script.file) };
  }
  if (script.kind === "code") return { problem: changed(row, "it was SQL, and is code now", script.file) };
  // What is made to be run again is begun again.
  if (migration?.repeatable && migration.checksum !== row.checksum) return { step };
  const doubt = inDoubt(row, judged.database);
  const verdict = doubt && (judged.verdict ?? { asked: doubt.first, until: doubt.first + doubt.count });
  const from = verdict ? reached(verdict) : row.statement;
  const difference = firstDifference(row.script.statements, script.statements, from);
  if (difference !== undefined) {
    const was = `statement ${difference + 1} has taken effect and reads differently now`;
    return { problem: { ...changed(row, was, script.file), ...placeOf(script, difference) } };
  }
  if (doubt && verdict && "asked" in verdict) return { problem: cutOff(row, row.script, { ...doubt, first: from }) };
  const lost = judged.database.lost(script, from);
  if (lost !== undefined) return { problem: notResumable(row, script, { from, lost }) };
  return { step: { ...step, from, resumed: true } };
}

/** Index of the first statement that is not known to have taken effect. */
export function reached(verdict: Verdict): number {
  return "from" in verdict ? verdict.from : verdict.asked;
}

/** Undoes a step that was stopped on its way up. */
export function undo(row: StepRow, migration: Migration | undefined): Resumption {
  const script = downScript(row, migration);
  if (script) return { step: { ...stepOf(row, migration, script), undoes: row } };
  if (!migration) return { problem: { ...gone(row), advice: rollbackWith(row.bundle) } };
  return {
    problem: {
      code: "NO_DOWN",
      migration: row.name,
      message: `${row.name} was stopped half way and has no down.`,
      advice: "Correct it and migrate, or give it a down.",
    },
  };
}

function downScript(row: StepRow, migration: Migration | undefined): Script | undefined {
  return migration && isSame(row, migration) ? migration.down : (row.down ?? migration?.down);
}

/** Whether what was applied, or begun, is what the file holds now, comments and spacing aside. */
export function isSame(row: Pick<StepRow, "checksum" | "normalised">, { checksum, normalised }: Migration): boolean {
  return row.checksum === checksum || row.normalised === normalised;
}

function stepOf(row: StepRow, migration: Migration | undefined, script: Script): Step {
  const down = migration?.down ?? row.down;
  const phase = migration?.phase ?? row.phase;
  return {
    name: row.name,
    direction: script === migration?.up ? "up" : "down",
    script,
    from: 0,
    checksum: migration?.checksum ?? row.checksum,
    normalised: migration?.normalised ?? row.normalised,
    ...(migration?.repeatable && { repeatable: true as const }),
    ...(down && { down }),
    ...(phase && { phase }),
  };
}

/** Index of the first of the `count` statements that is not the same in both. */
function firstDifference(before: readonly Statement[], now: readonly Statement[], count: number): number | undefined {
  const index = before.slice(0, count).findIndex((statement, at) => !isKept(statement.sql, now[at]?.sql ?? ""));
  return index === -1 ? undefined : index;
}

/** The segment, or the first of a chain, of which the journal does not say whether it took effect, when that matters. Pure. */
export function inDoubt(row: StepRow, database: Pick<Database, "segments">): Segment | undefined {
  const segment = row.script && database.segments(row.script, row.statement)[0];
  if (segment?.unsure && row.torn) return segment;
  if (!segment || segment.repeatable) return undefined;
  // The database refused this very statement: it did not take effect.
  return row.error?.index === segment.first ? undefined : segment;
}

function cutOff(row: StepRow, script: SqlScript, segment: Segment): Problem {
  const unknown =
    row.error && segment.kind === "block"
      ? `inside the block that begins at statement ${segment.first + 1}`
      : `in statement ${segment.first + 1}, and whether that took effect is not known`;
  const torn = `at statement ${segment.first + 1}, and what runs there commits: a part of it may have taken effect`;
  const reason = row.torn ? torn : unknown;
  return {
    code: "CUT_OFF",
    migration: row.name,
    file: script.file,
    ...placeOf(script, segment.first),
    statement: segment.first + 1,
    message: `${row.name} was cut off ${reason}.`,
    advice: `See in the database whether it took effect, as docs/recovery.md says, and call settle with ${answer(row.name, segment.first + 1, EITHER)}.`,
  };
}

function notResumable(
  row: StepRow,
  script: SqlScript,
  { from, lost }: { readonly from: number; readonly lost: string },
): Problem {
  return {
    code: "NOT_RESUMABLE",
    migration: row.name,
    file: script.file,
    ...placeOf(script, from),
    message: `${row.name} cannot go on at statement ${from + 1}: ${lost}, and the session that knew it is gone.`,
    advice: "Roll it back and migrate again, or change what is left so that it does without.",
  };
}

function placeOf(script: SqlScript, index: number): Pick<Problem, "file" | "line"> {
  const statement = script.statements[index];
  return statement ? { file: statement.file ?? script.file, line: statement.line } : {};
}

function gone(row: StepRow): Problem {
  return {
    code: "FILE_GONE",
    migration: row.name,
    message: `${row.name} was stopped half way (${row.direction}), and this bundle has no file of that name.`,
    advice: `Deploy code that has it (it was begun by ${row.bundle}) and call again, or roll it back.`,
  };
}

function changed(row: StepRow, what: string, file: string): Problem {
  return {
    code: "HALF_APPLIED_CHANGED",
    migration: row.name,
    file,
    message: `${row.name} was stopped half way, and ${what}.`,
    advice: "Restore what has taken effect, correct only what comes after it, and call again.",
  };
}
