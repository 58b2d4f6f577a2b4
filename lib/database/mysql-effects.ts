import type { Effect } from "./effect";
import { mysqlGrammar } from "./mysql-grammar";
import { head } from "./mysql-segments";

const { text } = mysqlGrammar;

const IDENTIFIER = String.raw`(?:\x60(?:[^\x60]|\x60\x60)+\x60|[\w$\u0080-\uffff]+)`;
const NAME = String.raw`(?:${IDENTIFIER}\s*\.\s*)?${IDENTIFIER}`;

interface ObjectName {
  readonly schema: string;
  readonly name: string;
}

/** What one kind of statement names and makes. `match`: its words, the names in the order in which they stand. */
interface Kind {
  readonly pattern: RegExp;
  effect(names: readonly ObjectName[], rest: string): Effect | undefined;
}

const kind = (pattern: string, effect: Kind["effect"]): Kind => ({ pattern: new RegExp(`^${pattern}`, "i"), effect });

const KINDS: readonly Kind[] = [
  kind(
    String.raw`CREATE\s+TABLE\s+(${NAME})`,
    ([table]) => table && { fingerprint: ofTable(table), holds: exists(table) },
  ),
  kind(String.raw`DROP\s+TABLE\s+(${NAME}(?:\s*,\s*${NAME})*)\s*(?:RESTRICT|CASCADE)?\s*$`, (tables) => ({
    fingerprint: join(tables.map(ofTable)),
    holds: and(tables.map((table) => not(exists(table)))),
  })),
  kind(
    String.raw`CREATE\s+(?:UNIQUE\s+|FULLTEXT\s+|SPATIAL\s+)?INDEX\s+(${IDENTIFIER})\s+(?:USING\s+\w+\s+)?ON\s+(${NAME})`,
    ([index, table]) => index && table && { fingerprint: ofTable(table), holds: hasIndex(table, index.name) },
  ),
  kind(
    String.raw`DROP\s+INDEX\s+(${IDENTIFIER})\s+ON\s+(${NAME})`,
    ([index, table]) => index && table && { fingerprint: ofTable(table), holds: not(hasIndex(table, index.name)) },
  ),
  kind(
    String.raw`ALTER\s+(?:ONLINE\s+|IGNORE\s+)?TABLE\s+(?:IF\s+EXISTS\s+)?(${NAME})`,
    ([table], rest) => table && alterTable(table, rest),
  ),
  kind(String.raw`RENAME\s+TABLE\s+(${NAME}\s+TO\s+${NAME}(?:\s*,\s*${NAME}\s+TO\s+${NAME})*)\s*$`, renameTables),
  kind(
    String.raw`CREATE\s+(?:ALGORITHM\s*=\s*\w+\s+)?(?:DEFINER\s*=\s*\S+\s+)?(?:SQL\s+SECURITY\s+\w+\s+)?VIEW\s+(${NAME})`,
    ([view]) => view && { fingerprint: ofTable(view), holds: exists(view) },
  ),
  kind(
    String.raw`DROP\s+VIEW\s+(${NAME})\s*(?:RESTRICT|CASCADE)?\s*$`,
    ([view]) => view && { fingerprint: ofTable(view), holds: not(exists(view)) },
  ),
  kind(
    String.raw`CREATE\s+(?:DEFINER\s*=\s*\S+\s+)?(?:PROCEDURE|FUNCTION)\s+(${NAME})`,
    ([routine]) => routine && made(ofRoutine(routine)),
  ),
  kind(String.raw`DROP\s+(?:PROCEDURE|FUNCTION)\s+(${NAME})\s*$`, ([routine]) => routine && gone(ofRoutine(routine))),
  kind(
    String.raw`CREATE\s+(?:DEFINER\s*=\s*\S+\s+)?TRIGGER\s+(${NAME})`,
    ([trigger]) => trigger && made(ofTrigger(trigger)),
  ),
  kind(String.raw`DROP\s+TRIGGER\s+(${NAME})\s*$`, ([trigger]) => trigger && gone(ofTrigger(trigger))),
  kind(String.raw`CREATE\s+(?:DEFINER\s*=\s*\S+\s+)?EVENT\s+(${NAME})`, ([event]) => event && made(ofEvent(event))),
  kind(String.raw`DROP\s+EVENT\s+(${NAME})\s*$`, ([event]) => event && gone(ofEvent(event))),
];

/**
 * What is known of a statement's effect; undefined: nothing. All of it holds for InnoDB, where one DDL statement takes effect
 * wholly or not at all: https://dev.mysql.com/doc/refman/8.4/en/atomic-ddl.html, https://mariadb.com/kb/en/atomic-ddl/
 * @param schema where names lie that say nothing of it
 */
