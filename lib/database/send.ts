import type { Part, Sent, ServerError } from "./connection";
import { messagesOf } from "./message";
import type { SessionSetup } from "./session";

/** `index`: the script's statement that was refused; without one, `atCommit` tells whether the commit of its statements was. */
type AllSent =
  | Exclude<Sent, { end: "refused" }>
  | {
      readonly end: "refused";
      readonly error: ServerError;
      readonly index: number | undefined;
      readonly atCommit?: true;
    };

/** Sends the pieces of a step, in as few messages as may be. */
export async function sendAll(setup: SessionSetup, pieces: readonly (readonly Part[])[]): Promise<AllSent> {
  const { connection, server, deadline, dialect } = setup;
  const known = pieces.map((parts) => parts.filter(({ index, sql }) => index === undefined || !server.skips(sql)));
  for (const { sql, index } of known.flat()) {
    const error = server.tooLarge(sql);
    if (error) return { end: "refused", error, index };
  }
  const messages = messagesOf([dialect.reset(setup), ...known], server.messageBytes);
  for (const parts of messages) {
    const send = parts[0]?.alone && server.sendAlone ? server.sendAlone : connection.send;
    const sent = await send(parts, deadline);
    if (sent.end === "left") return sent;
    if (sent.end === "refused") return { ...sent, ...placeOf(parts, sent.at) };
    if (sent.at < parts.length) return { end: "refused", error: swallowed(), index: parts[sent.at - 1]?.index };
  }
  return { end: "answered", at: 0 };
}

function placeOf(parts: readonly Part[], at: number): { readonly index: number | undefined; readonly atCommit?: true } {
  const refused = parts[at];
  const ofScript = parts.slice(0, at).some(({ index }) => index !== undefined);
  return { index: refused?.index, ...(refused?.commits && ofScript && { atCommit: true as const }) };
}

/** An open comment or string takes everything behind it along; the server says nothing. */
function swallowed(): ServerError {
  return Object.assign(new Error("The statement swallows those behind it: a comment or a string in it never ends."), {
    code: "UNTERMINATED_STATEMENT",
  });
}
