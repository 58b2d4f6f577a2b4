import type { DialectName } from "../migration";
import type { Problem } from "../report";
import type { CodeEntry, SqlEntry } from "./bundle";
import type { CodeFormat } from "./code-format";

/** Whose files they are. `native` is our own, and what `umzug` reads is part of it. */
export type FormatName =
  | "native"
  | "golang-migrate"
  | "dbmate"
  | "goose"
  | "flyway"
  | "prisma"
  | "drizzle"
  | CodeFormat;

/** A folder with all that lies below it, read. */
export interface Folder {
  /** Relative to the folder, `/` between their parts. One that ends with `/` is a folder without a file. */
  readonly files: readonly string[];
  /** Undefined: no text in UTF-8. */
  text(file: string): string | undefined;
}

/** A TypeScript or JavaScript migration that is not loaded yet. */
export type CodeFile = Omit<CodeEntry, "module">;

export type FileMigration = SqlEntry | CodeFile;

export interface Parsed {
  readonly migration: FileMigration;
  /** When there are any, the migration is not to be used. */
  readonly problems: readonly Problem[];
}

/** A migration of which only the names are read. */
export interface Draft {
  readonly name: string;
  /** All of its files; the first is the one to name in a message. */
  readonly files: readonly string[];
  /** @param text gives the text of each of these files */
  parse(text: (file: string) => string, dialect: DialectName): Parsed;
}

export interface Drafts {
  /** In order of application. */
  readonly drafts: readonly Draft[];
  /** What can be no migration of this format. */
  readonly strays: readonly string[];
  /** Of files that could be one: versions that occur twice, halves without the other. */
  readonly problems: readonly Problem[];
}

/**
 * How one tool's files become migrations: the names of a folder into drafts, the texts of a draft into a migration.
 *
 * To add one: a file in `formats/` that exports this, an entry in `format-table.ts`, an example in `test/formats/`. It
 * passes over nothing but what can hold no migration.
 */
export interface Format {
  readonly name: FormatName;
  /** What its files are called, for messages. */
  readonly known: string;
  /** The file that lies in no other format's folder, if there is one. Absent: other formats have files with such names. */
  witness?(folder: Folder): string | undefined;
  draft(folder: Folder): Drafts;
}
