import { MigratorError } from "../errors";
import type { Result } from "../migration";
import { type Asked, answered, isTooLarge, recordPart } from "./code-records";
import { isHeld, recordRefusal } from "./code-refusals";
import { enterSession, replay } from "./code-replay";
import type { Around, ServerError } from "./connection";
import { worthAnother } from "./contention";
import type { Manner } from "./dialect";
import { fail, flush, insert, leave, nextAsked, type Recording, rewrite } from "./recording";
import { journalError, ours, write } from "./session";

interface Statement {
  readonly sql: string;
  readonly values: readonly unknown[] | undefined;
  readonly asked: Asked;
  readonly manner: Manner;
}

/** What a statement gives that gives nothing. */
const NOTHING: Result = { rows: [], affectedRows: 0 };

/**
 * Runs one statement of a migration in code and records it, or gives back what it gave when it was run. A statement and its
 * record commit together; where a statement commits by itself, a record without an end stands for "about to run".
 */
export async function runRecorded<Row>(
  recording: Recording,
  sql: string,
  values?: readonly unknown[],
): Promise<Result<Row>> {
  const { connection, dialect } = recording.setup;
  if (recording.broken) throw recording.broken;
  const manner = dialect.manner(sql);
  if (manner === "refused") throw notHere(sql);
  // Sent every time: another session needs it as well.
  if (manner === "session") return connection.execute<Row>(sql, values);
  if (recording.phase === "range") {
    // The work of a batch commits as a whole with the batch's record.
    if (manner !== "joins" && manner !== "rewind") throw notHere(sql);
    return connection.execute<Row>(sql, values);
  }
  const way = WAYS[recording.phase];
  const asked = nextAsked(recording, sql, values);
  const known = await replay<Row>(recording, asked, sql);
  if (known) return known;
  await enterSession(recording, sql);
  return (await attempt(recording, { sql, values, asked, manner }, way)) as Result<Row>;
}

async function attempt(recording: Recording, statement: Statement, way: Way): Promise<Result> {
  const { errors } = recording.setup.dialect;
  const alone = recording.phase === "none";
  for (let count = 1; ; count += 1) {
    try {
      const result = await way(recording, statement);
      if (isTooLarge(answered(statement.asked, result).end)) recording.notify(notKept(statement.asked));
      return result;
    } catch (error) {
      if (error instanceof MigratorError) throw fail(recording, error);
      if (!errors.isServerError(error)) throw error;
      const unheld = errors.kindOf(error) === "lock-check" && !(await isHeld(recording));
      if (!unheld && alone && (await mayRepeat(recording, statement, { error, count }))) continue;
      if (unheld || error.around) throw fail(recording, journalError({ errors }, error) as MigratorError);
      recording.refusals.set(error, statement.asked.position);
      await recordRefusal(recording, statement, error);
      throw error;
    }
  }
}

/** Undoes what was refused, and waits: where another transaction was in the way, nothing of it has taken effect. */
async function mayRepeat({ setup }: Recording, { manner }: Statement, { error, count }: Attempted): Promise<boolean> {
  if ((manner !== "joins" && manner !== "implicit") || error.around === "after") return false;
  await ours(setup, [{ sql: "ROLLBACK" }]);
  return worthAnother(setup, error, count);
}

interface Attempted {
  readonly error: ServerError;
  readonly count: number;
}

type Way = (recording: Recording, statement: Statement) => Promise<Result>;

const WAYS: Readonly<Record<Exclude<Recording["phase"], "range">, Way>> = {
  none: byItself,
  transaction: inTransaction,
  block: inBlock,
};

async function byItself(recording: Recording, statement: Statement): Promise<Result> {
  const { setup } = recording;
  const { asked } = statement;
  const { begin } = setup.dialect.grammar;
  switch (statement.manner) {
    case "begin":
      return beginning(recording, statement);
    case "lock":
      return locking(recording, statement, begin);
    case "commit":
    case "rollback":
    case "rewind":
    case "unlock":
      return recordedAfter(recording, statement);
    case "outside":
      await write(setup, [recordPart(asked, setup)]);
      return recordedAfter(recording, statement);
    case "implicit":
      return marked(recording, statement, { before: [begin, recordPart(asked, setup).sql], after: ["COMMIT"] });
    default: {
      const pending = statement.manner === "unsure" ? [recordPart(asked, setup).sql] : [];
      const result = await send(recording, statement, { before: [begin, ...pending] });
      const own = setup.dialect.grammar.asOurselves.map((sql) => ({ sql }));
      await ours(setup, [...own, recordPart(answered(asked, result), setup), { sql: "COMMIT" }]);
      return result;
    }
  }
}

