import type { Result } from "../migration";
import type { Deadline } from "./database";

/** One statement of a message, and which of the script's it is; ours have no index. */
export interface Part {
  readonly sql: string;
  /** What stands beside the text, in the order of its parameters. */
  readonly values?: readonly (string | null)[];
  /** Parts of one message that have the same text and the same number here may be parsed once for all of them. */
  readonly series?: number;
  /** Index in the script, from 0. */
  readonly index?: number;
  /** Refused by the server inside a transaction, and in a message whose statements are one text. */
  readonly alone?: true;
  /** It was begun before, by a run that did not finish it. */
  readonly resumed?: true;
  /** Waits for the application's guarded transactions. */
  readonly gate?: true;
  /** Commits statements of the script. */
  readonly commits?: true;
  /** Refused where the step was not begun: nothing of it has run. */
  readonly starts?: true;
}

/** Statements of ours that are sent with one of a migration. */
export interface Around {
  readonly before: readonly string[];
  readonly after?: readonly string[];
}

/** A statement that the server refused, as the driver tells it. */
export interface ServerError extends Error {
  readonly code: string;
  /** It was one of ours, sent with the statement. Default: the statement itself. */
  readonly around?: keyof Around;
}

/** What became of a message. `at`: how many of its parts were answered, and so the index of the one that was refused. */
export type Sent =
  | { readonly end: "answered"; readonly at: number }
  /** `remains`: whether it has left something behind that stands in the way of another try. Default: no. */
  | { readonly end: "refused"; readonly at: number; readonly error: ServerError; readonly remains?: Remains }
  | { readonly end: "left" };

export type Remains = "yes" | "perhaps";

/** One connection to a server. What is lost with it is a MigratorError `CONNECTION_LOST`, anything else the driver's error. */
export interface Connection {
  /** Its id as the handshake announced it: the server's own, or that of whoever stands in between. */
  readonly announcedId?: number;
  /** One statement of ours, or several: then one list of rows per statement. */
  query<T>(sql: string): Promise<T>;
  /** One statement of a migration in code, with statements of ours around it; in one message where the protocol allows that. */
  execute<Row>(sql: string, values?: readonly unknown[], around?: Around): Promise<Result<Row>>;
  /**
   * Sends the parts as one message and stays until it is answered or the time is up. `heard` is told meanwhile how many of
   * the parts are answered, where the server says so before the message ends.
   */
  send(parts: readonly Part[], deadline: Deadline, heard?: (count: number) => void): Promise<Sent>;
  /** True while a statement is under way. */
  busy(): boolean;
  /** Idle from now on, it keeps the process from ending no longer. */
  rest(): void;
  /** The opposite of `rest`. */
  use(): void;
  close(): Promise<void>;
  /** Closes the socket at once; the server finishes the message that it has. */
  destroy(): void;
}
