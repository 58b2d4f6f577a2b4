import type { Logins } from "../login";
import type { DialectName, SqlScript, Statement } from "../migration";
import type { Connection, Part, ServerError } from "./connection";
import type { Deadline, Segment } from "./database";
import type { Effect, Extent } from "./effect";
import type { Frame } from "./frame";
import type { Grammar } from "./grammar";
import type { JournalTables } from "./journal";

/** Everything in which one dialect differs from another; the rest of this folder is the same for all of them. */
export interface Dialect {
  readonly name: DialectName;
  readonly grammar: Grammar;
  /** @throws MigratorError `UNREACHABLE`, `ACCESS_DENIED` */
  connect(logins: Logins, deadline: Deadline): Promise<{ readonly connection: Connection; readonly database: string }>;
  /** A statement that gives the `name` of every database that is not the server's own. */
  readonly databases: string;
  /** Where the journal is, and what the lock is called. */
  place(database: string): Place;
  /** Whether there is such a place at all, when none of our tables is in it. @throws MigratorError `INVALID_SETTINGS` */
  find(connection: Connection, place: Place): Promise<void>;
  /** A statement that asks what is to be known before anything is changed. */
  readonly facts: string;
  /** What its row says. @throws MigratorError `READ_ONLY` */
  server(facts: Facts | undefined, connection: Connection): Server;
  /** Makes ready to change something; the server refuses it where it takes no writes. */
  readying(place: Place): readonly Part[];
  /** Keeps the connection from being taken for one whose process has vanished. */
  readonly ping: string;
  /** Puts the session back to what every migration may expect, whatever the one before has set. */
  reset(place: Place): readonly Part[];
  /** What makes the tables; each statement does nothing where its table is there. The first table that is read comes last. */
  createTables(tables: JournalTables): readonly string[];
  /** How the tables are declared; what is `ADDED` is added by these. */
  readonly added: Readonly<Record<string, string>>;
  /** What else brings an older table up to date. */
  updateTables(tables: JournalTables): readonly string[];
  segments(script: SqlScript, from: number): readonly Segment[];
  /** What another session must be told before the script goes on at a statement, and what it cannot be told. */
  frame(script: SqlScript, from: number): Frame;
  /** What takes away what a script has left in its session and `reset` does not. */
  leftBy(script: SqlScript): readonly Leftover[];
  /** How to find out whether this statement of a script, which commits by itself, has taken effect. */
  effect(script: SqlScript, index: number, place: Place): Effect | undefined;
  /**
   * How many statements of a script, from this one on, need no marks between them: each commits by itself and leaves a trace of
   * its own, and the traces that are there tell how many of them have taken effect. 0 where this one leaves none.
   */
  chain(script: SqlScript, from: number, place: Place): number;
  /**
   * The traces of a chain, which changes nothing in its session: an SQL expression that gives a digit for each of its statements, 1 where things are as it leaves
   * them. Undefined where the script, as the journal has kept it, does not say what they are.
   */
  traces(script: SqlScript, chain: Extent, place: Place): string | undefined;
  /** As `traces`, before the chain: what is on a table that the chain itself begins with is not looked for. */
  tracesBefore(script: SqlScript, chain: Extent, place: Place): string | undefined;
  /** A condition, as SQL: one statement of this server's takes effect wholly or not at all, even when the server dies. */
  readonly atomicDdl: string;
  /** Whether a script changes nothing in its session, neither its settings nor whose rights it has, nor what it has prepared. */
  quiet(script: SqlScript): boolean;
  /** Why a script does not commit as a whole, although it might be thought to; a sentence's end. */
  remark(script: SqlScript): string | undefined;
  /** The statement that begins a transaction which the script never ends. */
  unended(script: SqlScript): Statement | undefined;
  /** How a statement of a migration in code meets transactions. */
  manner(sql: string): Manner;
  /** Whether doing a statement that commits by itself once more is harmless where it is not known whether it was done. */
  repeatable(sql: string): boolean;
  /** Makes the session's last AUTO_INCREMENT value this one, as it was on another session. */
  readonly restoreInsertId?: (id: number) => string;
  /** Whether a migration in code runs in one transaction unless it asks not to. */
  readonly atomicCode: boolean;
  /** Whether a statement that commits by itself is refused in a message that holds more. */
  readonly implicitAlone: boolean;
  readonly errors: Errors;
}

