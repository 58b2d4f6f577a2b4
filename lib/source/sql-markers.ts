import type { Division, LineFlaw, Part } from "./sql-file";
import type { Range } from "./sql-split";
import type { Flaw, SqlText } from "./sql-text";

/** Between its marker and the next one. */
interface Section extends Range {
  readonly direction: "up" | "down";
  readonly at: number;
  readonly transaction: boolean;
}

/** What other tools divide a file by. Taken for comments, it would have the down run together with the up. */
const foreign: readonly { readonly tool: string; readonly marker: RegExp }[] = [
  { tool: "sql-migrate", marker: /^--\s*\+migrate\s+down\b/i },
  { tool: "goose", marker: /^--\s*\+goose\s+down\b/i },
  { tool: "node-pg-migrate", marker: /^--[\s-]*down\s+migration\s*$/i },
  { tool: "MyBatis", marker: /^--\s*\/\/\s*@undo\b/i },
  { tool: "Liquibase", marker: /^--\s*liquibase\s+formatted\s+sql\b/i },
];

/** Divides a text at `-- migrate:up` and `-- migrate:down`, each at most once; without them all of it is up. */
export function divideOnce(source: SqlText): Division {
  const { sections, flaws } = readSections(source);
  for (const [i, { direction, at }] of sections.entries()) {
    const first = sections.findIndex((section) => section.direction === direction);
    if (first < i) flaws.push({ at, message: `there is a second -- migrate:${direction}` });
  }
  const up = sections.find(({ direction }) => direction === "up");
  const down = sections.find(({ direction }) => direction === "down");
  if (down && !up) flaws.push({ at: down.at, message: "-- migrate:down without -- migrate:up" });
  if (sections.length === 0) flaws.push(...foreignMarkers(source));
  const whole = { start: 0, end: source.text.length };
  const range = up ?? (down ? { start: 0, end: 0 } : whole);
  return {
    up: [up ? toPart(source, up) : { source, range }],
    ...(down && { down: [toPart(source, down)] }),
    ...described(source, [range], flaws),
  };
}

/**
 * Divides a text into any number of `-- migrate:up`, each followed by its `-- migrate:down`. The downs are in the order in
 * which they undo: the last one first.
 */
export function dividePairwise(source: SqlText): Division {
  const { sections, flaws } = readSections(source);
  for (const [i, { direction, at }] of sections.entries()) {
    const expected = i % 2 === 0 ? "up" : "down";
    if (direction !== expected) flaws.push({ at, message: `a -- migrate:${expected} must stand before this one` });
  }
  if (sections.length === 0) flaws.push({ at: 0, message: "there is no -- migrate:up" });
  else if (sections.length % 2 === 1) flaws.push({ at: source.text.length, message: "there is no -- migrate:down" });
  const ups = sections.filter(({ direction }) => direction === "up");
  const downs = sections.filter(({ direction }) => direction === "down");
  return {
    up: ups.map((section) => toPart(source, section)),
    down: downs.toReversed().map((section) => toPart(source, section)),
    ...described(source, ups, flaws),
  };
}

/** Comments that begin their line with `--` or `#`. */
export function lineComments({ text, spans }: SqlText): readonly string[] {
  return lineSpans({ text, spans }).map(({ start, end }) => text.slice(start, end));
}

function foreignMarkers(source: SqlText): readonly Flaw[] {
  return lineSpans(source).flatMap(({ start, end }) => {
    const comment = source.text.slice(start, end);
    const tool = foreign.find(({ marker }) => marker.test(comment))?.tool;
    if (tool === undefined) return [];
    return [{ at: start, message: `${comment} is a marker of ${tool}'s; write -- migrate:up and -- migrate:down` }];
  });
}

function lineSpans({ text, spans }: Pick<SqlText, "text" | "spans">): readonly Range[] {
  return spans.filter(
    ({ kind, start }) =>
      (kind === "comment" || kind === "dashes") &&
      /[-#]/.test(text.charAt(start)) &&
      (start === 0 || text.charAt(start - 1) === "\n"),
  );
}

function described(source: SqlText, ups: readonly Range[], flaws: readonly Flaw[]) {
  return {
    checked: ups.map(({ start, end }) => source.text.slice(start, end).trim()).join("\n"),
    comments: lineComments(source),
    flaws: flaws.map(({ at, message }): LineFlaw => ({ line: source.lineAt(at), message })),
  };
}

function toPart(source: SqlText, { start, end, transaction }: Section): Part {
  return { source, range: { start, end }, ...(!transaction && { transaction }) };
}

function readSections(source: SqlText): { sections: readonly Section[]; flaws: Flaw[] } {
  const flaws: Flaw[] = [];
  const marks = lineSpans(source).flatMap((comment) => readMark(source.text, comment, flaws) ?? []);
  const sections = marks.map((mark, i): Section => ({ ...mark, end: marks[i + 1]?.at ?? source.text.length }));
  const before = source.masked.slice(0, sections[0]?.at).search(/\S/);
  if (sections.length > 0 && before >= 0)
    flaws.push({ at: before, message: "statements before the first -- migrate: marker" });
  return { sections, flaws };
}

function readMark(text: string, { start, end }: Range, flaws: Flaw[]): Omit<Section, "end"> | undefined {
  const mark = /^--+\s*migrate:\s*(\S*)\s*(.*?)\s*$/i.exec(text.slice(start, end));
  if (!mark) return undefined;
  const [, word = "", option = ""] = mark;
  const direction = word.toLowerCase();
  if (direction !== "up" && direction !== "down") {
    flaws.push({ at: start, message: `-- migrate:${word} is neither -- migrate:up nor -- migrate:down` });
    return undefined;
  }
  const transaction = /^(?:transaction:\s*(true|false))?$/i.exec(option);
  if (!transaction)
    flaws.push({ at: start, message: `-- migrate:${direction} has an option ${option}, known is transaction:false` });
  return {
    direction,
    at: start,
    start: Math.min(end + 1, text.length),
    transaction: transaction?.[1]?.toLowerCase() !== "false",
  };
}
