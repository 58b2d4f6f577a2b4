import { mask, type Span } from "./sql-span";
import type { Flaw } from "./sql-text";

/**
 * Of a statement without comments, its strings and quoted names masked. For the server STDIN and STDOUT mean the same here:
 * the client.
 */
const copyFrom = /^\s*copy\b[^()]*(?:\([^()]*\)\s*)?\bfrom\s+std(?:in|out)\b/i;

/** psql takes the data from the line on that follows the semicolon's. */
const restOfLine = /[ \t\r]*\n/y;
const lastLine = /(?<=\n)\\\.(?=\r?\n|$)/g;

const message =
  "COPY … FROM stdin needs a semicolon that ends its line, its data on the lines after it, and a last line \\.";

/** Finds the data of every COPY … FROM stdin, which is no SQL: from the semicolon to the line `\.`, as pg_dump writes it. */
export function createCopyReader(text: string, spans: Span[]) {
  const flaws: Flaw[] = [];
  let command = { start: 0, spans: 0 };
  const readData = (at: number): number => {
    const masked = mask(text, spans.slice(command.spans), { start: command.start, end: at });
    if (!copyFrom.test(masked)) return at + 1;
    const end = dataEnd(text, at);
    if (end === undefined) {
      flaws.push({ at: command.start + masked.search(/\S/), message });
      return text.length;
    }
    spans.push({ kind: "quoted", start: at, end });
    if (end === text.length) return end;
    spans.push({ kind: "end", start: end, end: end + 1 });
    return end + 1;
  };
  return {
    flaws,
    /** Where to read on behind a semicolon. Undefined: it is none. */
    skip: (at: number, opener: string): number | undefined => {
      if (opener !== ";") return undefined;
      const start = readData(at);
      command = { start, spans: spans.length };
      return start;
    },
  };
}

function dataEnd(text: string, semicolon: number): number | undefined {
  restOfLine.lastIndex = semicolon + 1;
  if (!restOfLine.test(text)) return undefined;
  lastLine.lastIndex = restOfLine.lastIndex;
  return lastLine.test(text) ? lastLine.lastIndex : undefined;
}

/** Why a statement cannot run that expects data and has none. */
export function dataMissing(masked: string, sql: string): string | undefined {
  return copyFrom.test(masked) && !sql.endsWith("\n\\.") ? message : undefined;
}
