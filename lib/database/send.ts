import { MigratorError } from "../errors";
import type { Part, Remains, Sent, ServerError } from "./connection";
import { messagesOf } from "./message";
import { ours, type SessionSetup } from "./session";

/** `index`: the script's statement that was refused; without one, `atCommit` tells whether the commit of its statements was. */
export type AllSent =
  | Exclude<Sent, { end: "refused" }>
  | {
      readonly end: "refused";
      readonly error: ServerError;
      readonly index: number | undefined;
      readonly atCommit?: true;
      /** It was still waiting for guarded transactions: nothing was written. */
      readonly atGate?: true;
      /** The last statement of the script that was answered. */
      readonly done: number | undefined;
      readonly remains?: Remains;
    };

/** Sends the pieces of a step, in as few messages as may be. @throws MigratorError `STATEMENT_FAILED` */
export async function sendAll(setup: SessionSetup, pieces: readonly (readonly Part[])[]): Promise<AllSent> {
  const { connection, server, deadline } = setup;
  const known = pieces.map((parts) => without(setup, parts));
  for (const { sql, index } of known.flat()) {
    const error = server.tooLarge(sql);
    if (error && index === undefined) throw unrecordable(error);
    if (error) return { end: "refused", error, index, done: undefined };
  }
  let done: number | undefined;
  for (const message of messagesOf(known, server.messageBytes)) {
    const parts = await whileLocked(setup, message);
    const send = parts[0]?.alone && server.sendAlone ? server.sendAlone : connection.send;
    const sent = await send(parts, deadline);
    const became = outcomeOf(parts, sent, done);
    if (became.end !== "answered") return became;
    done = lastOf(parts) ?? done;
  }
  return { end: "answered", at: 0 };
}

/** What became of these parts of a step. `before`: the last statement of the script that was answered before them. */
export function outcomeOf(parts: readonly Part[], sent: Sent, before: number | undefined): AllSent {
  if (sent.end === "refused")
    return { ...sent, ...placeOf(parts, sent.at), done: lastOf(parts.slice(0, sent.at)) ?? before };
  if (sent.end === "left" || sent.at >= parts.length) return sent;
  return { end: "refused", error: swallowed(), index: parts[sent.at - 1]?.index, done: before };
}

/** Leaves out what this server takes for comments. */
export function without({ server }: Pick<SessionSetup, "server">, parts: readonly Part[]): readonly Part[] {
  return parts.filter(({ index, sql }) => index === undefined || !server.skips(sql));
}

/** The mark that checked the lock for what is at the head of a message came with the message before. */
async function whileLocked(setup: SessionSetup, message: readonly Part[]): Promise<readonly Part[]> {
  const [first] = message;
  if (first?.index === undefined) return message;
  const check = { sql: `SELECT ${setup.dialect.grammar.whileLocked(setup.lock, "0")}` };
  if (!first.alone) return [check, ...message];
  await ours(setup, [check]);
  return message;
}

function lastOf(parts: readonly Part[]): number | undefined {
  return parts.findLast(({ index }) => index !== undefined)?.index;
}

type RefusedAt = Pick<Extract<AllSent, { end: "refused" }>, "index" | "atCommit" | "atGate">;

function placeOf(parts: readonly Part[], at: number): RefusedAt {
  const { index, commits, gate } = parts[at] ?? {};
  return { index, ...(commits && { atCommit: commits }), ...(gate && { atGate: gate }) };
}

/** Of a statement of ours, which holds all of the migration's. Nothing has been sent. */
function unrecordable({ message }: ServerError): MigratorError {
  return new MigratorError("STATEMENT_FAILED", `The migration is too large to be recorded. ${message}`, {
    advice: "Divide it into several migrations, or raise max_allowed_packet.",
  });
}

/** An open comment or string takes everything behind it along; the server says nothing. */
function swallowed(): ServerError {
  return Object.assign(new Error("The statement swallows those behind it: a comment or a string in it never ends."), {
    code: "UNTERMINATED_STATEMENT",
  });
}
