import type { DialectName } from "../migration";
import type { Range } from "./sql-split";

/**
 * - `comment`: means nothing to the server.
 * - `dashes`: `--x` at the beginning of a line or of a statement. People mean a comment; the server reads two minus signs.
 * - `quoted`: a string, a quoted name, an optimizer hint or the data of a COPY: opaque, but part of its statement.
 * - `end`: the line break behind the data of a COPY, which ends the statement as a semicolon does.
 */
export interface Span extends Range {
  readonly kind: "comment" | "dashes" | "quoted" | "end";
}

/** The characters of a PostgreSQL name: all beyond ASCII count as letters. */
const initial = String.raw`[A-Za-z_\u0080-\u{10FFFF}]`;
const named = String.raw`[\w$\u0080-\u{10FFFF}]`;
/** Behind a name a `$` belongs to it. */
const dollarQuote = String.raw`(?<!${named})\$(?:${initial}[\w\u0080-\u{10FFFF}]*)?\$`;

/** What may begin a span, or in PostgreSQL end a statement. */
export const openers: Readonly<Record<DialectName, RegExp>> = {
  mysql: /['"`#]|--|\/\*|\*\//g,
  postgres: new RegExp(String.raw`['";\\]|--|\/\*|${dollarQuote}`, "gu"),
};

const escapeString = new RegExp(`(?<!${named})E$`, "iu");
/** Between two halves of one PostgreSQL string lies at least one line break. */
const continued = /[ \t\f\v]*(?:--[^\n\r]*)?[\n\r](?:\s|--[^\n\r]*[\n\r])*'/y;
/** pg_dump writes these two lines at the beginning and at the end; only the psql client cares for them. */
const restriction = /\\(?:un)?restrict[ \t]+\w+[ \t]*$/my;
const clientCommand = /\\(?:\w+|\S?)/y;

/** An end past the text's own end means: never closed. Undefined: this opens nothing. */
export function spanAt(
  text: string,
  { at, opener }: { at: number; opener: string },
  dialect: DialectName,
): Span | undefined {
  if (opener === "#") return { kind: "comment", start: at, end: lineEnd(text, at, dialect) };
  if (opener === "\\") return clientSpan(text, at);
  if (opener === "--") return dashComment(text, at, dialect);
  if (opener === "/*") {
    if (dialect === "postgres") return { kind: "comment", start: at, end: nestedEnd(text, at) };
    return { kind: text[at + 2] === "+" ? "quoted" : "comment", start: at, end: after(text, "*/", at + 2) };
  }
  if (opener.startsWith("$")) return { kind: "quoted", start: at, end: after(text, opener, at + opener.length) };
  return { kind: "quoted", start: at, end: quotedEnd(text, at, dialect) };
}

/** A command of psql stays visible, to be refused; what follows on its line is no SQL. */
function clientSpan(text: string, at: number): Span | undefined {
  const end = lineEnd(text, at, "postgres");
  restriction.lastIndex = at;
  if (lineBefore(text, at) === "" && restriction.test(text)) return { kind: "comment", start: at, end };
  clientCommand.lastIndex = at;
  clientCommand.test(text);
  const start = clientCommand.lastIndex;
  return start < end ? { kind: "quoted", start, end } : undefined;
}

function dashComment(text: string, at: number, dialect: DialectName): Span | undefined {
  const end = lineEnd(text, at, dialect);
  const next = text.charCodeAt(at + 2);
  if (dialect === "postgres" || Number.isNaN(next) || next <= 32) return { kind: "comment", start: at, end };
  const before = lineBefore(text, at);
  return before === "" || before.endsWith(";") ? { kind: "dashes", start: at, end } : undefined;
}

function lineBefore(text: string, at: number): string {
  return text.slice(text.lastIndexOf("\n", at) + 1, at).trimEnd();
}

/** For PostgreSQL a carriage return alone ends a line too, and so a comment. */
function lineEnd(text: string, at: number, dialect: DialectName): number {
  const end = dialect === "postgres" ? /[\n\r]/g : /\n/g;
  end.lastIndex = at;
  return end.exec(text)?.index ?? text.length;
}

function after(text: string, closer: string, from: number): number {
  const at = text.indexOf(closer, from);
  return at < 0 ? text.length + 1 : at + closer.length;
}

function nestedEnd(text: string, at: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = at;
  let depth = 0;
  for (let mark = marks.exec(text); mark; mark = marks.exec(text)) {
    depth += mark[0] === "/*" ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return text.length + 1;
}

function quotedEnd(text: string, at: number, dialect: DialectName): number {
  const quote = text.charAt(at);
  if (dialect === "mysql" && quote !== "`") return escapedEnd(text, at);
  const escapes = dialect === "postgres" && quote === "'" && escapeString.test(text.slice(Math.max(0, at - 2), at));
  // Without escapes a doubled quote needs no care: it reads as two strings side by side, which mask alike.
  return escapes ? escapeStringEnd(text, at) : after(text, quote, at + 1);
}

function escapedEnd(text: string, at: number): number {
  const quote = text.charAt(at);
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === quote) return i + 1;
  }
  return text.length + 1;
}

/** The E counts for all that belongs to the string: what follows a doubled quote, and its other halves on later lines. */
function escapeStringEnd(text: string, at: number): number {
  let end = escapedEnd(text, at);
  while (end < text.length) {
    continued.lastIndex = end;
    const next = text[end] === "'" ? end : continued.test(text) ? continued.lastIndex - 1 : undefined;
    if (next === undefined) return end;
    end = escapedEnd(text, next);
  }
  return end;
}

export function nameOf(opener: string): string {
  if (opener === "/*") return "the comment /*";
  if (opener === "`") return "the name after `";
  return `the string after ${opener}`;
}

/** As long as the part: see `SqlText.masked`. @param spans those that lie in the part. */
export function mask(text: string, spans: readonly Span[], part: Range): string {
  const parts: string[] = [];
  let from = part.start;
  for (const { kind, start, end } of spans) {
    parts.push(text.slice(from, start));
    if (kind === "quoted") parts.push("'".repeat(end - start));
    else if (kind === "end") parts.push(";");
    else parts.push(text.slice(start, end).replace(/[^\n]+/g, (line) => " ".repeat(line.length)));
    from = end;
  }
  return parts.join("") + text.slice(from, part.end);
}
