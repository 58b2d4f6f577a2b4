import type { QueryError } from "mysql2";
import { MigratorError } from "../errors";
import type { Report } from "../report";
import type { Reader, RunStart, Segment, Session, StatementFailure, Step, StepEnd, StepError } from "./database";
import { type Intent, intentOf, intentOfRow, type JournalTables } from "./journal";
import type { Connection } from "./mysql-connection";
import { isContention, isLockCheck, wordsOf } from "./mysql-errors";
import { createTables, presentTables, readState, type StateRecords, stateOf } from "./mysql-journal";
import { emptyStep, intentPart, type MessageContext, type Part, piecesOf, rowOf } from "./mysql-message";
import { segmentsOf } from "./mysql-segments";
import { sendAll } from "./mysql-send";
import { reset, type SessionSetup } from "./mysql-setup";
import { fromNow, text, whileLocked } from "./mysql-text";

/** ER_NO_SUCH_TABLE, ER_BAD_FIELD_ERROR: the journal is missing, partly missing or not ours. */
const UNREADABLE = new Set(["ER_NO_SUCH_TABLE", "ER_BAD_FIELD_ERROR"]);

export function createReader(
  setup: Pick<SessionSetup, "connection" | "database" | "tables" | "plainTables" | "lock">,
): Reader {
  const { connection, database, tables, plainTables, lock } = setup;
  const read = async (runId: string) => stateOf(await connection.query<StateRecords>(readState(tables, lock, runId)));
  return {
    database,
    state: async (runId) => {
      try {
        return await read(runId);
      } catch (error) {
        if (!UNREADABLE.has((error as QueryError).code)) throw error;
      }
      const columns = await connection.query<readonly { readonly table: string; readonly column: string }[]>(
        `SELECT TABLE_NAME AS \`table\`, COLUMN_NAME AS \`column\` FROM information_schema.COLUMNS
 WHERE TABLE_SCHEMA = ${text(database)} AND TABLE_NAME IN (${Object.values(plainTables).map(text).join(", ")})`,
      );
      const present = presentTables(plainTables, columns);
      if (!present.has("migration")) return { tables: "missing", applied: [], unfinished: [] };
      // Somebody else has made them in between.
      if (present.size === 3) return read(runId);
      throw new MigratorError(
        "FOREIGN_TABLE",
        `The table ${plainTables.migration} is there, but not those that belong to it.`,
        {
          advice: "Make the three tables as docs/privileges.md shows, or grant SELECT on all of them.",
        },
      );
    },
  };
}

export function createSession(setup: SessionSetup): Session {
  const { connection, tables, deadline } = setup;
  const reader = createReader(setup);
  const context = (): MessageContext => ({ ...tables, lock: setup.lock, remainingMs: deadline.remainingMs() });
  let codeStarted = 0;
  let codeIntent: Intent | undefined;
  return {
    ...reader,
    connection: setup.id,
    prepare: async () => {
      for (const sql of createTables(tables)) await ours(connection, [{ sql }]);
    },
    startRun: async (run, plan) => {
      const steps = plan.map(({ name, direction }) => ({ name, direction }));
      await write(connection, [startRun(run, JSON.stringify(steps), context())]);
    },
    finishRun: async (report) => {
      await write(connection, [finishRun(report, tables)]);
    },
    carryOut: (step, run) => carryOut(setup, step, intentOf(step, run)),
    begin: async (step, run) => {
      codeStarted = Date.now();
      codeIntent = intentOf(step, run);
      await ours(connection, reset(setup));
      await write(connection, [intentPart(codeIntent, 0, context())]);
    },
    query: (sql, values) => connection.query(sql, values),
    complete: async (step) => {
      if (!codeIntent) throw new MigratorError("STATEMENT_FAILED", "A code step was completed that never began.");
      await write(connection, rowOf(step, codeIntent, context()));
      return Date.now() - codeStarted;
    },
    fail: async (error) => {
      await write(connection, [recordError(error, context())]);
    },
    abandon: () => connection.destroy(),
  };
}

const ATTEMPTS = 5;

/** Sends a step and, where another transaction was in the way, what is left of it again. */
async function carryOut(setup: SessionSetup, step: Step, intent: Intent): Promise<StepEnd> {
  const started = Date.now();
  let from = step.from;
  for (let attempt = 1; ; attempt += 1) {
    const segments = step.script.kind === "sql" ? segmentsOf(step.script.statements, from) : [];
    const context: MessageContext = { ...setup.tables, lock: setup.lock, remainingMs: setup.deadline.remainingMs() };
    const sent = await sendAll(setup, piecesOf({ ...step, from }, intent, segments, context));
    if (sent.end === "left") return { end: "left" };
    if (sent.end === "answered") return { end: "done", durationMs: Date.now() - started };
    const { error, index } = sent;
    await ours(setup.connection, [{ sql: "ROLLBACK" }, { sql: "UNLOCK TABLES" }]);
    if (index === undefined) throw journalError(error);
    from = await reached(setup);
    const segment = segments.find(({ first }) => first === from);
    const backoffMs = 2 ** attempt * 100 * (0.5 + Math.random());
    const again = isContention(error) && segment?.kind !== "block" && attempt < ATTEMPTS;
    if (!again || setup.deadline.remainingMs() < backoffMs)
      return { end: "failed", failure: await record(setup, { step, error, index, segment }) };
    await new Promise((resolve) => setTimeout(resolve, backoffMs));
  }
}

