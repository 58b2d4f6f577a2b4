import { type Beside, withValues } from "./beside";
import type { Part } from "./connection";
import type { Segment, Step } from "./database";
import type { Dialect } from "./dialect";
import type { Columns } from "./grammar";
import { type Intent, type JournalTables, storedScript, TORN } from "./journal";

/** What the journal's own statements are made with. */
export interface MessageContext {
  readonly dialect: Pick<Dialect, "grammar" | "implicitAlone">;
  /** Default: values are literals. */
  readonly beside?: Beside;
  /** Quoted and qualified. */
  readonly tables: JournalTables;
  readonly lock: string;
  /** Until when the runner stays. */
  readonly remainingMs: number;
}

/** A segment, and how what it names is known by: the mark before it keeps that, for the day when it is cut off. */
export interface Probed extends Segment {
  /** An SQL expression. */
  readonly probe?: string;
  /** It is of a chain: it leaves nothing in its session. */
  readonly traced?: true;
  /** It has no mark before it: what is kept before the first segment of its chain tells of this one, too. */
  readonly chained?: true;
  /** Of the whole script: its session and its rights are ours again after it, as they were before. */
  readonly quiet?: true;
  readonly resumed?: true;
}

/** The statement that is about to run, and what is known of what it names. */
export interface Mark {
  /** Index in the script, from 0. */
  readonly statement: number;
  /** An SQL expression. Default: NULL. */
  readonly probe?: string;
}

/**
 * The pieces of a step, in order: the intent, each segment with its mark, the row. Pieces may travel in one message or in
 * several; after each piece the journal, or what a chain has left, says exactly what has taken effect.
 *
 * The mark of a segment says in one write that it is done and the next is about to run: the index of the next one's first
 * statement. It commits together with a transaction segment, and right after a statement that commits by itself. The last
 * segment's mark is the row.
 */
export function piecesOf(
  step: Step,
  intent: Intent,
  { segments, frame, begun, handOver = [] }: Course,
  context: MessageContext,
): readonly (readonly Part[])[] {
  const row = [...rowOf(step, intent, context), ...handOver];
  // Nothing but the statements themselves can take the lock away within a chain, and none of those does.
  const markOf = (next: Probed) =>
    next.chained ? [] : [updateStep(context, columnsOf(markBefore(next, step.from), context))];
  // A transaction that is cut off leaves nothing, with its intent or without; what commits by itself must find it on the disk.
  const unflushed = segments[0]?.kind === "transaction" ? asParts(context.dialect.grammar.unflushed) : [];
  const written = () => [gatePart(context), intentPart(intent, markBefore(segments[0], step.from), context)];
  const first = begun ?? entry(context, [...unflushed, ...written()]);
  if (segments.length === 0) return [first, entry(context, row)];
  return [
    first,
    ...(frame.length > 0 ? [transaction(context, asParts(frame))] : []),
    ...segments.flatMap((segment, offset) => {
      const next = segments[offset + 1];
      const mark = next ? markOf(next) : row;
      return segmentPieces(step.resumed && offset === 0 ? { ...segment, resumed: true } : segment, mark, context);
    }),
  ];
}

/** What is to be sent of a script. */
export interface Course {
  readonly segments: readonly Probed[];
  /** What another session must be told before. */
  readonly frame: readonly string[];
  /** What stands in place of an intent: that was written together with the row of the step before. */
  readonly begun?: readonly Part[];
  /** What commits together with the row. */
  readonly handOver?: readonly Part[];
}

/** `from`: where a script without a segment stands. */
export function markBefore(segment: Probed | undefined, from: number): Mark {
  const { first = from, probe } = segment ?? {};
  return { statement: first, ...(probe !== undefined && { probe }) };
}

export function asParts(statements: readonly string[]): readonly Part[] {
  return statements.map((sql) => ({ sql }));
}

function columnsOf({ statement, probe }: Mark, { lock, dialect }: MessageContext): Columns {
  return { statement: dialect.grammar.whileLocked(lock, String(statement)), probe: probe ?? "NULL" };
}

function segmentPieces(segment: Probed, mark: readonly Part[], context: MessageContext): readonly (readonly Part[])[] {
  const { resumed } = segment;
  const said = segment.statements.map(({ sql, index }): Part => ({ sql, index, ...(resumed && { resumed }) }));
  const statements = [...entering(segment, context), ...said];
  const marked = segment.quiet ? mark : own(context, mark);
  if (segment.kind === "transaction") return [transaction(context, [...statements, ...marked])];
  const alone = segment.kind === "implicit" && context.dialect.implicitAlone;
  const recorded = mark.length > 0 ? entry(context, mark) : [];
  return [[...(alone ? statements.map((part) => ({ ...part, alone })) : statements), ...recorded]];
}

/** What is written here stays only if something commits before the transaction's own mark, which takes it back. */
function entering({ kind, unsure, first }: Probed, context: MessageContext): readonly Part[] {
  if (kind !== "transaction" || !unsure) return [];
  return [updateStep(context, columnsOf({ statement: first, probe: context.dialect.grammar.text(TORN) }, context))];
}

type Written = Pick<MessageContext, "dialect">;

/** Parts that commit together, or not at all. */
function transaction({ dialect }: Written, parts: readonly Part[]): readonly Part[] {
  const commits = parts.some(({ index }) => index !== undefined);
  return [{ sql: dialect.grammar.begin }, ...parts, { sql: "COMMIT", ...(commits && { commits }) }];
}