async function inTransaction(recording: Recording, statement: Statement): Promise<Result> {
  const { setup } = recording;
  const { asked, manner } = statement;
  const pending = recordPart(asked, setup).sql;
  switch (manner) {
    case "implicit": {
      const result = await marked(recording, statement, { before: [pending], after: [] });
      leave(recording);
      return result;
    }
    case "lock":
      return locking(recording, statement);
    case "commit":
      if (recording.aborted) return undoing(recording, statement);
      await send(recording, statement, { before: [recordPart(answered(asked, NOTHING), setup).sql] });
      leave(recording);
      return NOTHING;
    case "rollback":
      return undoing(recording, statement);
    case "rewind": {
      const result = await send(recording, statement);
      recording.aborted = false;
      recording.inside.push(answered(asked, result));
      await rewrite(recording);
      return result;
    }
    default: {
      const unsure = manner === "unsure" || recording.loose;
      recording.loose = unsure;
      const result = await send(recording, statement, unsure ? { before: [pending] } : undefined);
      await insert(recording, answered(asked, result));
      return result;
    }
  }
}

/** Nothing can be written to the journal while tables are locked. */
async function inBlock(recording: Recording, statement: Statement): Promise<Result> {
  const result = await send(recording, statement);
  recording.inside.push(answered(statement.asked, result));
  if (statement.manner === "unlock") await flush(recording);
  if (statement.manner === "begin") {
    recording.phase = "transaction";
    await rewrite(recording);
  }
  return result;
}

async function beginning(recording: Recording, statement: Statement): Promise<Result> {
  const result = await send(recording, statement);
  recording.phase = "transaction";
  await insert(recording, answered(statement.asked, result));
  return result;
}

/** Its record has no end until the tables are unlocked. */
async function locking(recording: Recording, statement: Statement, ...begin: readonly string[]): Promise<Result> {
  const { asked } = statement;
  const result = await send(recording, statement, { before: [...begin, recordPart(asked, recording.setup).sql] });
  leave(recording);
  recording.phase = "block";
  recording.inside.push(answered(asked, result));
  return result;
}

async function recordedAfter(recording: Recording, statement: Statement): Promise<Result> {
  const result = await send(recording, statement);
  await write(recording.setup, [recordPart(answered(statement.asked, result), recording.setup)]);
  return result;
}

/** A statement that commits by itself travels with its record, so that the server does both even when nobody is left to listen. */
async function marked(recording: Recording, statement: Statement, { before, after = [] }: Around): Promise<Result> {
  const assumed = recordPart(answered(statement.asked, NOTHING), recording.setup);
  const result = await send(recording, statement, { before, after: [assumed.sql, ...after] }).catch(async (error) => {
    if ((error as ServerError).around !== "after") throw error;
    // It has taken effect, and its record was refused: once more.
    await ours(recording.setup, [{ sql: "ROLLBACK" }]);
    await write(recording.setup, [assumed]);
    return NOTHING;
  });
  const told = result.rows.length > 0 || result.affectedRows > 0 || result.insertId !== undefined;
  if (told) await write(recording.setup, [recordPart(answered(statement.asked, result), recording.setup)]);
  return result;
}

/** What was undone has no effect, but the migration has seen what it gave. */
async function undoing(recording: Recording, statement: Statement): Promise<Result> {
  const result = await send(recording, statement);
  recording.inside.push(answered(statement.asked, result));
  await flush(recording);
  return result;
}

function send({ setup }: Recording, { sql, values }: Statement, around?: Around): Promise<Result> {
  return setup.connection.execute(sql, values, around);
}

function notKept({ position }: Asked): string {
  return `The result of statement ${position + 1} is too large to be kept: cut off after it, the migration cannot go on.`;
}

function notHere(sql: string): MigratorError {
  const [words = ""] = /^\s*\w+(?:\s+\w+)?/.exec(sql) ?? [];
  return new MigratorError("STATEMENT_FAILED", `${words.trim()} cannot be part of a migration in code at this place.`, {
    advice: "Use START TRANSACTION and COMMIT; in a batch, only what joins its transaction.",
  });
}
