import type { SqlScript, Statement } from "../migration";
import type { NumberedStatement, Segment } from "./database";

/**
 * How a statement meets transactions.
 *
 * - `joins`: becomes part of the transaction around it.
 * - `alone`: refused inside one, and in any message that holds more than this statement.
 */
type Kind = "joins" | "alone" | "begin" | "commit" | "rollback";

/** https://www.postgresql.org/docs/current/sql-commands.html: "cannot be executed inside a transaction block". */
const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [/^(?:BEGIN|START\s+TRANSACTION)\b/i, "begin"],
  [/^(?:COMMIT|END)\b(?!\s+PREPARED)/i, "commit"],
  [/^ROLLBACK\s+(?:WORK\s+|TRANSACTION\s+)?TO\b/i, "joins"],
  [/^(?:ROLLBACK|ABORT)\b(?!\s+PREPARED)/i, "rollback"],
  [/^(?:CREATE\s+(?:UNIQUE\s+)?INDEX|DROP\s+INDEX)\s+CONCURRENTLY\b/i, "alone"],
  [/^REINDEX\b(?=[^;]*?\b(?:CONCURRENTLY|DATABASE|SYSTEM|SCHEMA)\b)/i, "alone"],
  [/^ALTER\s+TABLE\b[\s\S]*\bDETACH\s+PARTITION\b[\s\S]*\bCONCURRENTLY\b/i, "alone"],
  [/^(?:CREATE|DROP)\s+(?:DATABASE|TABLESPACE)\b/i, "alone"],
  [/^ALTER\s+DATABASE\b[\s\S]*\bSET\s+TABLESPACE\b/i, "alone"],
  [/^(?:VACUUM|ALTER\s+SYSTEM)\b/i, "alone"],
  [/^CLUSTER\s*(?:\([^)]*\)|VERBOSE)?\s*$/i, "alone"],
  [/^(?:CREATE|ALTER|DROP)\s+SUBSCRIPTION\b/i, "alone"],
];

/** The statement from its first word. */
export function head(sql: string): string {
  return sql.replace(/^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/, "");
}

export function kindOf(sql: string): Kind {
  const text = head(sql);
  return KINDS.find(([pattern]) => pattern.test(text))?.[1] ?? "joins";
}

/** Whether doing it once more is harmless where it is not known whether it was done. */
const REPEATABLE = /^(?:VACUUM|CLUSTER|REINDEX|ALTER\s+SYSTEM|(?:CREATE|DROP)\b[^(]*?\bIF\s+(?:NOT\s+)?EXISTS)\b/i;
/** A build that was cut off leaves an index of this name behind that is not valid. */
const LEAVES_REMAINS = /^CREATE\s+(?:UNIQUE\s+)?INDEX\b/i;

export function isRepeatable(sql: string): boolean {
  return REPEATABLE.test(head(sql)) && !LEAVES_REMAINS.test(head(sql));
}

interface Known extends NumberedStatement {
  readonly kind: Kind;
}

interface Shape {
  readonly statements: readonly Known[];
  /** Why the script is not one transaction; undefined when it is. */
  readonly remark: string | undefined;
  /** Each statement that is in no transaction of the file's own is one by itself. */
  readonly each: boolean;
}

/**
 * Cuts a script, from a statement on, into segments: the whole of it, unless it asks not to be one transaction, or PostgreSQL
 * refuses that, or it has transactions of its own.
 */
export function segmentsOf(script: SqlScript, from: number): readonly Segment[] {
  const shape = shapeOf(script);
  const rest = shape.statements.slice(from);
  if (rest.length === 0) return [];
  if (shape.remark === undefined) return [transactionOf(rest)];
  return cut(rest, shape);
}

export function remarkOn(script: SqlScript): string | undefined {
  return shapeOf(script).remark;
}

function shapeOf({ statements, transaction }: SqlScript): Shape {
  const known = statements.map((statement, index) => ({ ...statement, index, kind: kindOf(statement.sql) }));
  const each = transaction === false;
  return { statements: known, each, remark: each ? "it asks for none" : reason(known) };
}

function reason(statements: readonly Known[]): string | undefined {
  const place = ({ line, file }: Statement) => `${file === undefined ? "" : `${file}, `}line ${line}`;
  const alone = statements.find(({ kind }) => kind === "alone");
  if (alone) return `PostgreSQL refuses ${words(alone.sql)} (${place(alone)}) inside one`;
  const undone = statements.find(({ kind }) => kind === "rollback");
  if (undone) return `it has a ROLLBACK of its own (${place(undone)})`;
  const control = statements.filter(({ kind }) => kind !== "joins");
  const around = control.length === 2 && statements[0]?.kind === "begin" && statements.at(-1)?.kind === "commit";
  if (control.length > 0 && !around) return "it has transactions of its own";
  const used = statements.find(({ sql, index }) => usesNewValue(statements.slice(0, index), sql));
  return used && `a new value of an enum cannot be used before it is committed (${place(used)})`;
}

/** The first words, up to where the names begin. */
function words(sql: string): string {
  const [first = "", second = ""] = head(sql).toUpperCase().replace(" UNIQUE INDEX", " INDEX").split(/\s+/);
  const concurrently = /\bCONCURRENTLY\b/i.test(sql) ? " CONCURRENTLY" : "";
  return /^(?:VACUUM|CLUSTER|REINDEX)$/.test(first) ? first + concurrently : `${first} ${second}${concurrently}`;
}

const ADD_VALUE = /^ALTER\s+TYPE\b[\s\S]*?\bADD\s+VALUE\s+(?:IF\s+NOT\s+EXISTS\s+)?('(?:[^']|'')*')/i;

