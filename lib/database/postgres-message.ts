import type { Submittable, Connection as Wire } from "pg";
import type { Part, ServerError } from "./connection";
import { readCopy } from "./postgres-copy";

/** What `pg` tells the query that is under way; @types/pg declares only `submit`. */
interface Message extends Submittable {
  handleRowDescription(): void;
  handleDataRow(): void;
  handlePortalSuspended(): void;
  handleEmptyQuery(): void;
  handleCommandComplete(): void;
  handleCopyInResponse(wire: CopyWire): void;
  handleCopyData(): void;
  handleError(error: ServerError): void;
  handleReadyForQuery(): void;
}

interface CopyWire {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

interface Answers {
  /** All parts were answered. */
  answered(count: number): void;
  /** `at`: index of the part that was refused. */
  refused(at: number, error: ServerError): void;
}

/** A statement may end in a line comment: the delimiter needs a line of its own. */
const DELIMITER = "\n;\n";

/** Parts as one simple query: the server runs it to its end, or to the first error, whether or not anybody is left to listen. */
export function createMessage(parts: readonly Part[], answers: Answers): Message {
  const copies = parts.map(({ sql }) => readCopy(sql));
  const commands = parts.map(({ sql }, index) => copies[index]?.command ?? sql);
  let at = 0;
  let refused = false;
  const ignore = () => undefined;
  return {
    submit: (wire: Wire) => (wire as unknown as { query(text: string): void }).query(commands.join(DELIMITER)),
    handleRowDescription: ignore,
    handleDataRow: ignore,
    handlePortalSuspended: ignore,
    handleEmptyQuery: ignore,
    handleCopyData: ignore,
    handleCommandComplete: () => {
      at += 1;
    },
    handleCopyInResponse: (wire) => {
      wire.sendCopyFromChunk(Buffer.from(copies[at]?.data ?? "", "utf8"));
      wire.endCopyFrom();
    },
    handleError: (error) => {
      refused = true;
      answers.refused(placeOf(commands, at, error), error);
    },
    handleReadyForQuery: () => {
      if (!refused) answers.answered(at);
    },
  };
}

/** The whole message is parsed before any of it runs, so a syntax error stands where its position says. */
function placeOf(commands: readonly string[], answered: number, error: ServerError): number {
  const { position } = error as ServerError & { readonly position?: string };
  if (answered > 0 || position === undefined) return answered;
  // Counted in characters; a string counts those beyond the basic plane twice.
  let left = Number(position) - 1;
  const found = commands.findIndex((command) => {
    left -= [...command].length + DELIMITER.length;
    return left < 0;
  });
  return found < 0 ? answered : found;
}
