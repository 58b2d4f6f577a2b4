import type { Log } from "./log";

export type Direction = "up" | "down";

/** `pre` runs before the new code goes live (additive), `post` after it (destructive). */
export type Phase = "pre" | "post";

export type DialectName = "mysql" | "postgres";

/** One SQL statement as it stands in its file, without its delimiter. */
export interface Statement {
  readonly sql: string;
  /** Line in the file on which the statement begins, counted from 1. */
  readonly line: number;
  /** Path of its file relative to the Source, where that is not the script's: a folder of files may be one script. */
  readonly file?: string;
}

/** Known beforehand: what will be sent to the database, statement by statement. */
export interface SqlScript {
  readonly kind: "sql";
  /** Path of the file relative to the Source, for messages. */
  readonly file: string;
  readonly statements: readonly Statement[];
  /** Asks not to be run in one transaction. Without meaning on MySQL, where each DDL statement commits by itself. */
  readonly transaction?: false;
}

/** Known only by running it. */
export interface CodeScript {
  readonly kind: "code";
  /** Path of the file relative to the Source, for messages. */
  readonly file: string;
  /** As of an SqlScript. */
  readonly transaction?: false;
  /** Called with umzug's one argument. */
  run(params: CodeParams): Promise<unknown>;
}

export type Script = SqlScript | CodeScript;

export interface CodeParams {
  readonly name: string;
  readonly context: Context;
}

/** What a TypeScript or JavaScript migration may use. */
export interface Context {
  readonly dialect: DialectName;
  readonly log: Log;
  /**
   * Runs one statement on the connection that holds the lock. `values` fill its placeholders: `?` on MySQL, `$1` on PostgreSQL.
   * @throws the driver's error; let it pass, it is reported with the migration's name.
   */
  query<Row = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** As `query`, and tells what a statement without rows has done. */
  execute<Row = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Result<Row>>;
  /** What the last `checkpoint` before this call was given; `undefined` where there was none. */
  readonly state: unknown;
  /**
   * Commits what was done so far. When the migration is begun again, that is with `state`, and it must not do again what came
   * before. Does not return when there is no time for as much again: the next call goes on. `state`: JSON, dates and bigints too.
   */
  checkpoint(state: unknown): Promise<void>;
  /**
   * Walks a table in the order of a key that is unique and never NULL, a range of rows at a time: the work of a range, and how
   * far it has come, are one transaction. Goes on where it was cut off, by as many calls as it takes. On PostgreSQL only in a
   * migration that asks for no transaction.
   */
  batch(batch: BatchOptions, work: (range: BatchRange) => Promise<unknown>): Promise<BatchResult>;
}

export interface BatchOptions {
  /** A table, or `schema.table`. */
  readonly table: string;
  readonly key: string;
  /** Rows in a range; default 1000. */
  readonly size?: number;
  /** A condition in SQL that the rows meet. */
  readonly where?: string;
  /** The value of the key to begin with. */
  readonly from?: unknown;
}

/** Some rows that follow one another; `from` and `to` are the keys of the first and the last of them. */
export interface BatchRange<Key = unknown> {
  readonly from: Key;
  readonly to: Key;
  readonly rows: number;
}

export interface BatchResult {
  /** How many ranges there were, those of earlier calls among them. */
  readonly batches: number;
}

export interface Result<Row = Record<string, unknown>> {
  readonly rows: Row[];
  /** Rows that were inserted, changed or deleted; 0 where the server says nothing of it. */
  readonly affectedRows: number;
  /** MySQL only: the first AUTO_INCREMENT value that the statement made. */
  readonly insertId?: number;
}

/** Checksums of a file as other tools make them. */
export interface SourceSums {
  /** Hex sha256 of its bytes: as it lies, with LF and with CRLF for line ends; each once. */
  readonly sha256: readonly string[];
  /** CRC32 of its lines without their ends, as a signed number. */
  readonly crc32: number;
}

export interface Migration {
  /** File name without its extensions; unique; what the journal stores. */
  readonly name: string;
  /** Hex sha256 of the up part as it lies in the source file, line ends and byte order mark aside. */
  readonly checksum: string;
  /** Hex sha256 of its statements without comments and spacing: equal means that only formatting changed. */
  readonly normalised: string;
  /** Of the one SQL file that its up part is; absent where it is another thing. */
  readonly source?: SourceSums;
  readonly phase: Phase;
  /** Run again, after all others, whenever its checksum is no longer what was applied. Absent: run once. */
  readonly repeatable?: true;
  readonly up: Script;
  /** Absent: cannot be rolled back. An SQL `down` without statements is a `down` that does nothing. */
  readonly down?: Script;
}
