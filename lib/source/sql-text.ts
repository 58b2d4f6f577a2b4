import type { DialectName } from "../migration";

/**
 * - `comment`: means nothing to the server.
 * - `dashes`: `--x` at the beginning of a line or of a statement. People mean a comment; the server reads two minus signs.
 * - `quoted`: a string, a quoted name or an optimizer hint: opaque, but part of its statement.
 */
export interface Span {
  readonly kind: "comment" | "dashes" | "quoted";
  readonly start: number;
  readonly end: number;
}

export interface Flaw {
  readonly at: number;
  readonly message: string;
}

/**
 * An SQL text whose strings and comments are known. There is one reader of quotes and comments, this one: whatever looks
 * for words or delimiters looks into `masked`, so that no two readers can disagree about what is inside a string.
 */
export interface SqlText {
  /** Without byte order mark, lines ended by `\n`. */
  readonly text: string;
  /** As long as `text`: comments are blanks, everything quoted is `'`. Version comments (`/*!`) stand as they are: they run. */
  readonly masked: string;
  readonly spans: readonly Span[];
  /** What was opened and never closed. */
  readonly flaws: readonly Flaw[];
  /** Counted from 1. */
  lineAt(position: number): number;
}

const openers = {
  mysql: /['"`#]|--|\/\*|\*\//g,
  postgres: /['"]|--|\/\*|(?<![\p{L}\p{N}_$])\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/gu,
} satisfies Record<DialectName, RegExp>;

/** No server has a version like this: what mysqldump writes so is for its own client. */
const never = "999999";

/** The same text on every platform: no byte order mark, `\n` at the end of a line. */
export function normaliseText(text: string): string {
  return text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
}

export function readSqlText(raw: string, dialect: DialectName): SqlText {
  const text = normaliseText(raw);
  const { spans, flaws } = scan(text, dialect);
  return { text, masked: mask(text, spans), spans, flaws, lineAt: lines(text) };
}

function scan(text: string, dialect: DialectName): Pick<SqlText, "spans" | "flaws"> {
  const spans: Span[] = [];
  const flaws: Flaw[] = [];
  const versions: number[] = [];
  const opener = new RegExp(openers[dialect]);
  for (let found = opener.exec(text); found; found = opener.exec(text)) {
    const at = found.index;
    const version = dialect === "mysql" ? versionComment(text, at) : undefined;
    if (version) {
      versions.push(at);
      opener.lastIndex = at + version.length;
    } else if (found[0] === "*/") {
      // Outside a version comment this is an asterisk and perhaps the beginning of a comment: `2*/* two */3`.
      opener.lastIndex = versions.pop() === undefined ? at + 1 : at + 2;
    } else {
      const span = spanAt(text, { at, opener: found[0] }, dialect);
      if (span) spans.push({ ...span, end: Math.min(span.end, text.length) });
      if (span && span.end > text.length) flaws.push({ at, message: `${nameOf(found[0])} is never closed` });
      opener.lastIndex = span?.end ?? at + 1;
    }
  }
  for (const at of versions) flaws.push({ at, message: "the comment /*! is never closed" });
  return { spans, flaws };
}

function versionComment(text: string, at: number): string | undefined {
  const opening = /\/\*M?!(\d*)/y;
  opening.lastIndex = at;
  const found = opening.exec(text);
  return found && found[1] !== never ? found[0] : undefined;
}

/** An end past the text's own end means: never closed. Undefined: this opens nothing. */
function spanAt(text: string, found: { at: number; opener: string }, dialect: DialectName): Span | undefined {
  const { at, opener } = found;
  if (opener === "#") return { kind: "comment", start: at, end: lineEnd(text, at) };
  if (opener === "--") return dashComment(text, at, dialect);
  if (opener === "/*") {
    const end = dialect === "postgres" ? nestedEnd(text, at) : after(text, "*/", at + 2);
    return { kind: text[at + 2] === "+" ? "quoted" : "comment", start: at, end };
  }
  if (opener.startsWith("$")) return { kind: "quoted", start: at, end: after(text, opener, at + opener.length) };
  return { kind: "quoted", start: at, end: quotedEnd(text, at, dialect) };
}

function dashComment(text: string, at: number, dialect: DialectName): Span | undefined {
  const end = lineEnd(text, at);
  const next = text.charCodeAt(at + 2);
  if (dialect === "postgres" || Number.isNaN(next) || next <= 32) return { kind: "comment", start: at, end };
  const before = text.slice(text.lastIndexOf("\n", at) + 1, at).trimEnd();
  return before === "" || before.endsWith(";") ? { kind: "dashes", start: at, end } : undefined;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
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

/** A doubled quote needs no care: it reads as two strings side by side, which mask alike. */
function quotedEnd(text: string, at: number, dialect: DialectName): number {
  const quote = text.charAt(at);
  const escapes =
    dialect === "mysql"
      ? quote !== "`"
      : quote === "'" && /(?<![\p{L}\p{N}_$])E$/iu.test(text.slice(Math.max(0, at - 2), at));
  if (!escapes) return after(text, quote, at + 1);
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === quote) return i + 1;
  }
  return text.length + 1;
}

function nameOf(opener: string): string {
  if (opener === "/*") return "the comment /*";
  if (opener === "`") return "the name after `";
  return `the string after ${opener}`;
}

function mask(text: string, spans: readonly Span[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const { kind, start, end } of spans) {
    parts.push(text.slice(from, start));
    parts.push(kind === "quoted" ? "'".repeat(end - start) : text.slice(start, end).replace(/[^\n]/g, " "));
    from = end;
  }
  return parts.join("") + text.slice(from);
}

function lines(text: string): (position: number) => number {
  const starts = [0, ...Array.from(text.matchAll(/\n/g), (found) => found.index + 1)];
  return (position) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= position) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
