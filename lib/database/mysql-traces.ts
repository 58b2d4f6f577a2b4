import type { SqlScript } from "../migration";
import type { Extent } from "./effect";
import { mysqlGrammar } from "./mysql-grammar";
import { IDENTIFIER, isCutOff, NAME, type ObjectName, objectName, schemaAt, uncommented, within } from "./mysql-names";
import { CATALOGUES, type Change, changeBy, holds } from "./mysql-objects";
import { head, isRepeatable } from "./mysql-segments";
import { listed } from "./mysql-set";

const { text } = mysqlGrammar;

/** What one statement leaves: something of this name that was not there before it, or is not there after it. */
interface Trace extends Change {
  readonly table: ObjectName;
  /** The statement, and what of it stands behind the names. */
  readonly sql: string;
  readonly rest: string;
}

type Reader = (names: readonly string[], rest: string) => (Change & { readonly on: string }) | undefined;

const table =
  (leaves: Change["leaves"]): Reader =>
  ([on = ""]) => ({ kind: "table", on, name: objectName(on, "").name, leaves });
const index =
  (leaves: Change["leaves"]): Reader =>
  ([name = "", on = ""]) => ({ kind: "index", on, name: objectName(name, "").name, leaves });
const clause: Reader = ([on = ""], rest) => {
  const change = changeBy(rest.trim());
  return change && { ...change, on };
};

const KINDS: readonly (readonly [string, Reader])[] = [
  [String.raw`CREATE\s+TABLE\s+(${NAME})`, table("there")],
  [String.raw`DROP\s+TABLE\s+(${NAME})\s*(?:RESTRICT|CASCADE)?\s*$`, table("gone")],
  [
    String.raw`CREATE\s+(?:UNIQUE\s+|FULLTEXT\s+|SPATIAL\s+)?INDEX\s+(${IDENTIFIER})\s+(?:USING\s+\w+\s+)?ON\s+(${NAME})`,
    index("there"),
  ],
  [String.raw`DROP\s+INDEX\s+(${IDENTIFIER})\s+ON\s+(${NAME})`, index("gone")],
  [String.raw`ALTER\s+(?:ONLINE\s+)?TABLE\s+(${NAME})\s`, clause],
];

const READERS = KINDS.map(([pattern, read]) => ({ pattern: new RegExp(`^${pattern}`, "i"), read }));

function readTrace(sql: string, schema: string): Trace | undefined {
  const statement = uncommented(sql);
  for (const { pattern, read } of READERS) {
    const found = pattern.exec(statement);
    const rest = found ? statement.slice(found[0].length) : "";
    const change = found && read(found.slice(1), rest);
    if (change && !isCutOff(change.name) && !isCutOff(change.on))
      return { ...change, table: objectName(change.on, schema), sql, rest };
  }
  return undefined;
}

/** What comes from elsewhere into such a table, and under which names, its statement does not say. */
const COPIES = /\b(?:LIKE|SELECT|TABLE)\b|\bVALUES\s+ROW\b/i;
/** How it is to be done, and nothing of what. */
const MANNER = /^\s*(?:ALGORITHM|LOCK)\s*=?\s*\w+\s*$/i;
/** A comment may hide a clause, or what looks like one may be none. */
const COMMENT = /\/\*|--|#/;
const CONDITIONAL = /\/\*M?!/;
/** Names that the server makes up where a statement gives none. */
const MADE_UP = /(?:_ibfk_|_chk_|^CONSTRAINT_|^)\d+$|^(?:my_row_id|row_start|row_end)$/i;

/** Whether it does this and nothing else, so that it is done as soon as this is. */
function isCertain({ kind, leaves, name, sql, rest }: Trace): boolean {
  if (isRepeatable(sql) || CONDITIONAL.test(sql) || MADE_UP.test(name)) return false;
  if (kind === "table" && leaves === "there") return !COPIES.test(rest);
  const clauses = /^ALTER\b/i.test(head(sql)) ? listed(rest).slice(1) : [];
  return !COMMENT.test(head(sql)) && clauses.every((one) => MANNER.test(one));
}

