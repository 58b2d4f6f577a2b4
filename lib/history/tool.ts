import type { ForeignRow, ForeignTable } from "../foreign";
import type { DialectName } from "../migration";

/**
 * What a row says of its migration. `ignored`: nothing. `blocked`: the tool stopped half way, or failed. Of several rows for
 * one migration the last that is applied or undone decides.
 */
export type RowState = "applied" | "undone" | "ignored" | "blocked";

/** How a checksum is made of a file. */
export type Sum = "sha256" | "crc32";

/**
 * Another tool for migrations: how its history is recognised, read, locked and understood.
 *
 * To add one: its name in `command.ts`, its record here, and a line in docs/adopt.md.
 */
export interface Tool {
  /** As its makers write it. */
  readonly title: string;
  /** What it calls its table by default. */
  readonly tables: readonly string[];
  /** Where that table lies on PostgreSQL, if not in the schema of the migrations. */
  readonly schema?: string;
  /** Columns that tell its table from another tool's of the same name. */
  readonly has: readonly string[];
  readonly lacks?: readonly string[];
  /** Further columns that are read where they are there. All columns that are read are kept and shown. */
  readonly reads?: readonly string[];
  /** The column that rises in the order of application. Absent: that order is not known. */
  readonly order?: string;
  /** The column that holds the time of application. Absent: it is not known. */
  readonly appliedAt?: string;
  /** Default: `applied`. */
  state?(row: ForeignRow): RowState;
  /** What names a row's migration; undefined for a row that names none. Equal to the `keyOfName` of its file. */
  keyOfRow(row: ForeignRow): string | undefined;
  keyOfName(name: string): string | undefined;
  /** The version up to which a row says that everything is applied, whether it has a row or not. */
  upTo?(row: ForeignRow): string | undefined;
  /** Where a row keeps its file's checksum, and how that is made. */
  readonly checksum?: { readonly column: string; readonly sum: Sum };
  /** The lock that it holds while it works: a name on MySQL, a number in decimal on PostgreSQL. */
  lock?(table: ForeignTable, dialect: DialectName): string | undefined;
  /** A table whose rows say whether it is at work. */
  readonly beside?: Beside;
  /** What puts right a history that is blocked. */
  readonly remedy?: string;
}

export interface Beside {
  table(history: string): string;
  readonly has: readonly string[];
  blocked(row: ForeignRow): boolean;
}

/** However the server writes it. */
export function isTrue(value: string | null | undefined): boolean {
  return ["1", "true", "t"].includes(value ?? "");
}
