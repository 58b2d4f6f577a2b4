import { MigratorError } from "../errors";
import type { Phase } from "../migration";
import type { Report } from "../report";
import { type CodeRecord, type CodeRow, lastRecordOf, recordOf } from "./code-records";
import type { AppliedRow, Question, Recorded, RunRow, State, StepError, StepRow } from "./database";
import type { Dialect, Place } from "./dialect";
import { ADDED, COLUMNS, type JournalTables, parseScript, readScript, TORN } from "./journal";

export interface Asked extends Question {
  /** Columns that an older table of ours lacks. */
  readonly absent: ReadonlySet<string>;
  /** The connection with this id, as it was announced, is to end by itself when it idles. */
  readonly kept?: number;
}

/**
 * Statements that read everything in one message. The last six results: applied, step, its last record, the asked run,
 * unfinished runs, what there is around it.
 */
export function readState(
  { grammar }: Pick<Dialect, "grammar">,
  { tables, lock }: Place,
  asked: Asked,
): readonly string[] {
  const { name: q, text, age, iso, now, remembered, rememberedSum } = grammar;
  const { runId, absent, expected, kept } = asked;
  const list = (...columns: readonly string[]) =>
    columns.map((column) => (absent.has(column) ? `NULL AS ${q(column)}` : q(column))).join(", ");
  const run = `SELECT ${list("runId", "action", "runKey", "bundle", "connection", "plan")}, ${age(q("startedAt"))} AS ${q("elapsedMs")},
 CASE WHEN ${q("deadline")} > ${now} THEN 1 ELSE 0 END AS attended,
 CASE WHEN ${q("finishedAt")} IS NULL THEN NULL ELSE ${q("report")} END AS report FROM ${tables.run}`;
  return [
    ...(kept === undefined ? [] : grammar.endIdle(kept)),
    ...(expected ? grammar.remember(tables.migration, expected) : []),
    `SELECT ${list("id", "name", "checksum", "normalised", "runId", "bundle", "down", "repeatable", "phase")}, ${iso(q("createdAt"))} AS ${q("appliedAt")}
 FROM ${tables.migration}${expected ? ` WHERE ${remembered} = 0` : ""} ORDER BY ${q("id")}`,
    `SELECT ${list("name", "direction", "checksum", "normalised", "script", "down", "statement", "connection", "runId", "bundle", "error", "probe", "state", "cuts", "phase")},
 ${age(q("startedAt"))} AS ${q("elapsedMs")}, ${age(q("startedAt"))} - ${age(q("deadline"))} AS ${q("allowedMs")}
 FROM ${tables.step} WHERE ${q("id")} = 1 AND ${q("name")} IS NOT NULL`,
    lastRecordOf({ grammar }, tables),
    `${run} WHERE ${q("runId")} = ${text(runId)}`,
    `${run} WHERE ${q("finishedAt")} IS NULL ORDER BY ${q("id")}`,
    `SELECT ${grammar.holder(lock)} AS holder, ${expected ? remembered : 0} AS ${q("asExpected")}, ${expected ? rememberedSum : "NULL"} AS ${q("sum")}, ${grammar.readOnly} AS ${q("readOnly")},
 ${kept === undefined ? 0 : grammar.endsIdle(kept)} AS ${q("endsIdle")}`,
  ];
}

type Rows<T> = readonly T[];
type AppliedRecord = Omit<AppliedRow, "down" | "repeatable" | "phase"> & {
  readonly down: string | null;
  readonly repeatable: number | null;
  readonly phase: Phase | null;
};
type StepRecord = Omit<StepRow, "script" | "down" | "error" | "probe" | "state" | "cuts" | "phase" | "recorded"> & {
  readonly script: string | null;
  readonly down: string | null;
  readonly error: string | null;
  readonly probe: string | null;
  readonly state: string | null;
  readonly cuts: number | null;
  readonly phase: Phase | null;
};
interface RunRecord {
  readonly runId: string;
  readonly action: string;
  readonly runKey: string;
  readonly bundle: string;
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
  Rows<CodeRow>,
  Rows<RunRecord>,
  Rows<RunRecord>,
  Rows<Around>,
];

