/** Name of a table that is not ours. */
export interface TableName {
  /** Absent: where the journal is. */
  readonly schema?: string;
  readonly table: string;
}

export interface ForeignColumn {
  readonly name: string;
  /** As the server's catalogue calls it. */
  readonly type: string;
}

/** A table of another tool's, as the server's catalogue describes it. */
export interface ForeignTable {
  readonly database: string;
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly ForeignColumn[];
}

/** By column. Everything is text, as the server writes it; a time is ISO 8601 in UTC. */
export type ForeignRow = Readonly<Record<string, string | null>>;
