import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { DialectName } from "../migration";
import type { Problem } from "../report";
import type { Described, SqlEntry } from "./bundle";
import { invalidMigrations, type MigrationFiles, readFileNames } from "./file-names";
import { readCodeMarkers } from "./markers";
import { parseSqlFile, type SqlFile, sha256 } from "./sql-file";
import { normaliseText } from "./sql-text";

/** A TypeScript or JavaScript migration that is not loaded yet. */
export interface CodeFile extends Described {
  readonly kind: "code";
  readonly file: string;
  /** Absolute. */
  readonly path: string;
}

export type FileMigration = SqlEntry | CodeFile;

type Read = { readonly migration: FileMigration } | { readonly problems: readonly Problem[] };

/** What is wrong with a code file. Reading a folder does not load them, so whoever will can say more. */
export type InspectCode = (file: CodeFile) => Promise<readonly Problem[]>;

/**
 * Reads and parses a whole folder, in order of application.
 * @throws MigratorError `INVALID_MIGRATIONS` that lists everything wrong in it.
 */
export async function readDirectory(
  directory: string,
  dialect: DialectName,
  inspect: InspectCode = async () => [],
): Promise<readonly FileMigration[]> {
  const groups = readFileNames(await listFiles(directory), directory);
  const read = await Promise.all(groups.map((group) => readMigration(group, directory, dialect)));
  const found = await Promise.all(
    read.map(async (one) => {
      if ("problems" in one) return one.problems;
      return one.migration.kind === "code" ? inspect(one.migration) : [];
    }),
  );
  const problems = found.flat();
  if (problems.length > 0) throw invalidMigrations(directory, problems);
  return read.flatMap((one) => ("migration" in one ? [one.migration] : []));
}

async function listFiles(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    const message = `the folder ${directory} cannot be read (${error.code})`;
    throw invalidMigrations(directory, [{ code: "INVALID", message, file: directory }]);
  });
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
  if (folders.length > 0) {
    const problems = folders.map(({ name }) => ({
      code: "INVALID" as const,
      message: `${name} is a folder; migrations lie side by side in one folder`,
      file: name,
    }));
    throw invalidMigrations(directory, problems);
  }
  return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
}

async function readMigration(files: MigrationFiles, directory: string, dialect: DialectName): Promise<Read> {
  if (files.kind === "code") return readCode(files, directory);
  const [first, second] = files.kind === "sql" ? [files.file] : [files.up, files.down];
  const up = await readSql(join(directory, first), first, dialect);
  const down = second === undefined ? undefined : await readSql(join(directory, second), second, dialect);
  const misplaced = files.kind === "pair" ? [up, down].flatMap((half) => half?.down?.file ?? []) : [];
  const problems = [
    ...up.problems,
    ...(down?.problems ?? []),
    ...misplaced.map((file) => ({
      code: "INVALID" as const,
      message: `${file}: a -- migrate:down in a file that is one half of a pair`,
      file,
    })),
  ].map((problem) => ({ ...problem, migration: files.name }));
  return problems.length > 0 ? { problems } : { migration: sqlEntry(files.name, up, down) };
}

function sqlEntry(name: string, up: SqlFile, half: SqlFile | undefined): SqlEntry {
  const down = half?.up ?? up.down;
  return {
    kind: "sql",
    name,
    checksum: up.checksum,
    normalised: up.normalised,
    phase: half?.phase === "post" ? "post" : up.phase,
    transaction: up.transaction && (half?.transaction ?? true),
    up: up.up,
    ...(down && { down }),
  };
}

async function readSql(path: string, file: string, dialect: DialectName): Promise<SqlFile> {
  const text = await readText(path);
  const parsed = parseSqlFile({ path: file, text: text ?? "" }, dialect);
  return text === undefined ? { ...parsed, problems: [notText(file)] } : parsed;
}

async function readCode({ name, file }: { name: string; file: string }, directory: string): Promise<Read> {
  const path = resolve(directory, file);
  const text = await readText(path);
  if (text === undefined) return { problems: [{ ...notText(file), migration: name }] };
  const code = normaliseText(text);
  const checksum = sha256(code);
  return { migration: { kind: "code", name, file, path, checksum, normalised: checksum, ...readCodeMarkers(code) } };
}

/** Undefined when it is no text: another encoding would be read as other data. */
async function readText(path: string): Promise<string | undefined> {
  const bytes = await readFile(path);
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function notText(file: string): Problem {
  return { code: "INVALID", message: `${file} is not a text in UTF-8`, file };
}
