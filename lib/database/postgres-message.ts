import type { Submittable } from "pg";
import type { Part, ServerError } from "./connection";
import { readCopy } from "./postgres-copy";
import { type PipelineWire, sendData, sendPipeline } from "./postgres-pipeline";

/** What `pg` tells the query that is under way; @types/pg declares only `submit`. */
interface Message {
  submit(wire: Wire): void;
  handleRowDescription(): void;
  handleDataRow(): void;
  handlePortalSuspended(): void;
  handleEmptyQuery(): void;
  handleCommandComplete(): void;
  handleCopyInResponse(): void;
  handleCopyData(): void;
  handleError(error: ServerError): void;
  handleReadyForQuery(): void;
}

/** The part of pg's Connection that speaks the protocol: https://www.postgresql.org/docs/current/protocol-flow.html */
interface Wire extends PipelineWire {
  query(text: string): void;
}

interface Answers {
  /** So many parts were answered so far. */
  readonly heard: ((count: number) => void) | undefined;
  /** All parts were answered. */
  answered(count: number): void;
  /** `at`: index of the part that was refused. */
  refused(at: number, error: ServerError): void;
}

/** A statement may end in a line comment: the delimiter needs a line of its own. */
const DELIMITER = "\n;\n";

/**
 * Parts as one message: the server runs it to its end, or to the first error, whether or not anybody is left to listen. One of
 * several steps is a pipeline: a mistake in the last one must not refuse the first, and each is told of when it is done.
 */
export function createMessage(parts: readonly Part[], answers: Answers): Submittable {
  const copies = parts.map(({ sql }) => readCopy(sql));
  const commands = parts.map(({ sql }, index) => copies[index]?.command ?? sql);
  let at = 0;
  let refused = false;
  const ignore = () => undefined;
  const submit = (wire: Wire) => {
    if (parts.some(({ alone, starts }) => alone || starts)) return sendPipeline(wire, parts, copies);
    wire.query(commands.join(DELIMITER));
    for (const copy of copies) sendData(wire, copy);
  };
  const message: Message = {
    submit,
    handleRowDescription: ignore,
    handleDataRow: ignore,
    handlePortalSuspended: ignore,
    handleEmptyQuery: ignore,
    handleCopyData: ignore,
    handleCommandComplete: () => {
      at += 1;
      answers.heard?.(at);
    },
    handleCopyInResponse: ignore,
    handleError: (error) => {
      refused = true;
      answers.refused(placeOf(commands, at, error), error);
    },
    handleReadyForQuery: () => {
      if (!refused) answers.answered(at);
    },
  };
  return message as unknown as Submittable;
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
