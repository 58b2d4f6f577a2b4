import { resolve } from "node:path";
import { MigratorError } from "../lib/errors";
import type { DialectName } from "../lib/migration";
import type { FormatName } from "../lib/source/format";
import { formats } from "../lib/source/format-table";

export interface MigrationsOptions {
  /** Folder of the migrations, relative to esbuild's working directory. Default: the environment's MIGRATIONS_DIR, else `migrations`. */
  readonly dir?: string;
  /** Whose SQL the files are written in. Default: the environment's DIALECT, else what DATABASE_URL begins with, else `mysql`. */
  readonly dialect?: DialectName;
  /** Whose files they are. Default: the environment's MIGRATIONS_FORMAT, else what the folder shows. */
  readonly format?: FormatName;
  /**
   * Where the functions find their migrations: in what is built here, or in S3, when they run. Default: `s3` when the
   * environment has MIGRATIONS_S3, else `folder`.
   */
  readonly from?: "folder" | "s3";
}

/** What is known of the migrations, wherever they are. */
export interface BuildTarget {
  readonly dialect: DialectName;
  readonly format?: FormatName;
}

/** What is to be read, and as what. */
export interface BuildFolder extends BuildTarget {
  /** As it was named. */
  readonly location: string;
  readonly path: string;
}

export interface BuildInput {
  readonly target: BuildTarget;
  /** Absent: the migrations are in S3. */
  readonly folder?: BuildFolder;
}

/** As in the settings of the function: schemes of URLs, and what RDS calls its engines. */
const dialects: Readonly<Record<string, DialectName>> = {
  mysql: "mysql",
  mariadb: "mysql",
  aurora: "mysql",
  "aurora-mysql": "mysql",
  postgres: "postgres",
  postgresql: "postgres",
  "aurora-postgresql": "postgres",
};

/** @returns a sentence for each option that cannot be understood */
export function readOptions(options: MigrationsOptions, workingFolder: string): BuildInput | readonly string[] {
  const { DIALECT, MIGRATIONS_DIR, MIGRATIONS_FORMAT, MIGRATIONS_S3, DATABASE_URL } = process.env;
  const location = options.dir ?? (MIGRATIONS_DIR || "migrations");
  const named = options.dialect ?? (DIALECT || schemeOf(DATABASE_URL));
  const dialect = lookUp(dialects, named.toLowerCase());
  const format = options.format ?? (MIGRATIONS_FORMAT || undefined);
  const known = format === undefined ? undefined : lookUp(formats, format)?.name;
  const from = options.from ?? (MIGRATIONS_S3 ? "s3" : "folder");
  if (dialect && format === known) {
    const target = { dialect, ...(known && { format: known }) };
    if (from === "s3") return { target };
    return { target, folder: { ...target, location, path: resolve(workingFolder, location) } };
  }
  return [
    ...(dialect ? [] : [unknownValue("DIALECT, or the option dialect,", named, ["mysql", "postgres"])]),
    ...(format === known
      ? []
      : [unknownValue("MIGRATIONS_FORMAT, or the option format,", format, Object.keys(formats))]),
  ];
}

/**
 * The folder of a build that reads one.
 * @throws MigratorError `INVALID_SETTINGS` for options that cannot be understood, or where the migrations are in S3
 */
export function readFolderOptions(options: MigrationsOptions, workingFolder: string): BuildFolder {
  const input = readOptions(options, workingFolder);
  if (!("target" in input)) throw new MigratorError("INVALID_SETTINGS", `${input.join(". ")}.`);
  if (input.folder) return input.folder;
  throw new MigratorError("INVALID_SETTINGS", "MIGRATIONS_S3 is set: the migrations are in a bucket, and not here.", {
    advice: "Remove it, or ask the deployed functions.",
  });
}

function unknownValue(what: string, value: string | undefined, known: readonly string[]): string {
  return `${what} is ${JSON.stringify(value)}; known are ${known.toSorted().join(", ")}`;
}

function lookUp<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** What is wrong with a URL of another kind, the settings say better. */
function schemeOf(url = ""): string {
  const scheme = /^[^:]*/.exec(url)?.[0].toLowerCase() ?? "";
  return Object.hasOwn(dialects, scheme) ? scheme : "mysql";
}
