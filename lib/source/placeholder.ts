import type { DialectName, SqlScript, Statement } from "../migration";
import type { Problem } from "../report";
import { valueFault } from "./placeholder-value";

/** Something in a file that a value takes the place of. */
export interface Expansion {
  readonly name: string;
  /** Its value, where the build knows it. */
  readonly fixed?: string;
  /** What stands for a value that is not set. */
  readonly unset?: Expression;
  /** What stands for one that is not set, or empty. */
  readonly empty?: Expression;
  /** What the file itself says when the value is not set. */
  readonly required?: string;
  /** Only these bytes of the value: offset and length, negative ones from its end. */
  readonly bytes?: readonly [number, number?];
}

export type Expression = readonly (string | Expansion)[];

/**
 * - `plain`: among the words of the statement.
 * - `data`: in the lines of a COPY.
 * - otherwise within what this opens.
 */
export type Place = "plain" | "data" | "'" | '"' | "`" | "$" | "/*";

/** Where a value goes in a script whose statements are divided already: it must not change where one ends. */
export interface Placeholder {
  /** Index of the statement in its script. */
  readonly statement: number;
  /** Position in its text. */
  readonly start: number;
  readonly end: number;
  readonly place: Place;
  /** A backslash in this place takes the next character with it. */
  readonly escapes?: true;
  readonly expansion: Expansion;
}

/** A script as the build leaves it. */
export interface SqlTemplate extends SqlScript {
  /** In the order of their positions. */
  readonly placeholders?: readonly Placeholder[];
}

/** Keys as they follow `PLACEHOLDER_`. */
export type PlaceholderValues = Readonly<Record<string, string>>;

interface Filled {
  readonly script: SqlScript;
  /** What was put in, in order. */
  readonly used: readonly string[];
  readonly problems: readonly Problem[];
}

export interface Filling {
  readonly values: PlaceholderValues;
  readonly dialect: DialectName;
}

/** What follows `PLACEHOLDER_` in the variable that a name in a file is filled from. */
function keyOf(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, "_");
}

export function fillScript(template: SqlTemplate, filling: Filling): Filled {
  if (!template.placeholders) return { script: template, used: [], problems: [] };
  const { placeholders, ...script } = template;
  let next = 0;
  const filled = script.statements.map((statement, i) => {
    const first = next;
    while (placeholders[next]?.statement === i) next++;
    const own = placeholders.slice(first, next);
    return fillStatement({ statement, file: statement.file ?? script.file }, own, filling);
  });
  return {
    script: { ...script, statements: filled.map(({ statement }) => statement) },
    used: filled.flatMap(({ used }) => used),
    problems: filled.flatMap(({ problems }) => problems),
  };
}

interface Located {
  readonly statement: Statement;
  readonly file: string;
}

function fillStatement({ statement, file }: Located, placeholders: readonly Placeholder[], filling: Filling) {
  const { sql, line } = statement;
  const used: string[] = [];
  const problems: Problem[] = [];
  let out = "";
  let from = 0;
  for (const { start, end, expansion, ...rest } of placeholders) {
    out += sql.slice(from, start);
    const at = { file, line: line + (sql.slice(0, start).match(/\n/g)?.length ?? 0), text: sql.slice(start, end) };
    const result = expand(expansion, filling.values);
    const following = placeholders.some((other) => other.start === end) ? "" : sql.charAt(end);
    if ("missing" in result) problems.push(missing(at, result));
    else {
      const fault = valueFault(result.value, { ...rest, before: out.slice(-2), after: following }, filling.dialect);
      if (fault) problems.push(unsafe(at, expansion.name, fault));
      out += result.value;
      used.push(result.value);
    }
    from = end;
  }
  out += sql.slice(from);
  if (out.trim() === "" && problems.length === 0) problems.push(nothingLeft(file, line));
  return { statement: { ...statement, sql: out }, used, problems };
}

interface At {
  readonly file: string;
  readonly line: number;
  /** The placeholder as it is written. */
  readonly text: string;
}

type Expanded = { readonly value: string } | { readonly missing: string; readonly message?: string };

function expand(expansion: Expansion, values: PlaceholderValues): Expanded {
  const { name, fixed, unset, empty, required, bytes } = expansion;
  const key = keyOf(name);
  const value = fixed ?? (Object.hasOwn(values, key) ? values[key] : undefined);
  if (empty && !value) return expandAll(empty, values);
  if (unset && value === undefined) return expandAll(unset, values);
  if (value === undefined) return { missing: name, ...(required && { message: required }) };
  return { value: bytes ? cut(value, bytes) : value };
}

function expandAll(expression: Expression, values: PlaceholderValues): Expanded {
  let value = "";
  for (const piece of expression) {
    const result = typeof piece === "string" ? { value: piece } : expand(piece, values);
    if ("missing" in result) return result;
    value += result.value;
  }
  return { value };
}

function cut(value: string, [offset, length]: readonly [number, number?]): string {
  const all = Buffer.from(value);
  const from = Math.min(Math.max(offset < 0 ? all.length + offset : offset, 0), all.length);
  if (length === undefined) return all.subarray(from).toString();
  const to = length < 0 ? Math.max(all.length + length, from) : Math.min(from + length, all.length);
  return all.subarray(from, to).toString();
}

function missing({ file, line, text }: At, { missing: name, message }: { missing: string; message?: string }): Problem {
  return {
    code: "INVALID",
    message: `${file}, line ${line}: ${text} has no value${message ? `: ${message}` : ""}`,
    advice: `Set PLACEHOLDER_${keyOf(name)} in the environment of the function.`,
    file,
    line,
  };
}

function nothingLeft(file: string, line: number): Problem {
  const message = `${file}, line ${line}: its placeholders leave nothing of this statement`;
  return { code: "INVALID", message, advice: "Give one of them a value.", file, line };
}

function unsafe({ file, line, text }: At, name: string, fault: string): Problem {
  return {
    code: "INVALID",
    message: `${file}, line ${line}: the value of ${text} ${fault}`,
    advice: `Give PLACEHOLDER_${keyOf(name)} a value without it, or write the statement out.`,
    file,
    line,
  };
}
