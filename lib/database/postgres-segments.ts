import type { SqlScript, Statement } from "../migration";
import type { NumberedStatement, Segment } from "./database";
import { withoutComments } from "./postgres-comments";
import { changesNothing } from "./postgres-quiet";

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

/** What commits on its own way where no transaction is asked for, and may then begin and end transactions itself. */
const OWN_WAY = /^(?:CALL|DO|REINDEX|CLUSTER)\b/i;

/** What may have committed a part of its work when it fails. What a procedure does cannot be seen from here. */
const MAY_COMMIT = /^(?:CALL\b|DO\b[\s\S]*\bCOMMIT\b)/i;

/** The statement from its first word, its comments blank. */
export function head(sql: string): string {
  return withoutComments(sql).trimStart();
}

export function kindOf(text: string): Kind {
  return KINDS.find(([pattern]) => pattern.test(text))?.[1] ?? "joins";
}

/** Whether doing it once more is harmless where it is not known whether it was done. */
const REPEATABLE = /^(?:VACUUM|CLUSTER|REINDEX|ALTER\s+SYSTEM|(?:CREATE|DROP)\b[^(]*?\bIF\s+(?:NOT\s+)?EXISTS)\b/i;
/** A build that was cut off leaves an index of this name behind that is not valid. */
const LEAVES_REMAINS = /^CREATE\s+(?:UNIQUE\s+)?INDEX\b/i;

/** @param text a statement from its first word */
export function isRepeatable(text: string): boolean {
  return REPEATABLE.test(text) && !LEAVES_REMAINS.test(text);
}

interface Known extends NumberedStatement {
  readonly kind: Kind;
  /** From its first word, its comments blank. */
  readonly text: string;
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

/** Whether it is one transaction whose statements change nothing in their session. */
export function isQuiet(script: SqlScript): boolean {
  const { statements, remark } = shapeOf(script);
  return remark === undefined && statements.every(({ kind, text }) => kind === "joins" && changesNothing(text));
}

/** The beginning of a transaction that nothing after it ends. */
export function unendedIn({ statements }: SqlScript): Statement | undefined {
  const last = statements.findLast(({ sql }) => ["begin", "commit", "rollback"].includes(kindOf(head(sql))));
  return last && kindOf(head(last.sql)) === "begin" ? last : undefined;
}

/** Of a script several things are asked in a row. */
let latest: { readonly script: SqlScript; readonly shape: Shape } | undefined;

function shapeOf(script: SqlScript): Shape {
  if (latest?.script !== script) latest = { script, shape: readShape(script) };
  return latest.shape;
}

function readShape({ statements, transaction }: SqlScript): Shape {
  const each = transaction === false;
  const known = statements.map((statement, index): Known => {
    const text = head(statement.sql);
    return { ...statement, index, text, kind: each && OWN_WAY.test(text) ? "alone" : kindOf(text) };
  });
  return { statements: known, each, remark: each ? "it asks for none" : reason(known) };
}

function reason(statements: readonly Known[]): string | undefined {
  const place = ({ line, file }: Statement) => `${file === undefined ? "" : `${file}, `}line ${line}`;
  const alone = statements.find(({ kind }) => kind === "alone");
  if (alone) return `PostgreSQL refuses ${words(alone.text)} (${place(alone)}) inside one`;
  const undone = statements.find(({ kind }) => kind === "rollback");
  if (undone) return `it has a ROLLBACK of its own (${place(undone)})`;
  const control = statements.filter(({ kind }) => kind !== "joins");
  const whole = control.length === 1 || (control.length === 2 && statements.at(-1)?.kind === "commit");
  const around = whole && statements[0]?.kind === "begin";
  if (control.length > 0 && !around) return "it has transactions of its own";
  const used = firstUse(statements);
  return used && `a new value of an enum cannot be used before it is committed (${place(used)})`;
}

/** The first words, up to where the names begin. */
function words(text: string): string {
  const [first = "", second = ""] = text
    .toUpperCase()
    .replace(" UNIQUE INDEX", " INDEX")
    .split(/[\s(]+/);
  const concurrently = /\bCONCURRENTLY\b/i.test(text) ? " CONCURRENTLY" : "";
  return /^(?:VACUUM|CLUSTER|REINDEX)$/.test(first) ? first + concurrently : `${first} ${second}${concurrently}`;
}

const ADD_VALUE = /^ALTER\s+TYPE\b[\s\S]*?\bADD\s+VALUE\s+(?:IF\s+NOT\s+EXISTS\s+)?('(?:[^']|'')*')/i;

/** The first statement that uses a value which one before it adds: https://www.postgresql.org/docs/current/sql-altertype.html#SQL-ALTERTYPE-NOTES */
function firstUse(statements: readonly Known[]): Known | undefined {
  const added: string[] = [];
  return statements.find(({ text, sql }) => {
    const value = ADD_VALUE.exec(text)?.[1];
    if (value !== undefined) added.push(value);
    return value === undefined && added.some((one) => sql.includes(one));
  });
}

function cut(statements: readonly Known[], { each }: Pick<Shape, "each">): readonly Segment[] {
  const segments: Segment[] = [];
  let open: Known[] = [];
  let explicit = false;
  const used = firstUse(statements);
  const close = (toSegment: (statements: readonly Known[]) => Segment) => {
    if (open.length > 0) segments.push(toSegment(open));
    open = [];
    explicit = false;
  };
  for (const statement of statements) {
    const { kind } = statement;
    if (kind === "begin" || kind === "alone" || (!explicit && used === statement)) close(transactionOf);
    explicit ||= kind === "begin";
    open.push(statement);
    if (kind === "alone") close(implicitOf);
    else if (kind === "rollback") close(blockOf);
    else if (kind === "commit" || (each && !explicit)) close(transactionOf);
  }
  close(transactionOf);
  return segments;
}

/** What the server takes before the first query of a transaction, and no later. */
const OPENING = /^SET\s+(?:LOCAL\s+|SESSION\s+)?TRANSACTION(?:_|\b)/i;

/** Ours stands for the transaction control of the file, but for the isolation that it asks for. */
function transactionOf(statements: readonly Known[]): Segment {
  const sent = statements.flatMap((statement) => {
    if (statement.kind !== "begin") return statement.kind === "joins" ? [statement] : [];
    const [level] =
      /\bISOLATION\s+LEVEL\s+(?:SERIALIZABLE|REPEATABLE\s+READ|READ\s+COMMITTED|READ\s+UNCOMMITTED)/i.exec(
        statement.text,
      ) ?? [];
    const set = `SET TRANSACTION ${level}`;
    return level === undefined ? [] : [{ ...statement, sql: set, text: set }];
  });
  const opening = sent.some(({ text }) => OPENING.test(text));
  return {
    kind: "transaction",
    ...extentOf(statements),
    repeatable: true,
    statements: sent,
    ...(opening && { opening }),
  };
}

function implicitOf(statements: readonly Known[]): Segment {
  const repeatable = statements.every(({ text }) => isRepeatable(text));
  const unsure = statements.some(({ text }) => MAY_COMMIT.test(text));
  return { kind: "implicit", ...extentOf(statements), repeatable, statements, ...(unsure && { unsure }) };
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
