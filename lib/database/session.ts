import { MigratorError } from "../errors";
import { maskMessage } from "../mask";
import { progressOf } from "./activity";
import { createAdoption } from "./adoption";
import type { CodeSession } from "./code-session";
import type { Connection, Part } from "./connection";
import type { Deadline, Reader, Repairs, Session, Step, StepEnd, StepError, StepRow } from "./database";
import type { Dialect, Place, Server } from "./dialect";
import { createForeignReader } from "./foreign";
import { type Intent, intentOf, intentOfRow } from "./journal";
import { presentTables, readState, type StateRecords, stateOf } from "./journal-records";
import { finishRun, startRun } from "./journal-runs";
import { emptyStep, entry, intentPart, type MessageContext, updateStep } from "./message";
import { verdictOn } from "./verdict";

/** What reading takes. */
export interface ReaderSetup extends Place {
  readonly dialect: Dialect;
  readonly connection: Connection;
}

/** What a Session takes. */
export interface SessionSetup extends ReaderSetup {
  readonly server: Server;
  readonly deadline: Deadline;
}

export function createReader(setup: ReaderSetup): Reader {
  const { connection, dialect, plainTables } = setup;
  const read = async (runId: string, absent: readonly string[] = []) => {
    const asked = { runId, absent: new Set(absent) };
    return stateOf(await connection.query<StateRecords>(readState(dialect, setup, asked)), dialect);
  };
  return {
    ...createForeignReader(setup),
    database: setup.database,
    verdict: (row) => verdictOn(setup, row),
    progress: (step) => progressOf(setup, step),
    state: async (runId) => {
      try {
        return await read(runId);
      } catch (error) {
        if (!dialect.errors.isServerError(error) || dialect.errors.kindOf(error) !== "unreadable") throw error;
      }
      const present = presentTables(plainTables, await readColumns(setup));
      if (!present.tables.has("migration")) {
        await dialect.find(connection, setup);
        if (present.tables.has("run")) await withoutRuns(setup);
        return { tables: "missing", applied: [], unfinished: [] };
      }
      if (present.tables.size === 3) {
        const absent = present.absent.map(({ column }) => column);
        // Somebody else may have made them in between.
        return { ...(await read(runId, absent)), ...(absent.length > 0 && { tables: "old" as const }) };
      }
      throw new MigratorError(
        "FOREIGN_TABLE",
        `The table ${plainTables.migration} is there, but not those that belong to it.`,
        { advice: "Make the three tables as docs/privileges.md shows, or grant SELECT on all of them." },
      );
    },
  };
}

/** Runs without the table of what they applied: to begin anew would run all of it once more. @throws MigratorError `FOREIGN_TABLE` */
async function withoutRuns({ connection, tables, plainTables }: ReaderSetup): Promise<void> {
  const runs = await connection.query<readonly unknown[]>(`SELECT 1 FROM ${tables.run} LIMIT 1`);
  if (runs.length === 0) return;
  throw new MigratorError(
    "FOREIGN_TABLE",
    `${plainTables.run} has runs, but the table ${plainTables.migration} is gone.`,
    {
      advice: `Restore ${plainTables.migration}; or, where all migrations are to run again, drop ${plainTables.run} and ${plainTables.step} too.`,
    },
  );
}

function readColumns({ connection, dialect, schema, plainTables }: ReaderSetup) {
  return connection.query<readonly { readonly table: string; readonly column: string }[]>(
    dialect.grammar.columns(schema, Object.values(plainTables)),
  );
}

export function contextOf({ dialect, tables, lock, deadline }: SessionSetup): MessageContext {
  return { dialect, tables, lock, remainingMs: deadline.remainingMs() };
}

/** How steps are done. */
export interface StepWays {
  sql(setup: SessionSetup, step: Step, intent: Intent): Promise<StepEnd>;
  code(setup: SessionSetup): CodeSession;
}

export function createSession(setup: SessionSetup, ways: StepWays): Omit<Session, keyof Repairs> {
  const { connection, dialect } = setup;
  return {
    ...createReader(setup),
    ...createAdoption(setup),
    ...ways.code(setup),
    connection: setup.server.id,
    prepare: async () => {
      for (const sql of dialect.createTables(setup.tables)) await write(setup, [{ sql }]);
      const { absent } = presentTables(setup.plainTables, await readColumns(setup));
      const additions = absent.map(
        ({ table, column }) =>
          `ALTER TABLE ${setup.tables[table]} ADD COLUMN ${dialect.grammar.name(column)} ${dialect.added[column]}`,
      );
      const updates = additions.length > 0 ? dialect.updateTables(setup.tables) : [];
      for (const sql of [...additions, ...updates]) await write(setup, [{ sql }]);
    },
    ...createAudit(setup),
    carryOut: (step, run) => ways.sql(setup, step, intentOf(step, run)),
    abandon: () => connection.destroy(),
  };
}

