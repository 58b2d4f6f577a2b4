import type { DialectName } from "../../migration";
import { type FoundPlaceholder, readTemplateText } from "../placeholder-text";
import type { Division, LineFlaw, Part } from "../sql-file";
import { normaliseText } from "../sql-text";
import { readEnvsub } from "./goose-envsub";

type Direction = "up" | "down";

/** Lines that belong together, by their index. */
interface Run {
  readonly direction: Direction;
  readonly kind: "plain" | "block";
  readonly lines: string[];
  readonly placeholders: FoundPlaceholder[];
  /** Index of its first line in the file. */
  readonly first: number;
  /** Of its lines together. */
  length: number;
}

interface State {
  direction: Direction | undefined;
  /** Index of the first line of a statement before Up. */
  first: number | undefined;
  /** Index of the line of the StatementBegin that is open. */
  begin: number | undefined;
  envsub: boolean;
  transaction: boolean;
  hasDown: boolean;
  readonly runs: Run[];
  readonly flaws: LineFlaw[];
}

const annotations = [
  "Up",
  "Down",
  "StatementBegin",
  "StatementEnd",
  "NO TRANSACTION",
  "ENVSUB ON",
  "ENVSUB OFF",
] as const;
type Annotation = (typeof annotations)[number];

/**
 * Divides a goose file. As goose does, it looks for annotations line by line, also within strings and bodies: what it
 * finds there is taken out of them.
 */
export function divideGoose(raw: string, dialect: DialectName): Division {
  const lines = normaliseText(raw).split("\n");
  const state = readLines(lines);
  const { runs, flaws } = state;
  if (state.begin !== undefined)
    flaws.push({ line: state.begin + 1, message: "-- +goose StatementBegin without its StatementEnd" });
  const { first } = state;
  if (state.direction === undefined) {
    flaws.push({ line: 1, message: "there is no -- +goose Up, which every file of goose's has" });
  } else if (first !== undefined) flaws.push({ line: first + 1, message: "a statement before -- +goose Up" });
  const parts = (direction: Direction) =>
    runs.filter((run) => run.direction === direction).flatMap((run) => toPart(run, state, dialect) ?? []);
  const up = parts("up");
  const begin = lines.findIndex((line) => annotationOf(line) === "Up");
  const end = lines.findIndex((line) => annotationOf(line) === "Down");
  return {
    up,
    ...(state.hasDown && { down: parts("down") }),
    checked: lines.slice(begin + 1, end < 0 ? undefined : end).join("\n"),
    comments: lines.filter((line) => /^(?:--|#)/.test(line)),
    flaws,
  };
}

function readLines(lines: readonly string[]): State {
  const state: State = {
    direction: undefined,
    first: undefined,
    begin: undefined,
    envsub: false,
    transaction: true,
    hasDown: false,
    runs: [],
    flaws: [],
  };
  for (const [i, line] of lines.entries()) {
    const annotation = annotationOf(line);
    if (annotation === undefined) {
      readContent(state, line, i);
    } else if (annotation === "unknown") {
      const fault = /^\s/.test(line) ? "must begin its line" : `is none of goose's: ${annotations.join(", ")}`;
      state.flaws.push({ line: i + 1, message: `${line.trim()} ${fault}` });
    } else {
      annotate(state, annotation, i);
      if (!annotation.startsWith("Statement")) readContent(state, "", i);
    }
  }
  return state;
}

/** `unknown`: meant as an annotation, and nothing that goose knows. */
function annotationOf(line: string): Annotation | "unknown" | undefined {
  if (!/^\s*--/.test(line) || !line.includes("+goose")) return undefined;
  const words = line.replaceAll("--", "").replace("+goose", "").trim().toLowerCase();
  return annotations.find((one) => one.toLowerCase() === words && line.startsWith("--")) ?? "unknown";
}

function annotate(state: State, annotation: Annotation, i: number): void {
  const fault = faultOf(state, annotation);
  if (fault !== undefined) state.flaws.push({ line: i + 1, message: fault });
  if (annotation === "Up" || annotation === "Down") {
    state.direction = annotation === "Up" ? "up" : "down";
    state.hasDown ||= annotation === "Down";
    state.begin = undefined;
  }
  if (annotation === "StatementBegin" || annotation === "StatementEnd") {
    state.begin = annotation === "StatementBegin" ? i : undefined;
    if (state.direction) state.runs.push(newRun(state, state.direction, i + 1));
  }
  if (annotation === "NO TRANSACTION") state.transaction = false;
  if (annotation === "ENVSUB ON" || annotation === "ENVSUB OFF") state.envsub = annotation === "ENVSUB ON";
}

function faultOf({ direction, begin, hasDown }: State, annotation: Annotation): string | undefined {
  if (annotation === "Up")
    return direction === undefined ? undefined : "there is a second -- +goose Up, or one after Down";
  if (annotation === "Down") {
    if (begin !== undefined) return "-- +goose Down before the StatementEnd of the statement above";
    if (hasDown) return "there is a second -- +goose Down";
    return direction === undefined ? "-- +goose Down before -- +goose Up" : undefined;
  }
  if (annotation === "StatementBegin") {
    if (begin !== undefined) return "-- +goose StatementBegin within another one; its StatementEnd is missing";
    return direction === undefined ? "-- +goose StatementBegin before -- +goose Up" : undefined;
  }
  return annotation === "StatementEnd" && begin === undefined
    ? "-- +goose StatementEnd without its StatementBegin"
    : undefined;
}

function newRun({ begin }: State, direction: Direction, first: number): Run {
  return { direction, kind: begin === undefined ? "plain" : "block", lines: [], placeholders: [], first, length: 0 };
}

function readContent(state: State, line: string, i: number): void {
  const { direction, runs } = state;
  if (direction === undefined) {
    if (line.trim() !== "" && !/^\s*--/.test(line)) state.first ??= i;
    return;
  }
  const last = runs.at(-1);
  const run = last?.direction === direction ? last : newRun(state, direction, i);
  if (run !== last) runs.push(run);
  const expanded = state.envsub && !/^\s*--/.test(line) ? readEnvsub(line) : { text: line, placeholders: [] };
  if (expanded.fault !== undefined) state.flaws.push({ line: i + 1, message: expanded.fault });
  const { length } = run;
  run.placeholders.push(
    ...expanded.placeholders.map((one) => ({ ...one, start: one.start + length, end: one.end + length })),
  );
  run.lines.push(expanded.text);
  run.length += expanded.text.length + 1;
}

function toPart(run: Run, state: State, dialect: DialectName): Part | undefined {
  const text = run.lines.join("\n");
  const source = readTemplateText(text, run.placeholders, dialect);
  if (source.masked.trim() === "") return undefined;
  const next = state.runs[state.runs.indexOf(run) + 1];
  if (
    run.kind === "plain" &&
    next?.kind === "block" &&
    next.direction === run.direction &&
    !/;\s*$/.test(source.masked)
  ) {
    const message = "a statement without a semicolon before -- +goose StatementBegin";
    state.flaws.push({ line: next.first, message });
  }
  return {
    source: { ...source, lineAt: (position) => source.lineAt(position) + run.first },
    range: { start: 0, end: text.length },
    ...(run.placeholders.length > 0 && { placeholders: run.placeholders }),
    ...(run.kind === "block" && { block: true }),
    ...(!state.transaction && { transaction: false }),
  };
}
