import type { QueryError } from "mysql2";
import type { Sent } from "./mysql-connection";
import { messagesOf, type Part } from "./mysql-message";
import { reset, type SessionSetup } from "./mysql-setup";
import { isCommentFor } from "./mysql-version";

/** Room in a packet for the protocol's own bytes. */
const PACKET_RESERVE = 4_096;

type AllSent =
  | Exclude<Sent, { end: "refused" }>
  | { readonly end: "refused"; readonly error: QueryError; readonly index: number | undefined };

/** Sends the pieces of a step, in as few messages as may be. `index`: the script's statement that was refused. */
export async function sendAll(setup: SessionSetup, pieces: readonly (readonly Part[])[]): Promise<AllSent> {
  const limit = setup.packetBytes - PACKET_RESERVE;
  const known = pieces.map((parts) =>
    parts.filter(({ index, sql }) => index === undefined || !isCommentFor(setup.version, sql)),
  );
  const large = known.flat().find(({ sql }) => Buffer.byteLength(sql) > limit);
  if (large) return { end: "refused", error: tooLarge(setup.packetBytes), index: large.index };
  const messages = messagesOf([reset(setup), ...known], limit);
  for (const parts of messages) {
    const sent = await setup.connection.send(parts, setup.deadline);
    if (sent.end === "left") return sent;
    if (sent.end === "refused") return { ...sent, index: parts[sent.at]?.index };
    if (sent.at < parts.length) return { end: "refused", error: swallowed(), index: parts[sent.at - 1]?.index };
  }
  return { end: "answered", at: 0 };
}

/** An open comment or string takes everything behind it along; the server says nothing. */
function swallowed(): QueryError {
  return Object.assign(new Error("The statement swallows those behind it: a comment or a string in it never ends."), {
    code: "UNTERMINATED_STATEMENT",
    fatal: false,
  });
}

/** The server would close the connection on it. */
function tooLarge(packetBytes: number): QueryError {
  return Object.assign(
    new Error(`The statement is larger than the server accepts: max_allowed_packet is ${packetBytes} bytes.`),
    {
      code: "ER_NET_PACKET_TOO_LARGE",
      fatal: false,
    },
  );
}
