import type { Segment, Step } from "./database";
import { type Intent, storedScript } from "./journal";
import { age, fromNow, text, whileLocked } from "./mysql-text";

/** One statement of a message, and which of the script's it is; ours have no index. */
export interface Part {
  readonly sql: string;
  /** Index in the script, from 0. */
  readonly index?: number;
}

/** Quoted, qualified names of the journal's tables, the lock's name, and until when the runner stays. */
export interface MessageContext {
  readonly migration: string;
  readonly step: string;
  readonly run: string;
  readonly lock: string;
  readonly remainingMs: number;
}

const BEGIN: Part = { sql: "START TRANSACTION" };
const COMMIT: Part = { sql: "COMMIT" };

/**
 * The pieces of a step, in order: the intent, each segment with its mark, the row. Pieces may travel in one message or in
 * several; after each piece the journal says exactly what has taken effect.
 *
 * The mark of a segment says in one write that it is done and the next is about to run: the index of the next one's first
 * statement. It commits together with a transaction segment, and right after a statement that commits by itself. The last
 * segment's mark is the row.
 */
export function piecesOf(
  step: Step,
  intent: Intent,
  segments: readonly Segment[],
  context: MessageContext,
): readonly (readonly Part[])[] {
  const row = rowOf(step, intent, context);
  const first = [BEGIN, intentPart(intent, step.from, context), COMMIT];
  if (segments.length === 0) return [first, [BEGIN, ...row, COMMIT]];
  return [
    first,
    ...segments.map((segment, offset) => {
      const last = offset === segments.length - 1;
      const mark = last ? row : [markPart(segment.first + segment.count, context)];
      return segment.kind === "transaction"
        ? [BEGIN, ...segment.statements.map(asPart), ...mark, COMMIT]
        : [...segment.statements.map(asPart), BEGIN, ...mark, COMMIT];
    }),
  ];
}

function asPart(statement: Segment["statements"][number]): Part {
  return { sql: statement.sql, index: statement.index };
}

/** Replaces the one row of the table, so that it need not have been there. */
export function intentPart(intent: Intent, statement: number, context: MessageContext): Part {
  const columns = Object.keys(intent).map((column) => `\`${column}\``);
  const values = Object.values(intent).map((value: string | null) => text(value));
  return {
    sql: `REPLACE INTO ${context.step} (\`id\`, \`statement\`, ${columns.join(", ")}, \`connection\`, \`startedAt\`, \`deadline\`)
 VALUES (1, ${whileLocked(context.lock, String(statement))}, ${values.join(", ")}, CONNECTION_ID(), UTC_TIMESTAMP(6), ${fromNow(context.remainingMs)})`,
  };
}

function markPart(statement: number, context: MessageContext): Part {
  return {
    sql: `UPDATE ${context.step} SET \`statement\` = ${whileLocked(context.lock, String(statement))} WHERE \`id\` = 1`,
  };
}

/** Inserts or deletes the migration's row and empties the intent, which checks the lock for both: they share a transaction. */
export function rowOf(step: Step, intent: Pick<Intent, "runId" | "bundle">, context: MessageContext): readonly Part[] {
  const row =
    step.direction === "down"
      ? `DELETE FROM ${context.migration} WHERE \`name\` = ${text(step.name)}`
      : `INSERT INTO ${context.migration} (\`name\`, \`createdAt\`, \`updatedAt\`, \`checksum\`, \`normalised\`, \`durationMs\`, \`runId\`, \`bundle\`, \`down\`)
 SELECT ${text(step.name)}, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), ${text(step.checksum)}, ${text(step.normalised)},
 ${age("`startedAt`")}, ${text(intent.runId)}, ${text(intent.bundle)}, ${text(storedScript(step.down))} FROM ${context.step} WHERE \`id\` = 1`;
  return [{ sql: row }, emptyStep(context)];
}

export function emptyStep(context: MessageContext): Part {
  const sql = `UPDATE ${context.step} SET \`statement\` = ${whileLocked(context.lock, "0")}, \`name\` = NULL, \`direction\` = NULL, \`script\` = NULL,
 \`down\` = NULL, \`error\` = NULL WHERE \`id\` = 1`;
  return { sql };
}

/**
 * Packs the pieces into as few messages as the server's packet limit allows. A piece that is too large by itself travels
 * statement by statement, inside its own transaction.
 */
export function messagesOf(pieces: readonly (readonly Part[])[], limitBytes: number): readonly (readonly Part[])[] {
  const messages: Part[][] = [];
  let room = 0;
  for (const piece of pieces) {
    const size = piece.reduce((sum, part) => sum + bytes(part), 0);
    for (const parts of size > limitBytes ? piece.map((part) => [part]) : [piece]) {
      const needed = parts.reduce((sum, part) => sum + bytes(part), 0);
      if (needed > room) {
        messages.push([]);
        room = limitBytes;
      }
      messages.at(-1)?.push(...parts);
      room -= needed;
    }
  }
  return messages;
}

function bytes(part: Part): number {
  return Buffer.byteLength(part.sql) + 3;
}
