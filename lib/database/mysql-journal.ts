import { MigratorError } from "../errors";
import type { Direction } from "../migration";
import type { Report } from "../report";
import type { AppliedRow, RunRow, State, StepError, StepRow } from "./database";
import { COLUMNS, type JournalTables, readScript } from "./journal";
import { age, name, text } from "./mysql-text";

/** The journal's tables, qualified and quoted. */
export function qualified(database: string, tables: JournalTables): JournalTables {
  const table = (key: keyof JournalTables) => `${name(database)}.${name(tables[key])}`;
  return { migration: table("migration"), step: table("step"), run: table("run") };
}

const NAME = "VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
const WORD = "VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
const HASH = "CHAR(64) CHARACTER SET ascii COLLATE ascii_bin";
const LONG = "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

/**
 * What makes the tables; each statement does nothing where its table is there. Times are UTC. The first table that is read
 * comes last: where it is, the others are.
 */
export function createTables(tables: JournalTables): readonly string[] {
  return [
    `CREATE TABLE IF NOT EXISTS ${tables.step} (
 \`id\` TINYINT NOT NULL PRIMARY KEY, \`name\` ${NAME} NULL, \`direction\` ${WORD} NULL, \`checksum\` ${HASH} NULL, \`normalised\` ${HASH} NULL,
 \`script\` ${LONG} NULL, \`down\` ${LONG} NULL, \`statement\` INT NOT NULL DEFAULT 0, \`connection\` BIGINT UNSIGNED NULL,
 \`runId\` ${WORD} NULL, \`bundle\` ${NAME} NULL, \`startedAt\` DATETIME(6) NULL, \`deadline\` DATETIME(6) NULL, \`error\` ${LONG} NULL) ENGINE=InnoDB`,
    `CREATE TABLE IF NOT EXISTS ${tables.run} (
 \`id\` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, \`runId\` ${WORD} NOT NULL UNIQUE, \`action\` ${WORD} NOT NULL,
 \`runKey\` ${HASH} NOT NULL, \`bundle\` ${NAME} NOT NULL, \`caller\` ${NAME} NULL, \`connection\` BIGINT UNSIGNED NOT NULL, \`plan\` ${LONG} NOT NULL,
 \`startedAt\` DATETIME(6) NOT NULL, \`deadline\` DATETIME(6) NOT NULL, \`finishedAt\` DATETIME(6) NULL, \`outcome\` ${WORD} NULL,
 \`report\` ${LONG} NULL, KEY \`finishedAt\` (\`finishedAt\`)) ENGINE=InnoDB`,
    `CREATE TABLE IF NOT EXISTS ${tables.migration} (
 \`id\` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, \`name\` ${NAME} NOT NULL UNIQUE,
 \`createdAt\` DATETIME(6) NOT NULL, \`updatedAt\` DATETIME(6) NOT NULL, \`checksum\` ${HASH} NOT NULL, \`normalised\` ${HASH} NOT NULL,
 \`durationMs\` BIGINT NOT NULL, \`runId\` ${WORD} NOT NULL, \`bundle\` ${NAME} NOT NULL, \`down\` ${LONG} NULL) ENGINE=InnoDB`,
  ];
}

/** Reads everything in one message. Result sets: applied, step, the asked run, unfinished runs, holder. */
export function readState(tables: JournalTables, lock: string, runId: string): string {
  const run = `SELECT \`runId\`, \`action\`, \`runKey\`, \`connection\`, \`plan\`, ${age("`startedAt`")} AS elapsedMs,
 \`deadline\` > UTC_TIMESTAMP(6) AS attended, IF(\`finishedAt\` IS NULL, NULL, \`report\`) AS report FROM ${tables.run}`;
  return [
    `SELECT \`id\`, \`name\`, \`checksum\`, \`normalised\`, DATE_FORMAT(\`createdAt\`, '%Y-%m-%dT%H:%i:%s.%f') AS appliedAt, \`runId\`, \`bundle\`, \`down\`
 FROM ${tables.migration} ORDER BY \`id\``,
    `SELECT \`name\`, \`direction\`, \`checksum\`, \`normalised\`, \`script\`, \`down\`, \`statement\`, \`connection\`, \`runId\`, \`bundle\`,
 ${age("`startedAt`")} AS elapsedMs, \`error\` FROM ${tables.step} WHERE \`id\` = 1 AND \`name\` IS NOT NULL`,
    `${run} WHERE \`runId\` = ${text(runId)}`,
    `${run} WHERE \`finishedAt\` IS NULL ORDER BY \`id\``,
    `SELECT IS_USED_LOCK(${text(lock)}) AS holder`,
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

/** The result sets of `readState`. */
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

/** Which of the journal's tables are there, from `information_schema`. @throws MigratorError `FOREIGN_TABLE` */
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