export interface Leftover {
  readonly sql: string;
  /** The server may refuse it, and then there is nothing to be taken away. */
  readonly refusable?: true;
}

/**
 * How a step is begun in the transaction that ends the one before it in the same message. It waits for nobody: that transaction
 * may hold rows which a guarded transaction waits for.
 */
export interface Relay {
  /** How large a message of several steps becomes, at most. */
  readonly bytes: number;
  /** How a text names the value at this place, from 1, that stands beside it. Default: values are literals in the text. */
  parameter?(place: number): string;
  /** Says, at the head of a message, for how long steps may be begun in it. */
  until(milliseconds: number): readonly string[];
  /** Takes the gate for a step, where it is free and there is time. */
  take(number: number, place: RelayPlace): readonly string[];
  /** A condition, as SQL: it was taken for this step. May itself be what takes it. */
  taken(number: number, place: RelayPlace): string;
  /** Fails, and ends the message with it, unless this step was begun and the lock is held. */
  start(number: number, place: RelayPlace): string;
}

/** Beside it a `number` says which step of the message it is, from 1. */
export type RelayPlace = Pick<Place, "tables" | "lock">;

/**
 * - `joins`: becomes part of the transaction around it.
 * - `implicit`: commits what stands before it, and itself.
 * - `unsure`: may do so, or not.
 * - `outside`: refused inside a transaction.
 * - `session`: changes the session only, and can be sent to another one as well.
 * - `rewind`: undoes a part of the transaction.
 */
export type Manner =
  | "joins"
  | "implicit"
  | "unsure"
  | "outside"
  | "session"
  | "begin"
  | "commit"
  | "rollback"
  | "rewind"
  | "lock"
  | "unlock"
  | "refused";

export interface Place {
  /** Name of the database that is migrated. */
  readonly database: string;
  /** What holds the journal's tables: a schema; in MySQL the database itself. */
  readonly schema: string;
  /** Qualified and quoted, as our statements use them. */
  readonly tables: JournalTables;
  /** As in the settings, for messages and the server's catalogue. */
  readonly plainTables: JournalTables;
  readonly lock: string;
}

/** What the server says of itself and of this connection. */
export interface Facts {
  readonly id: number;
  readonly readOnly: number | boolean;
  /** PostgreSQL's. */
  readonly watched?: boolean;
  /** MySQL's, as the next one. */
  readonly packetBytes?: number;
  readonly version?: string;
}

/** What is known of the server once it was asked. */
export interface Server {
  /** This connection's id. */
  readonly id: number;
  /** Other code runs beside the statements of a script, whatever they are, and may do anything to the session. */
  readonly watched?: true;
  /** How large a message may become. */
  readonly messageBytes: number;
  /** Whether it takes the whole statement for a comment. */
  skips(sql: string): boolean;
  /** Why it would close the connection on this statement. */
  tooLarge(sql: string): ServerError | undefined;
  /** Default: every step is a message of its own. */
  readonly relay?: Relay;
  /** Sends a statement that goes alone, and clears away what it leaves behind where it fails. Default: just sends it. */
  readonly sendAlone?: Connection["send"];
}

/**
 * - `contention`: a lock wait or a deadlock; nothing of the statement took effect, and later it may well succeed.
 * - `lock-check`: how a statement of ours fails when the lock is not held.
 * - `unreadable`: a table or a column of the journal is missing.
 * - `denied`: a privilege is missing.
 * - `read-only`: the server takes no writes.
 * - `read-only-transaction`: the transaction takes none, because a migration has said so.
 */
export type ErrorKind =
  | "contention"
  | "lock-check"
  | "unreadable"
  | "denied"
  | "read-only"
  | "read-only-transaction"
  | "other";

export interface Errors {
  /** Whether this is the server's refusal of a statement, as opposed to an error of our own. */
  isServerError(error: unknown): error is ServerError;
  kindOf(error: ServerError): ErrorKind;
  /** What the server says of a statement, on one line and masked. */
  wordsOf(error: ServerError): string;
}