interface Around {
  readonly holder: number | null;
  readonly sum: string | null;
  /** Of these three, 1 or 0. */
  readonly asExpected: unknown;
  readonly readOnly: unknown;
  readonly endsIdle: unknown;
}

export function stateOf([applied, steps, records, runs, unfinished, [around]]: StateRecords, dialect: Judging): State {
  const recorded = recordedOf(records.map(recordOf)[0], dialect);
  const [step] = steps.map((one) => ({ ...stepRow(one), ...(recorded && one.script === null && { recorded }) }));
  const [run] = runs.map(runRow);
  const holder = around?.holder ?? undefined;
  return {
    tables: "ready",
    applied: applied.map(appliedRow),
    ...(step && { step }),
    ...(run && { run }),
    unfinished: unfinished.map(runRow),
    ...(holder !== undefined && { holder }),
  };
}

function appliedRow({ down, appliedAt, repeatable, phase, ...rest }: AppliedRecord): AppliedRow {
  const known = {
    ...rest,
    appliedAt: `${appliedAt.slice(0, 23)}Z`,
    ...(phase !== null && { phase }),
    ...(repeatable === 1 && { repeatable: true as const }),
  };
  if (down === null) return known;
  return {
    ...known,
    // There may be thousands, and of few is this asked: most have a file.
    get down() {
      return parseScript(down);
    },
  };
}

type Judging = Pick<Dialect, "repeatable" | "manner">;

/** A statement that may be run again without harm is not in doubt. */
function recordedOf(last: CodeRecord | undefined, { repeatable, manner }: Judging): Recorded | undefined {
  if (!last) return undefined;
  const { position, sql, end } = last;
  if (end) return { count: position + 1 };
  if (repeatable(sql)) return { count: position };
  return { count: position, doubt: { sql, ...(manner(sql) === "lock" && { block: true as const }) } };
}

function stepRow({ script, down, error, probe, state, cuts, phase, ...rest }: StepRecord): StepRow {
  const up = readScript(script);
  const back = readScript(down);
  return {
    ...rest,
    ...(up && { script: up }),
    ...(back && { down: back }),
    ...(error !== null && { error: JSON.parse(error) as StepError }),
    ...(probe !== null && { probe }),
    ...(probe === TORN && { torn: true as const }),
    ...(state !== null && { state: JSON.parse(state) as unknown }),
    ...(phase !== null && { phase }),
    cuts: cuts ?? 0,
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

export interface Present {
  readonly tables: ReadonlySet<keyof JournalTables>;
  /** Columns that are still to be added to tables of ours. */
  readonly absent: readonly { readonly table: keyof JournalTables; readonly column: string }[];
}

/** What of the journal is there, from the server's catalogue. @throws MigratorError `FOREIGN_TABLE` */
export function presentTables(
  tables: JournalTables,
  columns: readonly { readonly table: string; readonly column: string }[],
): Present {
  const present = new Set<keyof JournalTables>();
  const absent: { readonly table: keyof JournalTables; readonly column: string }[] = [];
  for (const key of ["migration", "step", "run"] as const) {
    const found = columns
      .filter(({ table }) => table.toLowerCase() === tables[key].toLowerCase())
      .map(({ column }) => column);
    if (found.length === 0) continue;
    present.add(key);
    const lacking = COLUMNS[key].filter((column) => !found.includes(column));
    const missing = lacking.filter((column) => !ADDED[key].includes(column));
    if (missing.length > 0) throw foreign(tables[key], missing, key);
    absent.push(...lacking.map((column) => ({ table: key, column })));
  }
  return { tables: present, absent };
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
