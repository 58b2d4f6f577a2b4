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
}

/** Known beforehand: what will be sent to the database, statement by statement. */
export interface SqlScript {
  readonly kind: "sql";
  /** Path of the file relative to the Source, for messages. */
  readonly file: string;
  readonly statements: readonly Statement[];
}

/** Known only by running it. */
export interface CodeScript {
  readonly kind: "code";
  /** Path of the file relative to the Source, for messages. */
  readonly file: string;
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
   * Runs one statement on the connection that holds the lock. `?` placeholders are filled from `values`.
   * @throws the driver's error; let it pass, it is reported with the migration's name.
   */
  query<Row = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface Migration {
  /** File name without its extensions; unique; what the journal stores. */
  readonly name: string;
  /** Hex sha256 of the up part as it lies in the source file, line ends and byte order mark aside. */
  readonly checksum: string;
  /** Hex sha256 of its statements without comments and spacing: equal means that only formatting changed. */
  readonly normalised: string;
  readonly phase: Phase;
  /** False for what a transaction refuses. Without meaning on MySQL, where each DDL statement commits by itself. */
  readonly transaction: boolean;
  readonly up: Script;
  /** Absent: cannot be rolled back. An SQL `down` without statements is a `down` that does nothing. */
  readonly down?: Script;
}