/** https://www.postgresql.org/docs/current/sql-altertype.html#SQL-ALTERTYPE-NOTES */
function usesNewValue(before: readonly Statement[], sql: string): boolean {
  return before.some((statement) => {
    const value = ADD_VALUE.exec(head(statement.sql))?.[1];
    return value !== undefined && !ADD_VALUE.test(head(sql)) && sql.includes(value);
  });
}

function cut(statements: readonly Known[], { each }: Pick<Shape, "each">): readonly Segment[] {
  const segments: Segment[] = [];
  let open: Known[] = [];
  let explicit = false;
  const close = (toSegment: (statements: readonly Known[]) => Segment) => {
    if (open.length > 0) segments.push(toSegment(open));
    open = [];
    explicit = false;
  };
  for (const statement of statements) {
    const { kind, sql } = statement;
    if (kind === "begin" || kind === "alone" || (!explicit && usesNewValue(open, sql))) close(transactionOf);
    explicit ||= kind === "begin";
    open.push(statement);
    if (kind === "alone") close(implicitOf);
    else if (kind === "rollback") close(blockOf);
    else if (kind === "commit" || (each && !explicit)) close(transactionOf);
  }
  close(transactionOf);
  return segments;
}

/** Ours stands for the transaction control of the file. */
function transactionOf(statements: readonly Known[]): Segment {
  const sent = statements.filter(({ kind }) => kind === "joins");
  return { kind: "transaction", ...extentOf(statements), repeatable: true, statements: sent };
}

function implicitOf(statements: readonly Known[]): Segment {
  const repeatable = statements.every(({ sql }) => isRepeatable(sql));
  return { kind: "implicit", ...extentOf(statements), repeatable, statements };
}

/** Nothing of it takes effect; it is sent for what it does on the way, and as it lies. */
function blockOf(statements: readonly Known[]): Segment {
  const [first] = statements;
  const begin = first && first.kind !== "begin" ? [{ ...first, sql: "BEGIN" }] : [];
  return { kind: "block", ...extentOf(statements), repeatable: true, statements: [...begin, ...statements] };
}

function extentOf(statements: readonly Known[]): Pick<Segment, "first" | "count"> {
  return { first: statements[0]?.index ?? 0, count: statements.length };
}