/** What is written of runs does not depend on the lock. */
export function createAudit(setup: SessionSetup): Pick<Session, "startRun" | "finishRun"> {
  return {
    startRun: async (run, plan) => {
      const steps = plan.map(({ name, direction }) => ({ name, direction }));
      await write(setup, [startRun(run, JSON.stringify(steps), contextOf(setup))]);
    },
    finishRun: async (report) => {
      await write(setup, [finishRun(report, contextOf(setup))]);
    },
  };
}

export type JournalMark = Pick<StepRow, "statement" | "probe">;

/** What the journal says of how far the step in progress has come. */
export async function readMark({ connection, tables, dialect }: ReaderSetup): Promise<JournalMark> {
  const { name } = dialect.grammar;
  const [row] = await connection.query<readonly { readonly statement: number; readonly probe: string | null }[]>(
    `SELECT ${name("statement")}, ${name("probe")} FROM ${tables.step} WHERE ${name("id")} = 1`,
  );
  const { statement = 0, probe = null } = row ?? {};
  return { statement, ...(probe !== null && { probe }) };
}

/** What the journal says of a step of which nothing has taken effect. */
export function asBefore({ undoes }: Step, context: MessageContext): readonly Part[] {
  if (!undoes) return [emptyStep(context)];
  const { text } = context.dialect.grammar;
  const intent = intentPart(intentOfRow(undoes), { statement: undoes.statement, probe: text(undoes.probe) }, context);
  const state = undoes.state === undefined ? null : JSON.stringify(undoes.state);
  const kept = updateStep(context, { state: text(state) });
  return undoes.error ? [intent, kept, recordError(undoes.error, context)] : [intent, kept];
}

export function recordError(error: StepError, context: MessageContext): Part {
  const { text, whileLocked } = context.dialect.grammar;
  const statement = context.dialect.grammar.name("statement");
  return updateStep(context, { error: text(JSON.stringify(error)), statement: whileLocked(context.lock, statement) });
}

/**
 * Writes to the journal, all of it or nothing. Begins and commits by itself: the migration before may have left tables locked,
 * a transaction open or `autocommit` off. Without a deadline: what has been done must be recorded, and there is a reserve for it.
 */
export async function write(setup: SessionSetup, parts: readonly Part[]): Promise<void> {
  try {
    await ours(setup, entry(setup, parts));
  } catch (error) {
    if ((error as MigratorError).code !== "CONNECTION_LOST") await ours(setup, [{ sql: "ROLLBACK" }]);
    throw error;
  }
}

/** Statements of our own. @throws MigratorError `LOCK_LOST`, `ACCESS_DENIED`, `STATEMENT_FAILED`, `CONNECTION_LOST` */
export async function ours(
  { connection, dialect }: Pick<SessionSetup, "connection" | "dialect">,
  parts: readonly Part[],
): Promise<void> {
  try {
    await connection.query(parts.map(({ sql }) => sql).join(";\n"));
  } catch (error) {
    throw journalError(dialect, error);
  }
}

/** Where the server, or the login by its settings, takes no writes. */
export function readOnly(): MigratorError {
  return new MigratorError("READ_ONLY", "This endpoint takes no writes: it is a reader, or fails over.", {
    advice: "Use the cluster's writer endpoint; while it fails over, call again.",
  });
}

/** What became of a statement of ours: anything that is no refusal of the server's is passed on as it is. */
export function journalError({ errors }: Pick<Dialect, "errors">, error: unknown): unknown {
  if (error instanceof MigratorError || !errors.isServerError(error)) return error;
  const kind = errors.kindOf(error);
  if (kind === "lock-check") {
    return new MigratorError("LOCK_LOST", "This session no longer holds the lock; nothing was run after it was lost.", {
      advice: "Call again; connect to the writer's endpoint itself when a proxy stands in between.",
    });
  }
  if (kind === "read-only") return readOnly();
  const words = maskMessage(errors.wordsOf(error));
  if (kind === "read-only-transaction") {
    return new MigratorError("STATEMENT_FAILED", `The migration cannot be recorded in its own transaction: ${words}`, {
      advice: "Leave out what makes the transaction read-only, such as SET TRANSACTION READ ONLY.",
    });
  }
  return new MigratorError(
    kind === "denied" ? "ACCESS_DENIED" : "STATEMENT_FAILED",
    `The journal cannot be used: ${words}`,
    { advice: "Grant the privileges that docs/privileges.md lists, and see whether the disk is full." },
  );
}
