import type { DialectName } from "../migration";
import { createCopyReader } from "./sql-copy";
import { mask, nameOf, openers, type Span, spanAt } from "./sql-span";

export interface Flaw {
  readonly at: number;
  readonly message: string;
}

/**
 * An SQL text whose strings and comments are known. There is one reader of quotes and comments, this one: whatever looks
 * for words or delimiters looks into `masked`, so that no two readers can disagree about what is inside a string.
 */
export interface SqlText {
  /** See `normaliseText`. */
  readonly text: string;
  /** As long as `text`: comments are blanks, everything quoted is `'`. Version comments (`/*!`) stand as they are: they run. */
  readonly masked: string;
  readonly spans: readonly Span[];
  /** What was opened and never closed. */
  readonly flaws: readonly Flaw[];
  /** Counted from 1. */
  lineAt(position: number): number;
}

/** No server has a version like this: what mysqldump writes so is for its own client. */
const never = "999999";

/** The same text on every platform: no byte order mark, `\n` at the end of a line. */
export function normaliseText(text: string): string {
  const plain = text.replace(/^\uFEFF/, "");
  // Git and editors change every line's end. Next to a bare `\n` a carriage return is part of a string, as in a dump.
  return /(?<!\r)\n/.test(plain) ? plain : plain.replaceAll("\r\n", "\n");
}

export function readSqlText(raw: string, dialect: DialectName): SqlText {
  const text = normaliseText(raw);
  const { spans, flaws } = scan(text, dialect);
  return { text, masked: mask(text, spans, { start: 0, end: text.length }), spans, flaws, lineAt: lines(text) };
}

function scan(text: string, dialect: DialectName): Pick<SqlText, "spans" | "flaws"> {
  const spans: Span[] = [];
  const flaws: Flaw[] = [];
  const special = dialect === "mysql" ? createVersionReader(text) : createCopyReader(text, spans);
  const opener = new RegExp(openers[dialect]);
  for (let found = opener.exec(text); found; found = opener.exec(text)) {
    const at = found.index;
    const next = special.skip(at, found[0]);
    if (next !== undefined) {
      opener.lastIndex = next;
      continue;
    }
    const span = spanAt(text, { at, opener: found[0] }, dialect);
    if (span) spans.push({ ...span, end: Math.min(span.end, text.length) });
    if (span && span.end > text.length) flaws.push({ at, message: `${nameOf(found[0])} is never closed` });
    opener.lastIndex = span?.end ?? at + 1;
  }
  return { spans, flaws: [...flaws, ...special.flaws] };
}

/** Finds both ends of MySQL's version comments, whose contents run. */
function createVersionReader(text: string) {
  const open: Flaw[] = [];
  return {
    flaws: open,
    /** Where to read on behind what stands there. Undefined: that is no end of a version comment. */
    skip: (at: number, opener: string): number | undefined => {
      const version = versionComment(text, at);
      if (version) {
        open.push({ at, message: "the comment /*! is never closed" });
        return at + version.length;
      }
      if (opener !== "*/") return undefined;
      // Outside a version comment this is an asterisk and perhaps the beginning of a comment: `2*/* two */3`.
      return open.pop() === undefined ? at + 1 : at + 2;
    },
  };
}

function versionComment(text: string, at: number): string | undefined {
  const opening = /\/\*M?!(\d*)/y;
  opening.lastIndex = at;
  const found = opening.exec(text);
  return found && found[1] !== never ? found[0] : undefined;
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
