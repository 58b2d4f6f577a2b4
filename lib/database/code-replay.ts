import { MigratorError } from "../errors";
import { excerpt } from "../mask";
import type { Result } from "../migration";
import { type Asked, type CodeRecord, errorOf } from "./code-records";
import { fail, type Recording } from "./recording";
import { leftInSession, mentioned } from "./session-state";

/** Gives back what a statement gave when it was run; `undefined`: it is to be run. */
export async function replay<Row>(
  recording: Recording,
  statement: Asked,
  sql: string,
): Promise<Result<Row> | undefined> {
  const { position, hash } = statement;
  const found = position < recording.recorded ? await recording.recordAt(position) : undefined;
  if (!found || found.end?.kind === "again") return undefined;
  if (found.end?.kind === "large" && found.hash === hash) throw fail(recording, tooLarge(position));
  if (found.end?.kind === "error" && found.hash === hash) {
    const error = errorOf(found.end);
    recording.refusals.set(error, position);
    throw error;
  }
  if (found.end?.kind !== "result" || found.hash !== hash) throw fail(recording, diverged(found, statement));
  for (const name of leftInSession(sql)) recording.missing.add(name);
  const { result } = found.end;
  if (result.insertId !== undefined) recording.insertId = result.insertId;
  return result as Result<Row>;
}

/** Makes the session what it was when the records were written, as far as that can be done. */
export async function enterSession(recording: Recording, sql: string): Promise<void> {
  const { insertId, setup } = recording;
  const name = mentioned(sql, recording.missing);
  if (name !== undefined) throw fail(recording, lostWithSession(recording.position, name));
  if (insertId === undefined) return;
  delete recording.insertId;
  if (setup.dialect.restoreInsertId) await setup.connection.query(setup.dialect.restoreInsertId(insertId));
}

/** Records that the migration has not asked for. */
export async function leftOver(recording: Recording): Promise<MigratorError | undefined> {
  const { position, recorded } = recording;
  if (position >= recorded) return undefined;
  const found = await recording.recordAt(position);
  return found && found.end?.kind !== "again" ? diverged(found, undefined) : undefined;
}

export function diverged(found: CodeRecord, now: Pick<Asked, "sql"> | undefined): MigratorError {
  const number = found.position + 1;
  const was = excerpt(found.sql);
  const is = now && excerpt(now.sql);
  const end =
    is === undefined
      ? "and now the code ends before it"
      : is === was
        ? "and has other values now"
        : `and is now: ${is}`;
  return new MigratorError("DIVERGED", `Statement ${number} has been run, ${end}. It was: ${was}`, {
    advice: "Restore the code up to there and change only what comes after it, or roll back.",
  });
}

function tooLarge(position: number): MigratorError {
  return new MigratorError(
    "NOT_REPLAYABLE",
    `The result of statement ${position + 1} was too large to be kept, and what comes after it cannot go on without it.`,
    { advice: "Roll back, and have it select less, or call context.checkpoint after it." },
  );
}

function lostWithSession(position: number, name: string): MigratorError {
  return new MigratorError(
    "NOT_REPLAYABLE",
    `Statement ${position + 1} uses ${name}, which was in the session that was cut off and is gone with it.`,
    { advice: "Roll back, and use a table or a value of the code in its place." },
  );
}
