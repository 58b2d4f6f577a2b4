import type { DialectName, Phase, Statement } from "../migration";
import type { Problem } from "../report";
import { sha256 } from "./checksum";
import { readMarkers } from "./markers";
import type { Placeholder, SqlTemplate } from "./placeholder";
import { type FoundPlaceholder, placeIn } from "./placeholder-text";
import { divideOnce, lineComments } from "./sql-markers";
import { refusals } from "./sql-refuse";
import { type Range, type Split, splitSql } from "./sql-split";
import { type Flaw, readSqlText, type SqlText } from "./sql-text";

export interface SqlFileText {
  /** For messages, and for `SqlScript.file`. */
  readonly path: string;
  readonly text: string;
}

export interface SqlFile {
  readonly up: SqlTemplate;
  /** Absent: the file has none. */
  readonly down?: SqlTemplate;
  readonly phase: Phase;
  /** Of what `Division.checked` says. */
  readonly checksum: string;
  readonly normalised: string;
  /** When there are any, the rest is not to be used. */
  readonly problems: readonly Problem[];
}

/** A piece of a text that is cut into statements. */
export interface Part {
  readonly source: SqlText;
  readonly range: Range;
  readonly placeholders?: readonly FoundPlaceholder[];
  /** The file says that it is one statement. */
  readonly block?: true;
  readonly transaction?: false;
}

/** A fault of a file, on a line counted from 1. */
export interface LineFlaw {
  readonly line: number;
  readonly message: string;
}

/** What the two directions of one file consist of, in the order in which it runs. */
export interface Division {
  readonly up: readonly Part[];
  readonly down?: readonly Part[];
  /** The up part as it lies; blanks at its ends do not count, so that adding a down later changes nothing. */
  readonly checked: string;
  /** Those that stand in lines of their own. */
  readonly comments: readonly string[];
  readonly flaws: readonly LineFlaw[];
}

/** Reads `NAME.sql`, and also each half of a pair, whose statements are then its `up`. */
export function parseSqlFile(file: SqlFileText, dialect: DialectName): SqlFile {
  return readDivision(file.path, divideOnce(readSqlText(file.text, dialect)), dialect);
}

/** Reads a file all of which is `up`. */
export function parseWholeFile(file: SqlFileText, dialect: DialectName): SqlFile {
  const source = readSqlText(file.text, dialect);
  const up = [{ source, range: { start: 0, end: source.text.length } }];
  const division = { up, checked: source.text, comments: lineComments(source), flaws: [] };
  return readDivision(file.path, division, dialect);
}

export function readDivision(path: string, division: Division, dialect: DialectName): SqlFile {
  const { phase, ...asked } = readMarkers(division.comments);
  const up = readScript(path, division.up, dialect);
  const down = division.down && readScript(path, division.down, dialect);
  const sources = new Set([...division.up, ...(division.down ?? [])].map(({ source }) => source));
  const open = [...sources].flatMap((source) => source.flaws.map((flaw) => onLine(source, flaw)));
  // What is open to the end of the file leaves nothing else of it to judge.
  const flaws = open.length > 0 ? open : [...division.flaws, ...up.flaws, ...(down?.flaws ?? [])];
  return {
    up: { ...up.script, ...asked },
    ...(down && { down: { ...down.script, ...asked } }),
    phase,
    checksum: sha256(division.checked.trim()),
    normalised: sha256(up.normal),
    problems: flaws.toSorted((a, b) => a.line - b.line).map((flaw) => toProblem(path, flaw)),
  };
}

function readScript(file: string, parts: readonly Part[], dialect: DialectName) {
  const statements: Statement[] = [];
  const placeholders: Placeholder[] = [];
  const flaws: LineFlaw[] = [];
  const normal: string[] = [];
  for (const part of parts) {
    const { source } = part;
    const split = part.block ? splitBlock(part, dialect) : splitSql(source, part.range, dialect);
    const placed = placeIn(split.ranges, part, dialect);
    for (const one of placed.found) placeholders.push({ ...one, statement: one.statement + statements.length });
    for (const one of split.statements) statements.push(one);
    normal.push(collapse(source, split.ranges));
    const found = [...split.flaws, ...refusals(source, split.ranges, dialect), ...placed.flaws];
    flaws.push(...found.map((flaw) => onLine(source, flaw)));
  }
  const script: SqlTemplate = {
    kind: "sql",
    file,
    statements,
    ...(placeholders.length > 0 && { placeholders }),
    ...(parts.some(({ transaction }) => transaction === false) && { transaction: false }),
  };
  return { script, normal: normal.join(""), flaws };
}

/** Of a body that is cut in the middle, a piece begins so. */
const inner = /^(?:declare|else|elseif|elsif|end|exception|return|until|when)\b/i;

/**
 * A block is not cut inside of a body, whether we know that kind of body or not. Several whole statements in it become
 * several nevertheless: the journal counts statements.
 */
function splitBlock({ source, range }: Part, dialect: DialectName): Split {
  const split = splitSql(source, range, dialect);
  const [first, last] = [split.ranges[0], split.ranges.at(-1)];
  const torn =
    split.flaws.length > 0 || split.ranges.some(({ start, end }) => inner.test(source.masked.slice(start, end)));
  if (!first || !last || !torn) return split;
  const { start } = first;
  const { end } = last;
  return {
    ranges: [{ start, end }],
    statements: [{ sql: source.text.slice(start, end), line: source.lineAt(start) }],
    flaws: [],
  };
}

function onLine(source: SqlText, { at, message }: Flaw): LineFlaw {
  return { line: source.lineAt(at), message };
}

export function toProblem(path: string, { line, message }: LineFlaw): Problem {
  return { code: "INVALID", file: path, line, message: `${path}, line ${line}: ${message}` };
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