/** The migration may have taken on another role. */
function own({ dialect }: Written, parts: readonly Part[]): readonly Part[] {
  return [...asParts(dialect.grammar.asOurselves), ...parts];
}

/** What is written to the journal by itself. */
export function entry(context: Written, parts: readonly Part[]): readonly Part[] {
  return transaction(context, own(context, parts));
}

/**
 * What an intent begins with. The application's guarded transactions share a lock, which is taken from them while the intent
 * is written: it waits for those that are under way, and everyone after it sees the intent. Its transaction holds nothing
 * else that they could wait for, so there is no deadlock.
 */
export function gatePart({ dialect, tables }: MessageContext): Part {
  return { sql: dialect.grammar.gate(tables.step), gate: true };
}

export function intentPart(intent: Intent, mark: Mark, context: MessageContext): Part {
  const { grammar } = context.dialect;
  const deadline = grammar.fromNow(context.remainingMs);
  const columns = { id: "1", ...intentColumns(intent, mark, context), deadline };
  return { sql: grammar.replace(context.tables.step, "id", columns) };
}

/** All of an intent but its deadline, which is that of the message. */
export function intentColumns(intent: Intent, mark: Mark, context: MessageContext): Columns {
  const { grammar } = context.dialect;
  const texts = Object.entries(intent).map(([column, value]: [string, string | null]) => [column, grammar.text(value)]);
  return {
    ...columnsOf(mark, context),
    ...Object.fromEntries(texts),
    connection: grammar.connectionId,
    startedAt: grammar.now,
    error: "NULL",
  };
}

/**
 * Empties the intent, and inserts or deletes the migration's row: they share a transaction. The intent comes first, because
 * it checks the lock: without that the row may be there already, by whoever has the lock now.
 */
export function rowOf(step: Step, intent: Pick<Intent, "runId" | "bundle">, context: MessageContext): readonly Part[] {
  const removal = withValues(context, ({ tables, dialect: { grammar } }) => ({
    sql: `DELETE FROM ${tables.migration} WHERE ${grammar.name("name")} = ${grammar.text(step.name)}`,
  }));
  if (step.direction === "down") return [emptyStep(context), removal];
  const insertion = withValues(context, (within) => ({ sql: insertRow(step, intent, within) }));
  return [emptyStep(context), ...(step.repeatable ? [removal] : []), insertion];
}

/** Its duration is the age of the intent, of which that much stays. */
function insertRow(step: Step, intent: Pick<Intent, "runId" | "bundle">, context: MessageContext): string {
  const { name, text, now, age } = context.dialect.grammar;
  const values = {
    name: text(step.name),
    createdAt: now,
    updatedAt: now,
    checksum: text(step.checksum),
    normalised: text(step.normalised),
    durationMs: age(name("startedAt")),
    runId: text(intent.runId),
    bundle: text(intent.bundle),
    down: text(storedScript(step.down)),
    repeatable: step.repeatable ? "1" : "0",
    phase: text(step.phase),
  };
  return `INSERT INTO ${context.tables.migration} (${Object.keys(values).map(name).join(", ")})
 SELECT ${Object.values(values).join(", ")} FROM ${context.tables.step} WHERE ${name("id")} = 1`;
}

export function emptyStep(context: MessageContext): Part {
  const nothing = ["name", "direction", "script", "down", "error", "probe"].map((column) => [column, "NULL"]);
  const statement = context.dialect.grammar.whileLocked(context.lock, "0");
  return updateStep(context, { statement, ...Object.fromEntries(nothing) });
}

export function updateStep({ dialect, tables }: MessageContext, values: Columns): Part {
  const { name } = dialect.grammar;
  const assignments = Object.entries(values).map(([column, value]) => `${name(column)} = ${value}`);
  return { sql: `UPDATE ${tables.step} SET ${assignments.join(", ")} WHERE ${name("id")} = 1` };
}

/**
 * Packs the pieces into as few messages as may be, none larger than the limit. A piece that is too large by itself travels
 * statement by statement, inside its own transaction; one with a part that goes alone is a message of its own.
 */
export function messagesOf(pieces: readonly (readonly Part[])[], limitBytes: number): readonly (readonly Part[])[] {
  const messages: Part[][] = [];
  let room = 0;
  for (const piece of pieces) {
    const alone = piece.some((part) => part.alone);
    const split = sizeOf(piece) > limitBytes && !alone;
    for (const parts of split ? piece.map((part) => [part]) : [piece]) {
      const needed = sizeOf(parts);
      if (needed > room || alone) {
        messages.push([]);
        room = limitBytes;
      }
      messages.at(-1)?.push(...parts);
      room = alone ? 0 : room - needed;
    }
  }
  return messages;
}

/** @param said texts of series that stand in the message already; those of these parts are added to it */
export function sizeOf(parts: readonly Part[], said: Set<string> = new Set()): number {
  let sum = 0;
  for (const { sql, values = [], series } of parts) {
    const text = series === undefined ? undefined : textKey(series, sql);
    if (text === undefined || !said.has(text)) sum += Buffer.byteLength(sql) + 3;
    if (text !== undefined) said.add(text);
    for (const value of values) sum += Buffer.byteLength(value ?? "") + 3;
  }
  return sum;
}

/** What is equal for parts of which the server parses one. */
export function textKey(series: number, sql: string): string {
  return `${series} ${sql}`;
}
