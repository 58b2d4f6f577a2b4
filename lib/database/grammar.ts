import type { Expected } from "./state";

/**
 * How our own SQL is written in one dialect. It runs between the statements of migrations, so nothing in it may depend on
 * what they have set in the session.
 */
export interface Grammar {
  /** Quotes an identifier. */
  name(identifier: string): string;
  /** A literal; NULL for what is absent. */
  text(value: string | null | undefined): string;
  /** The time now, and as many milliseconds later. */
  readonly now: string;
  fromNow(milliseconds: number): string;
  /** How long ago the time in a column was, in milliseconds. */
  age(column: string): string;
  /** The time in a column as ISO 8601 in UTC, with microseconds and without a zone. */
  iso(column: string): string;
  /** A time that was given as ISO 8601 in UTC. */
  time(iso: string): string;
  /** This connection's id. */
  readonly connectionId: string;
  /**
   * Waits until no guarded transaction is under way, and lets none begin before this transaction ends.
   * @param step the table `migration_step`, qualified and quoted
   */
  gate(step: string): string;
  /** Starts a transaction that may write. */
  readonly begin: string;
  /**
   * Lets a transaction that has begun commit without waiting for the disk; it is durable no later than the next one that waits.
   */
  readonly unflushed: readonly string[];
  /** Puts the session's own rights back until the transaction ends, so that the journal can be written. */
  readonly asOurselves: readonly string[];
  /** What ends whatever a statement that failed has left open. */
  readonly afterFailure: readonly string[];
  /** 1 when the lock was taken. */
  tryLock(lock: string): string;
  unlock(lock: string): string;
  /** The connection that holds the lock, or NULL. */
  holder(lock: string): string;
  /**
   * Evaluates to `value`, an integer, while this connection holds the lock; otherwise the statement fails, and with it the
   * rest of its message.
   */
  whileLocked(lock: string, value: string): string;
  /** Inserts a row, or replaces the one that has the same key. */
  replace(table: string, key: string, values: Columns): string;
  /** Inserts a row, or updates the one that has the same key. */
  upsert(table: string, key: string, row: { readonly insert: Columns; readonly update: Columns }): string;
  /**
   * Statements that remember, until their message ends, whether a table of ours has the rows that are expected of it; where no
   * sum is expected, also the sum of those that it has at that moment.
   */
  remember(table: string, expected: Expected): readonly string[];
  /** What they remember: 1 or 0. */
  readonly remembered: string;
  /** The sum, in decimal; always as long, so that answers are. */
  readonly rememberedSum: string;
  /**
   * Statements that let the server end the session of the connection with this id when it idles for a minute, where it can do that.
   * A session with another id is one that a pooler lends: the limit would stay in it, for whoever gets it next.
   */
  endIdle(id: number): readonly string[];
  /** 1 where it can, and the session has this id. */
  endsIdle(id: number): string;
  /** 1 where the server takes no writes. */
  readonly readOnly: string;
  /** Names and columns of those of these tables that are there: rows of `table` and `column`. */
  columns(schema: string, tables: readonly string[]): string;
}

/** Expressions by column. */
export type Columns = Readonly<Record<string, string>>;
