import type { DialectName } from "../migration";
import type { Expansion, Place, Placeholder } from "./placeholder";
import type { Part } from "./sql-file";
import type { Range } from "./sql-split";
import { type Flaw, readSqlText, type SqlText } from "./sql-text";

/** A placeholder in a text; what it says is not SQL yet. */
export interface FoundPlaceholder extends Range {
  readonly expansion: Expansion;
}

/**
 * Reads a text whose placeholders are opaque: each counts as one word, whatever characters it is written with.
 * @param text normalised
 */
export function readTemplateText(
  text: string,
  placeholders: readonly FoundPlaceholder[],
  dialect: DialectName,
): SqlText {
  if (placeholders.length === 0) return readSqlText(text, dialect);
  const source = readSqlText(
    overlay(text, placeholders, ({ start, end }) => "x".repeat(end - start)),
    dialect,
  );
  const shown = placeholders.filter(({ start }) => source.masked[start] === "x");
  return { ...source, text, masked: overlay(source.masked, shown, ({ start, end }) => text.slice(start, end)) };
}

function overlay(text: string, ranges: readonly Range[], by: (range: Range) => string): string {
  const parts: string[] = [];
  let from = 0;
  for (const range of ranges) {
    parts.push(text.slice(from, range.start), by(range));
    from = range.end;
  }
  return parts.join("") + text.slice(from);
}

/** Places the placeholders of a part in its statements, but for those in comments: that never runs. */
export function placeIn(statements: readonly Range[], { source, placeholders = [] }: Part, dialect: DialectName) {
  const found: Placeholder[] = [];
  const flaws: Flaw[] = [];
  let index = 0;
  let next = 0;
  for (const { start, end, expansion } of placeholders) {
    index = skip(statements, index, start);
    next = skip(source.spans, next, start);
    const statement = statements[index];
    const span = [source.spans[next]].find((one) => one !== undefined && one.start <= start);
    if (!statement || start < statement.start || (span && span.kind !== "quoted")) continue;
    const place = span ? placeOf(source.text, span) : "plain";
    const escapes = span !== undefined && escapesIn(source.text, span, dialect);
    const around = { before: source.text.charAt(start - 1), after: source.text.charAt(end) };
    const fault =
      escapes && around.before === "\\" ? "stands directly after a backslash" : neighbourFault(around, place, dialect);
    if (fault) flaws.push({ at: start, message: `${source.text.slice(start, end)} ${fault}` });
    const position = { statement: index, start: start - statement.start, end: end - statement.start };
    found.push({ ...position, place, expansion, ...(escapes && { escapes }) });
  }
  return { found, flaws };
}

/** The first one from this index on that does not end before the position. */
function skip(ranges: readonly Range[], from: number, position: number): number {
  let index = from;
  while ((ranges[index]?.end ?? Number.POSITIVE_INFINITY) <= position) index++;
  return index;
}

function placeOf(text: string, { start }: Range): Place {
  const opener = text.charAt(start);
  if (opener === "'" || opener === '"' || opener === "`" || opener === "$") return opener;
  return opener === "/" ? "/*" : "data";
}

function escapesIn(text: string, { start }: Range, dialect: DialectName): boolean {
  const quote = text.charAt(start);
  if (dialect === "mysql") return quote === "'" || quote === '"';
  return quote === "'" && /e/i.test(text.charAt(start - 1));
}

/** A value beside one of these could make another quote of it, even an empty value. */
function neighbourFault(
  { before, after }: { readonly before: string; readonly after: string },
  place: Place,
  dialect: DialectName,
): string | undefined {
  if (place === "$" && (before === "$" || after === "$")) return "stands beside a $; put a blank between them";
  if (dialect === "mysql" || place !== "plain") return undefined;
  if (before === "$" || after === "$") return "stands beside a $; put a blank between them";
  return after === "'" || after === '"' ? "stands directly before a quote; put a blank between them" : undefined;
}
