import { createHash } from "node:crypto";
import type { DialectName, SqlScript } from "../migration";
import type { Problem } from "../report";
import { type Markers, readMarkers } from "./markers";
import { refusals } from "./sql-refuse";
import { type Range, splitSql } from "./sql-split";
import { type Flaw, readSqlText, type SqlText } from "./sql-text";

export interface SqlFile extends Markers {
  readonly up: SqlScript;
  /** Absent: the file has no `-- migrate:down`. */
  readonly down?: SqlScript;
  /** Of the part between the up marker and the down marker, else of the whole file; blank ends aside, so that adding a `down` later changes nothing. */
  readonly checksum: string;
  readonly normalised: string;
  /** When there are any, the rest is not to be used. */
  readonly problems: readonly Problem[];
}

export interface SqlFileText {
  /** For messages, and for `SqlScript.file`. */
  readonly path: string;
  readonly text: string;
}

/** Between its marker and the next one. */
interface Section extends Range {
  readonly direction: "up" | "down";
  readonly at: number;
  readonly transaction: boolean;
}

interface Sections {
  readonly up: Range;
  readonly down?: Range;
  readonly transaction: boolean;
  readonly flaws: readonly Flaw[];
}

/** Reads `NAME.sql`, and also each half of a pair, whose statements are then its `up`. */
export function parseSqlFile({ path, text }: SqlFileText, dialect: DialectName): SqlFile {
  const source = readSqlText(text, dialect);
  const sections = readSections(source);
  const part = (range: Range) => {
    const split = splitSql(source, range, dialect);
    return { ...split, flaws: [...split.flaws, ...refusals(source, split.ranges, dialect)] };
  };
  const up = part(sections.up);
  const down = sections.down && part(sections.down);
  const markers = readMarkers(lineComments(source).map((comment) => source.text.slice(comment.start, comment.end)));
  // What is open to the end of the file leaves nothing else of it to judge.
  const flaws = source.flaws.length > 0 ? source.flaws : [...sections.flaws, ...up.flaws, ...(down?.flaws ?? [])];
  return {
    up: { kind: "sql", file: path, statements: up.statements },
    ...(down && { down: { kind: "sql", file: path, statements: down.statements } }),
    phase: markers.phase,
    transaction: markers.transaction && sections.transaction,
    checksum: sha256(source.text.slice(sections.up.start, sections.up.end).trim()),
    normalised: sha256(collapse(source, up.ranges)),
    problems: flaws
      .toSorted((a, b) => a.at - b.at)
      .map(({ at, message }) => toProblem({ path, line: source.lineAt(at), message })),
  };
}

/** Hex, of the UTF-8 bytes. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function toProblem({ path, line, message }: { path: string; line: number; message: string }): Problem {
  return { code: "INVALID", file: path, line, message: `${path}, line ${line}: ${message}` };
}

/** Comments that begin their line with `--` or `#`. */
function lineComments({ text, spans }: SqlText): readonly Range[] {
  return spans.filter(
    ({ kind, start }) =>
      kind !== "quoted" && /[-#]/.test(text.charAt(start)) && (start === 0 || text.charAt(start - 1) === "\n"),
  );
}

function readSections(source: SqlText): Sections {
  const flaws: Flaw[] = [];
  const marks = lineComments(source).flatMap((comment) => readMark(source.text, comment, flaws) ?? []);
  const whole = { start: 0, end: source.text.length };
  const sections = marks.map((mark, i): Section => ({ ...mark, end: marks[i + 1]?.at ?? whole.end }));
  for (const [i, { direction, at }] of sections.entries()) {
    const first = sections.findIndex((section) => section.direction === direction);
    if (first < i) flaws.push({ at, message: `there is a second -- migrate:${direction}` });
  }
  const up = sections.find(({ direction }) => direction === "up");
  const down = sections.find(({ direction }) => direction === "down");
  const before = source.masked.slice(0, sections[0]?.at).search(/\S/);
  if (sections.length > 0 && before >= 0)
    flaws.push({ at: before, message: "statements before the first -- migrate: marker" });
  if (down && !up) flaws.push({ at: down.at, message: "-- migrate:down without -- migrate:up" });
  const transaction = sections.every((section) => section.transaction);
  return { up: up ?? (down ? { start: 0, end: 0 } : whole), ...(down && { down }), transaction, flaws };
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

/** Without comments, runs of white space outside of quotes as one blank: equal when only the formatting differs. */
function collapse({ text, masked, spans }: SqlText, statements: readonly Range[]): string {
  const quoted = spans.filter(({ kind }) => kind === "quoted");
  const parts: string[] = [];
  let next = quoted.findIndex(({ start }) => start >= (statements[0]?.start ?? 0));
  for (const { start, end } of statements) {
    let from = start;
    for (let span = quoted[next]; span && span.start < end; span = quoted[++next]) {
      parts.push(masked.slice(from, span.start).replace(/\s+/g, " "), text.slice(span.start, span.end));
      from = span.end;
    }
    parts.push(masked.slice(from, end).replace(/\s+/g, " "), ";\n");
  }
  return parts.join("");
}
