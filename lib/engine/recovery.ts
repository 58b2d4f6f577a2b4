import type { Database, Step, StepRow } from "../database/database";
import { isKept } from "../mask";
import type { Migration, Script, SqlScript, Statement } from "../migration";
import type { Problem } from "../report";

/** How to go on with a step that was cut off or stopped half way. */
export type Resumption = { readonly step: Step } | { readonly problem: Problem };

/** Goes on in the direction in which the step was going: with the file as it is now, if what has taken effect reads the same. */
export function resume(
  row: StepRow,
  migration: Migration | undefined,
  database: Pick<Database, "segments">,
): Resumption {
  const script = row.direction === "up" ? migration?.up : downScript(row, migration);
  if (!script) return { problem: gone(row) };
  const step = stepOf(row, migration, script);
  if (!row.script) {
    return script.kind === "code" ? { step } : { problem: changed(row, "it was code, and is SQL now", script.file) };
  }
  if (script.kind === "code") return { problem: changed(row, "it was SQL, and is code now", script.file) };
  const difference = firstDifference(row.script.statements, script.statements, row.statement);
  if (difference !== undefined) {
    const was = `statement ${difference + 1} has taken effect and reads differently now`;
    return { problem: { ...changed(row, was, script.file), ...placeOf(script, difference) } };
  }
  const doubt = doubtful(row, row.script, database);
  return doubt ? { problem: doubt } : { step: { ...step, from: row.statement } };
}

/** Undoes a step that was stopped on its way up. */
export function undo(row: StepRow, migration: Migration | undefined): Resumption {
  const script = downScript(row, migration);
  if (script) return { step: { ...stepOf(row, migration, script), undoes: row } };
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
  return migration?.checksum === row.checksum ? migration.down : (row.down ?? migration?.down);
}

function stepOf(row: StepRow, migration: Migration | undefined, script: Script): Step {
  const down = migration?.down ?? row.down;
  return {
    name: row.name,
    direction: script === migration?.up ? "up" : "down",
    script,
    from: 0,
    checksum: migration?.checksum ?? row.checksum,
    normalised: migration?.normalised ?? row.normalised,
    ...(migration?.repeatable && { repeatable: true as const }),
    ...(down && { down }),
  };
}

/** Index of the first of the `count` statements that is not the same in both. */
function firstDifference(before: readonly Statement[], now: readonly Statement[], count: number): number | undefined {
  const index = before.slice(0, count).findIndex((statement, at) => !isKept(statement.sql, now[at]?.sql ?? ""));
  return index === -1 ? undefined : index;
}

/** A problem when it cannot be known whether the statement in which the step was cut off took effect. */
function doubtful(row: StepRow, script: SqlScript, database: Pick<Database, "segments">): Problem | undefined {
  const segment = database.segments(script, row.statement)[0];
  if (!segment || segment.repeatable) return undefined;
  const refusedAt = row.error?.index;
  // The database refused this very statement: it did not take effect.
  if (refusedAt === segment.first) return undefined;
  const reason = row.error
    ? `inside the block that begins at statement ${segment.first + 1}`
    : `in statement ${segment.first + 1}, and whether that took effect is not known`;
  return {
    code: "CUT_OFF",
    migration: row.name,
    file: script.file,
    ...placeOf(script, segment.first),
    statement: segment.first + 1,
    message: `${row.name} was cut off ${reason}.`,
    advice: `See in the database whether it took effect, as docs/recovery.md says, and call settle with ${answer(row.name, segment.first + 1)}.`,
  };
}

/** What is to be sent, but for what only a person knows. */
function answer(migration: string, statement: number): string {
  const known = JSON.stringify({ action: "settle", migration, statement });
  return `${known.slice(0, -1)},"as":"applied" or "not applied","reason":"…"}`;
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
    advice: `Deploy a bundle that has it (it was begun by ${row.bundle}), or roll it back.`,
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
