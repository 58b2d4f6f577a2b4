import type { DialectName } from "../../lib/migration";
import type { Cell, Phase } from "./cells";
import type { Position, SentCommand } from "./link";
import { QUIT } from "./wire";
import type { Gated } from "./workbench";

/** A place where something can happen to a call. */
export interface Point {
  readonly phase: Phase;
  /** Of a statement: what it is, such as `ALTER TABLE`. Of a write to the journal that is gated: what it comes after. */
  readonly kind: string;
  readonly position?: Position;
  /** In place of a position: while this waits, and so exactly inside it. */
  readonly gated?: Gated;
  /** The server does not wait for the command that is there. */
  readonly inside?: true;
}

/** The commands of each connection of a call to which nothing happened. */
export type Trace = readonly (readonly SentCommand[])[];

const DELIMITER = "\n;\n";
const OUR_DELIMITER = /\n?;\n/;
const JOURNAL = /[`"]migration(?:_step|_run)?[`"]/;

export interface Traced {
  readonly dialect: DialectName;
  readonly trace: Trace;
  /** Ids of the statements that took effect, named `migration.kind`. */
  readonly effects: readonly string[];
}

/** All places of a call. */
export function pointsOf({ dialect, trace, effects }: Traced): readonly Point[] {
  const gates = effects.map(
    (effect): Point => ({ phase: "statement", kind: `${effect.split(".")[1]} (held)`, gated: { effect } }),
  );
  const commands = trace.flatMap((sent, link) => [...login(link), ...commandsOf(dialect, sent, link)]);
  return [...commands, ...gates, ...turnstilesIn(trace), ...writesIn(trace)];
}

function partsOf(trace: Trace): readonly string[] {
  return trace.flatMap((commands) => commands.flatMap(({ text }) => text.split(OUR_DELIMITER)));
}

/** What stands between statements of a chain, and would have no place of its own there: nothing is written between them. */
function turnstilesIn(trace: Trace): readonly Point[] {
  return partsOf(trace).flatMap((part): readonly Point[] => {
    const altered = /^(?:ALTER TABLE|DROP INDEX \w+ ON) (turnstile_\d)/.exec(part)?.[1];
    return altered === undefined ? [] : [{ phase: "statement", kind: `${kindOf(part)} (held)`, gated: { altered } }];
  });
}

/** Of the row in which the journal has the step in progress. */
const WRITE =
  /^(?:REPLACE INTO|INSERT INTO|UPDATE)\s+\S*[`"]migration_step[`"][\s\S]*(?:VALUES \(1,|WHERE [`"]id[`"] = 1\b)/;

/** The kind of the first write of a step. */
export const INTENT = "intent";

/** Before a write, where what came before it has or has not committed with it. */
function writesIn(trace: Trace): readonly Point[] {
  const parts = partsOf(trace);
  const points: Point[] = [];
  let before: string | undefined;
  for (const part of parts) {
    if (WRITE.test(part)) {
      const kind = before === undefined ? INTENT : `mark after ${before}`;
      points.push({ phase: "row", kind, gated: { write: points.length + 1 } });
      before = undefined;
    } else if (!isOurs(part)) before = kindOf(part);
  }
  return points;
}

function isOurs(part: string): boolean {
  return JOURNAL.test(part) || BETWEEN.test(part);
}

/** What we say to a session before and after a step. */
const BETWEEN =
  /^(?:START TRANSACTION|COMMIT|ROLLBACK|\(end|UNLOCK TABLES|SET (?:LOCAL|SESSION|CONSTRAINTS|NAMES)|USE|RESET|CLOSE ALL|DISCARD|DEALLOCATE ALL|UNLISTEN|SELECT|DO)\b/;

function login(link: number): readonly Point[] {
  const at = (position: Pick<Position, "at" | "answers">): Point => ({
    phase: "connecting",
    kind: "",
    position: { link, command: -1, ...position },
  });
  return [at({ at: "arrived" }), at({ at: "half" }), at({ at: "sent" }), at({ at: "answered", answers: 1 })];
}

function commandsOf(dialect: DialectName, commands: readonly SentCommand[], link: number): readonly Point[] {
  const locked = commands.findIndex(({ text }) => /\b(?:GET_LOCK|pg_try_advisory_lock)\(/.test(text));
  return commands.flatMap((command, index) => {
    // The child does not wait for it with its answer, so it may come too late.
    if (command.text === QUIT) return [];
    const reads = link === 0 && (locked === -1 || index < locked);
    const phase = reads ? "reading" : index <= locked ? "lock" : phaseOf(command.text);
    return commandPoints(command, { dialect, phase, position: { link, command: index } });
  });
}

function phaseOf(text: string): Phase {
  if (/\bRELEASE_LOCK\(|\bSELECT pg_catalog\.pg_advisory_unlock\(/.test(text)) return "release";
  if (text.includes(DELIMITER)) return "statement";
  if (/^SELECT\b/.test(text) && LOOKS.test(text)) return "reading";
  if (JOURNAL.test(text)) return "row";
  return OURS.test(text) ? "row" : "statement";
}

/** How we look something up, and what a step begins and ends with. */
const LOOKS = /[`"]migration(?:_step|_run)?[`"]|information_schema|pg_catalog\.pg_class/;
const OURS = /^(?:START TRANSACTION|COMMIT|ROLLBACK|UNLOCK TABLES|SET CONSTRAINTS ALL IMMEDIATE$)/;

/** What puts the session back: a message begins with it, and it stands before each step that is not the first of its message. */
const RESET = "UNLOCK TABLES";
const RESET_COUNT = 5;
const OURS_BETWEEN = /^(?:START TRANSACTION|COMMIT|ROLLBACK|SET LOCAL)\b|@`migration-lambda\./;
/** What begins a step in the message of the one before it. */
const BETWEEN_STEPS = /@`migration-lambda\.begun`/;

interface Place {
  readonly dialect: DialectName;
  readonly phase: Phase;
  readonly position: Pick<Position, "link" | "command">;
}

function commandPoints({ text, answers, inside }: SentCommand, { dialect, phase, position }: Place): readonly Point[] {
  const point = (at: Pick<Position, "at" | "answers">, more: Partial<Point> = {}): Point => ({
    phase,
    kind: phase === "statement" ? kindOf(text) : "",
    position: { ...position, ...at },
    ...(inside && { inside }),
    ...more,
  });
  const half = phase === "statement" ? [point({ at: "half" }, { phase: "half sent", kind: "" })] : [];
  // PostgreSQL keeps its answers back until the whole message is done.
  const parts = dialect === "mysql" ? text.split(DELIMITER) : [];
  const between = parts.slice(1).map((part, index) => {
    const reset = parts[0] === RESET && parts.indexOf(part) < RESET_COUNT;
    const own = reset || JOURNAL.test(part) || OURS_BETWEEN.test(part);
    const where = BETWEEN_STEPS.test(part) ? "between two steps" : "";
    return point(
      { at: "answered", answers: index + 1 },
      { phase: own ? "row" : "statement", kind: own ? where : kindOf(part) },
    );
  });
  // The lock is free by then, and the call is not answered.
  const phaseAfter = phase === "release" ? "answering" : phase;
  const sent = answers > 0 ? [point({ at: "answered", answers }, { phase: phaseAfter })] : [];
  return [point({ at: "arrived" }), point({ at: "sent" }), ...half, ...between, ...sent];
}

/** Its first words, up to where the names begin. */
function kindOf(text: string): string {
  if (text.includes(DELIMITER)) return "message";
  const words = text
    .replace(/^(?:\s|\/\*!?\d*|--[^\n]*\n)+/, "")
    .toUpperCase()
    .split(/[^A-Z]+/);
  const isDefinition = /^(?:CREATE|ALTER|DROP|RENAME|LOCK|UNLOCK|TRUNCATE|SET)$/.test(words[0] ?? "");
  const concurrently = words.slice(0, 4).includes("CONCURRENTLY") ? " CONCURRENTLY" : "";
  return words.slice(0, isDefinition && words[0] !== "SET" ? 2 : 1).join(" ") + concurrently;
}

/** PostgreSQL takes no check of the lock in one message with these: that comes just before, and is a place of its own. */
const ALONE = /CONCURRENTLY$|^VACUUM$/;

/** Those of a cell. */
export function pointsIn(points: readonly Point[], { fault, phase }: Cell): readonly Point[] {
  return points.filter((point) => {
    if (point.phase !== phase) return false;
    // The lock is given back by a command slipped in, for which the server must be waiting.
    if (fault === "lock lost") return point.position?.at === "arrived" && !point.inside && !ALONE.test(point.kind);
    if (fault === "time up") return point.gated !== undefined && "effect" in point.gated;
    // The server must know the connection, and be at something rather than have it before it.
    if (fault === "connection killed" || fault === "restart")
      return phase !== "statement" || point.position?.at !== "arrived";
    return true;
  });
}
