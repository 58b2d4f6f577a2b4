import { MigratorError } from "../errors";
import { progressOf } from "./activity";
import type { Connection } from "./connection";
import type { Reader } from "./database";
import type { Dialect, Place } from "./dialect";
import { createForeignReader } from "./foreign";
import { type Asked, presentTables, readState, type StateRecords, stateOf } from "./journal-records";
import type { Expected, Question, State } from "./state";
import { verdictOn } from "./verdict";

/** What reading takes. */
export interface ReaderSetup extends Place {
  readonly dialect: Dialect;
  readonly connection: Connection;
}

/** What reading shows of the connection besides. */
export interface Seen {
  readonly state: State;
  /** The rows, where they are what was expected: then none of them is in `state`, and the server has told their sum. */
  readonly asExpected?: Expected;
  readonly readOnly: boolean;
  /** Whether the server ends the connection when it idles, and no pooler is known to be in between. */
  readonly endsIdle: boolean;
}

export function createReader(setup: ReaderSetup): Reader {
  return {
    ...createForeignReader(setup),
    database: setup.database,
    verdict: (row) => verdictOn(setup, row),
    progress: (step) => progressOf(setup, step),
    state: async (runId) => (await see(setup, { runId })).state,
  };
}

/** What is asked of a connection besides the journal. */
export interface Looking extends Question {
  /** The connection is to end by itself when it idles. */
  readonly use?: "kept";
}

/** Reads the journal; in one message where its tables are there. @throws MigratorError `FOREIGN_TABLE`, `INVALID_SETTINGS` */
export async function see(setup: ReaderSetup, looking: Looking): Promise<Seen> {
  const { dialect, plainTables } = setup;
  try {
    const { use, ...asked } = looking;
    const { announcedId } = setup.connection;
    const kept = use === "kept" && announcedId !== undefined ? { kept: announcedId } : {};
    return await readSeen(setup, { ...asked, ...kept, absent: new Set() });
  } catch (error) {
    if (!dialect.errors.isServerError(error) || dialect.errors.kindOf(error) !== "unreadable") throw error;
  }
  const present = presentTables(plainTables, await readColumns(setup));
  if (!present.tables.has("migration")) {
    await dialect.find(setup.connection, setup);
    if (present.tables.has("run")) await withoutRuns(setup);
    const state = { tables: "missing", applied: [], unfinished: [] } as const;
    return { state, readOnly: false, endsIdle: false };
  }
  if (present.tables.size === 3) {
    const absent = new Set(present.absent.map(({ column }) => column));
    const { state, ...rest } = await readSeen(setup, { runId: looking.runId, absent });
    // Somebody else may have made them in between.
    return { ...rest, state: absent.size > 0 ? { ...state, tables: "old" } : state };
  }
  throw new MigratorError(
    "FOREIGN_TABLE",
    `The table ${plainTables.migration} is there, but not those that belong to it.`,
    { advice: "Make the three tables as docs/privileges.md shows, or grant SELECT on all of them." },
  );
}

async function readSeen(setup: ReaderSetup, asked: Asked): Promise<Seen> {
  const { connection, dialect } = setup;
  const message = readState(dialect, setup, asked).join(";\n");
  return seenIn(await connection.query<readonly unknown[]>(message), dialect, asked.expected);
}

/** What the results of `readState` say; they are the last ones of these. */
export function seenIn(results: readonly unknown[], dialect: Dialect, expected?: Expected): Seen {
  const records = results.slice(-RESULTS) as unknown as StateRecords;
  const [around] = records[5];
  return {
    state: stateOf(records, dialect),
    ...(Number(around?.asExpected) === 1 && expected && { asExpected: withSum(expected, around?.sum ?? null) }),
    readOnly: Number(around?.readOnly) === 1,
    endsIdle: Number(around?.endsIdle) === 1,
  };
}

function withSum(expected: Expected, sum: string | null): Expected {
  return expected.sum !== undefined || sum === null ? expected : { ...expected, sum: BigInt(sum) };
}

/** How many results those of `readState` are, without those of what is to be done before. */
const RESULTS = 6;

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

export function columnsIn({ dialect, schema, plainTables }: ReaderSetup): string {
  return dialect.grammar.columns(schema, Object.values(plainTables));
}

function readColumns(setup: ReaderSetup) {
  return setup.connection.query<readonly ColumnRow[]>(columnsIn(setup));
}

/** A row of `columnsIn`. */
export interface ColumnRow {
  readonly table: string;
  readonly column: string;
}