/** Whether a statement says a name anywhere, or the one that the server made another one of by a number. */
function says(sql: string, name: string): boolean {
  const stem = name.replace(/_\d+$/, "");
  const said = sql.replaceAll("``", "`");
  // Cheap, and nearly always the answer.
  if (!said.toUpperCase().includes(stem.toUpperCase())) return false;
  const escaped = stem.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\w$])${escaped}(?:_\\d+)?(?![\\w$])`, "i").test(said);
}

const key = ({ schema, name }: ObjectName) => JSON.stringify([schema, name]).toLowerCase();

/** Whether neither makes or takes away what the other is known by. A dropped column takes indexes and constraints along. */
function isApart(earlier: Trace, later: Trace): boolean {
  if (key(earlier.table) !== key(later.table)) return true;
  if (later.kind === "table" || (earlier.kind === "table" && earlier.leaves === "gone")) return false;
  if (earlier.kind === "table" && later.leaves === "gone") return false;
  if (earlier.kind === "column" && earlier.leaves === "gone" && later.kind !== "column") return false;
  return !says(earlier.sql, later.name) && !(earlier.leaves === "gone" && says(later.sql, earlier.name));
}

/** The server looks all of them up at once. */
const MOST = 32;

const TEMPORARY = /^CREATE\s+(?:OR\s+REPLACE\s+)?TEMPORARY\b/i;

/** How long the chain is that begins with this statement of a script, as `Dialect.chain` says. */
export function chainFrom(script: SqlScript, from: number, database: string): number {
  const chain: Trace[] = [];
  const schema = schemaAt(script, from, database);
  // A temporary table may hide another one, and information_schema shows only that.
  const most = script.statements.some(({ sql }) => TEMPORARY.test(head(sql))) ? 1 : MOST;
  for (const { sql } of script.statements.slice(from, from + most)) {
    const trace = readTrace(sql, schema);
    if (!trace || !isCertain(trace) || !chain.every((earlier) => isApart(earlier, trace))) break;
    chain.push(trace);
  }
  return chain.length;
}

/** What a chain leaves, as `Dialect.traces` says. */
export function tracesIn(script: SqlScript, chain: Extent, database: string): string | undefined {
  const traces = readTraces(script, chain, database);
  return traces && `CONCAT(${runsOf(traces).map(lookUp).join(", ")})`;
}

/**
 * As `Dialect.tracesBefore` says. On a table that is not there yet nothing is; where it is there after all, the chain does not
 * come past its first statement, and what becomes of that one is asked whatever the others' digits are.
 */
export function tracesBefore(script: SqlScript, chain: Extent, database: string): string | undefined {
  const traces = readTraces(script, chain, database);
  const [made] = traces ?? [];
  if (!traces || made?.kind !== "table" || made.leaves !== "there") return tracesIn(script, chain, database);
  const isOn = ({ table }: Run) => table.schema === made.table.schema && table.name === made.table.name;
  const digits = runsOf(traces).map((run, at) =>
    at > 0 && isOn(run) ? text("0".repeat(run.traces.length)) : lookUp(run),
  );
  return `CONCAT(${digits.join(", ")})`;
}

function readTraces(script: SqlScript, { first, count }: Extent, database: string): readonly Trace[] | undefined {
  const schema = schemaAt(script, first, database);
  const traces = script.statements.slice(first, first + count).flatMap(({ sql }) => readTrace(sql, schema) ?? []);
  return traces.length === count ? traces : undefined;
}

/** Traces in a row that are looked up in one place. */
interface Run {
  readonly table: ObjectName;
  readonly kind: Trace["kind"];
  readonly traces: readonly Trace[];
}

function runsOf(traces: readonly Trace[]): readonly Run[] {
  const runs: Run[] = [];
  for (const trace of traces) {
    const { table, kind } = trace;
    const last = runs.at(-1);
    if (last?.kind === kind && key(last.table) === key(table))
      runs[runs.length - 1] = { ...last, traces: [...last.traces, trace] };
    else runs.push({ table, kind, traces: [trace] });
  }
  return runs;
}

function lookUp({ table, kind, traces }: Run): string {
  const [first] = traces;
  // The cheapest, and nearly always enough. EXISTS itself would make the digits a binary string.
  if (first && traces.length === 1) return `IF(${holds(table, first)}, ${text("1")}, ${text("0")})`;
  const { catalogue, column } = CATALOGUES[kind];
  const digits = traces.map(({ name, leaves }) => {
    const there = `COALESCE(MAX(${column} = ${text(name)}), 0)`;
    return leaves === "there" ? there : `1 - ${there}`;
  });
  return `(SELECT CONCAT(${digits.join(", ")}) FROM information_schema.${catalogue} WHERE ${within("TABLE", table)})`;
}
