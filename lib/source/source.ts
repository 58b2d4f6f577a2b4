import type { Migration } from "../migration";

/**
 * Where migrations come from.
 *
 * To add one: a file in this folder that exports a function returning this interface; it passes `test/contract/source.ts`.
 * It reads everything before anything runs and fails rather than skips: a file that it cannot understand, two files with
 * one name and a folder without migrations are errors that list the files.
 */
export interface Source {
  /** For people: a folder, a bundle, an S3 prefix. */
  readonly location: string;
  /**
   * All of the migrations, in the order in which they are to be applied (see `file-names.ts`).
   * @param signal ends the reading where that may take long; what was loaded already needs none
   * @throws MigratorError `INVALID_MIGRATIONS` with a problem per file.
   */
  load(signal?: AbortSignal): Promise<readonly Migration[]>;
}