/** Index of the first statement that has not taken effect. */
async function reached({ connection, tables }: SessionSetup): Promise<number> {
  const [row] = await connection.query<readonly { readonly statement: number }[]>(
    `SELECT \`statement\` FROM ${tables.step} WHERE \`id\` = 1`,
  );
  return row?.statement ?? 0;
}

interface Refusal {
  readonly step: Step;
  readonly error: QueryError;
  readonly index: number;
  readonly segment: Segment | undefined;
}

/** Keeps the step as stopped half way; when nothing of it has taken effect, things are as they were before it. */
async function record(setup: SessionSetup, { step, error, index, segment }: Refusal): Promise<StatementFailure> {
  const first = segment?.first ?? 0;
  const applied = segment?.kind === "block" ? index : first;
  const context: MessageContext = { ...setup.tables, lock: setup.lock, remainingMs: 0 };
  const message = wordsOf(error);
  await write(setup.connection, applied === 0 ? asBefore(step, context) : [recordError({ message, index }, context)]);
  return { message, code: error.code, index, applied };
}

function asBefore({ undoes }: Step, context: MessageContext): readonly Part[] {
  if (!undoes) return [emptyStep(context)];
  const intent = intentPart(intentOfRow(undoes), undoes.statement, context);
  return undoes.error ? [intent, recordError(undoes.error, context)] : [intent];
}

function recordError(error: StepError, { step, lock }: MessageContext): Part {
  return { sql: `UPDATE ${step} SET \`error\` = ${whileLocked(lock, text(JSON.stringify(error)))} WHERE \`id\` = 1` };
}

function startRun(run: RunStart, plan: string, { run: table, remainingMs }: MessageContext): Part {
  const values = [run.runId, run.action, run.key, run.bundle, run.caller, plan].map(text).join(", ");
  const sql = `INSERT INTO ${table} (\`runId\`, \`action\`, \`runKey\`, \`bundle\`, \`caller\`, \`plan\`, \`connection\`, \`startedAt\`, \`deadline\`)
 VALUES (${values}, CONNECTION_ID(), UTC_TIMESTAMP(6), ${fromNow(remainingMs)})
 ON DUPLICATE KEY UPDATE \`connection\` = CONNECTION_ID(), \`deadline\` = ${fromNow(remainingMs)}, \`finishedAt\` = NULL`;
  return { sql };
}

function finishRun(report: Report, tables: JournalTables): Part {
  const sql = `UPDATE ${tables.run} SET \`finishedAt\` = UTC_TIMESTAMP(6), \`outcome\` = ${text(report.outcome)},
 \`report\` = ${text(JSON.stringify(report))} WHERE \`runId\` = ${text(report.runId)}`;
  return { sql };
}

/**
 * Writes to the journal, all of it or nothing. Begins and commits by itself: the migration before may have left tables locked,
 * a transaction open or `autocommit` off. Without a deadline: what has been done must be recorded, and there is a reserve for it.
 */
async function write(connection: Connection, parts: readonly Part[]): Promise<void> {
  try {
    await ours(connection, [{ sql: "START TRANSACTION" }, ...parts, { sql: "COMMIT" }]);
  } catch (error) {
    if ((error as MigratorError).code !== "CONNECTION_LOST") await ours(connection, [{ sql: "ROLLBACK" }]);
    throw error;
  }
}

/** Statements of our own. @throws MigratorError `LOCK_LOST`, `ACCESS_DENIED`, `STATEMENT_FAILED`, `CONNECTION_LOST` */
async function ours(connection: Connection, parts: readonly Part[]): Promise<void> {
  try {
    await connection.query(parts.map(({ sql }) => sql).join(";\n"));
  } catch (error) {
    throw error instanceof MigratorError ? error : journalError(error as QueryError);
  }
}

export function journalError(error: QueryError): MigratorError {
  if (isLockCheck(error)) {
    return new MigratorError("LOCK_LOST", "This session no longer holds the lock; nothing was run after it was lost.", {
      advice: "Call again; connect to the writer's endpoint itself when a proxy stands in between.",
    });
  }
  const denied = error.code === "ER_TABLEACCESS_DENIED_ERROR" || error.code === "ER_DBACCESS_DENIED_ERROR";
  return new MigratorError(
    denied ? "ACCESS_DENIED" : "STATEMENT_FAILED",
    `The journal cannot be used: ${wordsOf(error)}`,
    {
      advice: "Grant the privileges that docs/privileges.md lists, and see whether the disk is full.",
    },
  );
}
