import { UNSEEN } from "./effect";
import { type ObjectName, within } from "./mysql-names";
import { exists } from "./mysql-objects";

const coalesced = (columns: readonly string[]) => columns.map((column) => `COALESCE(${column}, '-')`).join(", ");

/** Of several objects; what is not there counts as well. */
export function join(texts: readonly string[]): string {
  return `CONCAT_WS('/', ${coalesced(texts)})`;
}

/** Of any number of rows, in any order and without a limit of length, as GROUP_CONCAT has one. */
function digest(columns: readonly string[], from: string): string {
  const row = `SHA2(CONCAT_WS('|', ${coalesced(columns)}), 256)`;
  return `(SELECT CONCAT(COUNT(*), ':', COALESCE(BIT_XOR(CAST(CONV(SUBSTRING(${row}, 1, 16), 16, 10) AS UNSIGNED)), 0)) FROM information_schema.${from})`;
}

/** The parts of a table's fingerprint, in their order: all that ALTER TABLE can change and that does not change by itself. */
const PARTS = {
  TABLES: ["TABLE_TYPE", "ENGINE", "TABLE_COLLATION", "TABLE_COMMENT", "CREATE_OPTIONS"],
  COLUMNS: [
    "COLUMN_NAME",
    "ORDINAL_POSITION",
    "COLUMN_DEFAULT",
    "IS_NULLABLE",
    "COLUMN_TYPE",
    "COLLATION_NAME",
    "EXTRA",
    "COLUMN_COMMENT",
  ],
  STATISTICS: ["INDEX_NAME", "SEQ_IN_INDEX", "COLUMN_NAME", "NON_UNIQUE", "SUB_PART", "INDEX_TYPE", "INDEX_COMMENT"],
  TABLE_CONSTRAINTS: ["CONSTRAINT_NAME", "CONSTRAINT_TYPE"],
  PARTITIONS: ["PARTITION_NAME", "PARTITION_METHOD", "PARTITION_DESCRIPTION"],
} as const;

type PartName = keyof typeof PARTS;

/**
 * MariaDB makes a table on disk, 0.2 ms of its time, for each of COLUMNS and PARTITIONS that a statement names, looked at or
 * not. So a statement whose effect is known by more than its fingerprint leaves out what does not show it.
 */
const SEEN = {
  /** It comes, goes or gets another name as a whole. */
  existence: ["TABLES"],
  indexes: ["TABLES", "STATISTICS"],
  definition: ["TABLES", "COLUMNS", "STATISTICS", "TABLE_CONSTRAINTS"],
  all: ["TABLES", "COLUMNS", "STATISTICS", "TABLE_CONSTRAINTS", "PARTITIONS"],
} as const satisfies Readonly<Record<string, readonly PartName[]>>;

/** NULL without the table. The form is that of older versions, whose sixth part was a view's text: a table has none. */
export function ofTable(table: ObjectName, seen: keyof typeof SEEN): string {
  const looked: readonly string[] = SEEN[seen];
  const parts = Object.entries(PARTS).map(([part, columns]) =>
    looked.includes(part) ? digest(columns, `${part} WHERE ${within("TABLE", table)}`) : `'${UNSEEN}'`,
  );
  const last = seen === "all" ? "0:0" : UNSEEN;
  return `(SELECT CONCAT_WS(' ', ${parts.join(",\n ")}, '${last}') FROM (SELECT 1) AS one WHERE ${exists(table)})`;
}

export function ofRoutine(routine: ObjectName): string {
  return definition(["ROUTINE_TYPE", "ROUTINE_DEFINITION", "DEFINER"], `ROUTINES WHERE ${within("ROUTINE", routine)}`);
}

export function ofTrigger(trigger: ObjectName): string {
  return definition(
    ["EVENT_MANIPULATION", "ACTION_TIMING", "ACTION_STATEMENT"],
    `TRIGGERS WHERE ${within("TRIGGER", trigger)}`,
  );
}

export function ofEvent(event: ObjectName): string {
  return definition(["EVENT_DEFINITION", "INTERVAL_VALUE", "INTERVAL_FIELD"], `EVENTS WHERE ${within("EVENT", event)}`);
}

function definition(columns: readonly string[], from: string): string {
  return `(SELECT SHA2(CONCAT_WS('|', ${coalesced(columns)}), 256) FROM information_schema.${from} LIMIT 1)`;
}