export function effectOf(sql: string, schema: string): Effect | undefined {
  const statement = head(sql)
    .replace(/\/\*[\s\S]*?\*\//g, " ")
    .trim();
  for (const { pattern, effect } of KINDS) {
    const found = pattern.exec(statement);
    if (!found) continue;
    const names = found.slice(1).flatMap((part) => [...part.matchAll(new RegExp(NAME, "g"))].map(([one]) => one));
    const words = names.filter((one) => !/^TO$/i.test(one));
    return effect(
      words.map((one) => objectName(one, schema)),
      statement.slice(found[0].length),
    );
  }
  return undefined;
}

function objectName(qualified: string, schema: string): ObjectName {
  const parts = [...qualified.matchAll(new RegExp(IDENTIFIER, "g"))].map(([one]) =>
    one.startsWith("`") ? one.slice(1, -1).replaceAll("``", "`") : one,
  );
  const name = parts.at(-1) ?? "";
  return { schema: parts.length > 1 ? (parts[0] ?? schema) : schema, name };
}

/** Moves data about, and leaves the table looking as before. */
const UNSEEN = /\b(?:EXCHANGE|TRUNCATE|IMPORT|DISCARD|REORGANIZE|REBUILD|COALESCE)\b/i;

/** What such a clause names may be there, or not, before and afterwards. */
const CONDITION = /^(?:\w+\s+){1,3}?IF\s+(?:NOT\s+)?EXISTS\s+/i;

const CLAUSES: readonly (readonly [RegExp, (table: ObjectName, name: string) => string])[] = [
  [
    /^ADD\s+(?:UNIQUE\s+|FULLTEXT\s+|SPATIAL\s+)?(?:INDEX|KEY)\s+(?!USING\b)([\w$`]+)\s*(?:USING\s+\w+\s*)?\(/i,
    hasIndex,
  ],
  [/^ADD\s+UNIQUE\s+(?!INDEX\b|KEY\b)([\w$`]+)\s*\(/i, hasIndex],
  [/^ADD\s+CONSTRAINT\s+([\w$`]+)\s/i, hasConstraint],
  [
    /^ADD\s+(?:COLUMN\s+)?(?!INDEX\b|KEY\b|UNIQUE\b|FULLTEXT\b|SPATIAL\b|CONSTRAINT\b|PRIMARY\b|FOREIGN\b|CHECK\b|PARTITION\b|PERIOD\b|SYSTEM\b)([\w$`]+)\s/i,
    hasColumn,
  ],
  [/^DROP\s+(?:INDEX|KEY)\s+([\w$`]+)/i, (table, name) => not(hasIndex(table, name))],
  [/^DROP\s+(?:FOREIGN\s+KEY|CONSTRAINT|CHECK)\s+([\w$`]+)/i, (table, name) => not(hasConstraint(table, name))],
  [
    /^DROP\s+(?:COLUMN\s+)?(?!INDEX\b|KEY\b|FOREIGN\b|CONSTRAINT\b|CHECK\b|PRIMARY\b|PARTITION\b|PERIOD\b|SYSTEM\b)([\w$`]+)/i,
    (table, name) => not(hasColumn(table, name)),
  ],
];

function alterTable(table: ObjectName, rest: string): Effect | undefined {
  const clause = rest.trim();
  if (UNSEEN.test(clause)) return undefined;
  if (CONDITION.test(clause)) return { fingerprint: ofTable(table) };
  const renamed = new RegExp(String.raw`^RENAME\s+(?:TO\s+|AS\s+)?(${NAME})\s*$`, "i").exec(clause)?.[1];
  if (renamed !== undefined) {
    const now = objectName(renamed, table.schema);
    return { fingerprint: join([ofTable(table), ofTable(now)]), holds: and([not(exists(table)), exists(now)]) };
  }
  for (const [pattern, holds] of CLAUSES) {
    const name = pattern.exec(clause)?.[1];
    if (name !== undefined) return { fingerprint: ofTable(table), holds: holds(table, objectName(name, "").name) };
  }
  return { fingerprint: ofTable(table) };
}

/** After a swap everything may look as before. */
function renameTables(names: readonly ObjectName[]): Effect | undefined {
  const olds = names.filter((_, index) => index % 2 === 0);
  const news = names.filter((_, index) => index % 2 === 1);
  const key = ({ schema, name }: ObjectName) => `${schema}.${name}`.toLowerCase();
  if (olds.some((old) => news.some((one) => key(one) === key(old)))) return undefined;
  const holds = and([...olds.map((old) => not(exists(old))), ...news.map(exists)]);
  return { fingerprint: join(names.map(ofTable)), holds };
}

const made = (fingerprint: string): Effect => ({ fingerprint, holds: `(${fingerprint}) IS NOT NULL` });
const gone = (fingerprint: string): Effect => ({ fingerprint, holds: `(${fingerprint}) IS NULL` });

const and = (conditions: readonly string[]) => conditions.join(" AND ");
const not = (condition: string) => `NOT (${condition})`;
const join = (texts: readonly string[]) => `CONCAT_WS('/', ${texts.map((one) => `COALESCE(${one}, '-')`).join(", ")})`;

const within = (prefix: string, { schema, name }: ObjectName) =>
  `${prefix}_SCHEMA = ${text(schema)} AND ${prefix}_NAME = ${text(name)}`;
const found = (from: string) => `EXISTS (SELECT 1 FROM information_schema.${from})`;

function exists(table: ObjectName): string {
  return found(`TABLES WHERE ${within("TABLE", table)}`);
}

function hasColumn(table: ObjectName, column: string): string {
  return found(`COLUMNS WHERE ${within("TABLE", table)} AND COLUMN_NAME = ${text(column)}`);
}

function hasIndex(table: ObjectName, index: string): string {
  return found(`STATISTICS WHERE ${within("TABLE", table)} AND INDEX_NAME = ${text(index)}`);
}

function hasConstraint(table: ObjectName, constraint: string): string {
  return found(`TABLE_CONSTRAINTS WHERE ${within("TABLE", table)} AND CONSTRAINT_NAME = ${text(constraint)}`);
}

/** Of any number of rows, in any order and without a limit of length, as GROUP_CONCAT has one. */
function digest(columns: readonly string[], from: string): string {
  const row = `SHA2(CONCAT_WS('|', ${columns.map((column) => `COALESCE(${column}, '-')`).join(", ")}), 256)`;
  return `(SELECT CONCAT(COUNT(*), ':', COALESCE(BIT_XOR(CAST(CONV(SUBSTRING(${row}, 1, 16), 16, 10) AS UNSIGNED)), 0)) FROM information_schema.${from})`;
}

/** All that ALTER TABLE can change and that does not change by itself; NULL without the table. */
function ofTable(table: ObjectName): string {
  const where = `WHERE ${within("TABLE", table)}`;
  const parts = [
    digest(["TABLE_TYPE", "ENGINE", "TABLE_COLLATION", "TABLE_COMMENT", "CREATE_OPTIONS"], `TABLES ${where}`),
    digest(
      [
        "COLUMN_NAME",
        "ORDINAL_POSITION",
        "COLUMN_DEFAULT",
        "IS_NULLABLE",
        "COLUMN_TYPE",
        "COLLATION_NAME",
        "EXTRA",
        "COLUMN_COMMENT",
      ],
      `COLUMNS ${where}`,
    ),
    digest(
      ["INDEX_NAME", "SEQ_IN_INDEX", "COLUMN_NAME", "NON_UNIQUE", "SUB_PART", "INDEX_TYPE", "INDEX_COMMENT"],
      `STATISTICS ${where}`,
    ),
    digest(["CONSTRAINT_NAME", "CONSTRAINT_TYPE"], `TABLE_CONSTRAINTS ${where}`),
    digest(["PARTITION_NAME", "PARTITION_METHOD", "PARTITION_DESCRIPTION"], `PARTITIONS ${where}`),
    digest(["VIEW_DEFINITION"], `VIEWS ${where}`),
  ];
  return `(SELECT CONCAT_WS(' ', ${parts.join(",\n ")}) FROM (SELECT 1) AS one WHERE ${exists(table)})`;
}

function ofRoutine(routine: ObjectName): string {
  return definition(["ROUTINE_TYPE", "ROUTINE_DEFINITION", "DEFINER"], `ROUTINES WHERE ${within("ROUTINE", routine)}`);
}

function ofTrigger(trigger: ObjectName): string {
  return definition(
    ["EVENT_MANIPULATION", "ACTION_TIMING", "ACTION_STATEMENT"],
    `TRIGGERS WHERE ${within("TRIGGER", trigger)}`,
  );
}

function ofEvent(event: ObjectName): string {
  return definition(["EVENT_DEFINITION", "INTERVAL_VALUE", "INTERVAL_FIELD"], `EVENTS WHERE ${within("EVENT", event)}`);
}

function definition(columns: readonly string[], from: string): string {
  return `(SELECT SHA2(CONCAT_WS('|', ${columns.map((column) => `COALESCE(${column}, '-')`).join(", ")}), 256) FROM information_schema.${from} LIMIT 1)`;
}
