import { MigratorError } from "../errors";
import type { Direction } from "../migration";
import type { Report } from "../report";
import type { AppliedRow, RunRow, State, StepError, StepRow } from "./database";
import type { Dialect, Place } from "./dialect";
import { COLUMNS, type JournalTables, readScript } from "./journal";

/** Reads everything in one message. Results: applied, step, the asked run, unfinished runs, holder. */
export function readState({ grammar }: Pick<Dialect, "grammar">, { tables, lock }: Place, runId: string): string {
  const { name: q, text, age, iso, now } = grammar;
  const list = (...columns: readonly string[]) => columns.map(q).join(", ");
  const run = `SELECT ${list("runId", "action", "runKey", "connection", "plan")}, ${age(q("startedAt"))} AS ${q("elapsedMs")},
 CASE WHEN ${q("deadline")} > ${now} THEN 1 ELSE 0 END AS attended,
 CASE WHEN ${q("finishedAt")} IS NULL THEN NULL ELSE ${q("report")} END AS report FROM ${tables.run}`;
  return [
    `SELECT ${list("id", "name", "checksum", "normalised", "runId", "bundle", "down")}, ${iso(q("createdAt"))} AS ${q("appliedAt")}
 FROM ${tables.migration} ORDER BY ${q("id")}`,
    `SELECT ${list("name", "direction", "checksum", "normalised", "script", "down", "statement", "connection", "runId", "bundle", "error")},
 ${age(q("startedAt"))} AS ${q("elapsedMs")} FROM ${tables.step} WHERE ${q("id")} = 1 AND ${q("name")} IS NOT NULL`,
    `${run} WHERE ${q("runId")} = ${text(runId)}`,
    `${run} WHERE ${q("finishedAt")} IS NULL ORDER BY ${q("id")}`,
    `SELECT ${grammar.holder(lock)} AS holder`,
  ].join(";\n");
}

type Rows<T> = readonly T[];
type AppliedRecord = Omit<AppliedRow, "down"> & { readonly down: string | null };
type StepRecord = Omit<StepRow, "script" | "down" | "error" | "direction"> & {
  readonly direction: Direction;
  readonly script: string | null;
  readonly down: string | null;
  readonly error: string | null;
};
interface RunRecord {
  readonly runId: string;
  readonly action: string;
  readonly runKey: string;
  readonly connection: number;
  readonly elapsedMs: number;
  readonly plan: string;
  readonly attended: number;
  readonly report: string | null;
}

/** The results of `readState`. */
export type StateRecords = readonly [
  Rows<AppliedRecord>,
  Rows<StepRecord>,
  Rows<RunRecord>,
  Rows<RunRecord>,
  Rows<{ readonly holder: number | null }>,
];

export function stateOf([applied, steps, runs, unfinished, [lock]]: StateRecords): State {
  const [step] = steps.map(stepRow);
  const [run] = runs.map(runRow);
  const holder = lock?.holder ?? undefined;
  return {
    tables: "ready",
    applied: applied.map(appliedRow),
    ...(step && { step }),
    ...(run && { run }),
    unfinished: unfinished.map(runRow),
    ...(holder !== undefined && { holder }),
  };
}

function appliedRow({ down, appliedAt, ...rest }: AppliedRecord): AppliedRow {
  const script = readScript(down);
  return { ...rest, appliedAt: `${appliedAt.slice(0, 23)}Z`, ...(script && { down: script }) };
}

function stepRow({ script, down, error, ...rest }: StepRecord): StepRow {
  const up = readScript(script);
  const back = readScript(down);
  return {
    ...rest,
    ...(up && { script: up }),
    ...(back && { down: back }),
    ...(error !== null && { error: JSON.parse(error) as StepError }),
  };
}

function runRow({ runKey, attended, plan, report, ...rest }: RunRecord): RunRow {
  return {
    ...rest,
    key: runKey,
    attended: attended === 1,
    plan: JSON.parse(plan) as RunRow["plan"],
    ...(report !== null && { report: JSON.parse(report) as Report }),
  };
}

/** Which of the journal's tables are there, from the server's catalogue. @throws MigratorError `FOREIGN_TABLE` */
export function presentTables(
  tables: JournalTables,
  columns: readonly { readonly table: string; readonly column: string }[],
): ReadonlySet<keyof JournalTables> {
  const present = new Set<keyof JournalTables>();
  for (const key of ["migration", "step", "run"] as const) {
    const found = columns
      .filter(({ table }) => table.toLowerCase() === tables[key].toLowerCase())
      .map(({ column }) => column);
    const missing = COLUMNS[key].filter((column) => !found.includes(column));
    if (found.length > 0 && missing.length > 0) throw foreign(tables[key], missing, key);
    if (found.length > 0) present.add(key);
  }
  return present;
}

function foreign(table: string, missing: readonly string[], key: keyof JournalTables): MigratorError {
  const variable = { migration: "MIGRATION_TABLE", step: "MIGRATION_STEP_TABLE", run: "MIGRATION_RUN_TABLE" }[key];
  return new MigratorError(
    "FOREIGN_TABLE",
    `The table ${table} is not ours: it lacks ${missing.join(", ")}. It was left as it is.`,
    {
      advice: `Choose another name for our table with ${variable}.`,
    },
  );
}
