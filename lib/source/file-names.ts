import { MigratorError } from "../errors";
import type { Problem } from "../report";

/** Which files make one migration. Paths are file names. */
export type MigrationFiles =
  | { readonly kind: "code"; readonly name: string; readonly file: string }
  | { readonly kind: "sql"; readonly name: string; readonly file: string }
  | { readonly kind: "pair"; readonly name: string; readonly up: string; readonly down?: string };

/** Of the journal's column, in characters. */
const nameLimit = 255;

interface NamedFile {
  readonly file: string;
  readonly name: string;
  readonly part: "code" | "sql" | "up" | "down";
}

/**
 * Order of application: by leading number, compared as a number of any length (2 before 10), then by bytes. Names
 * without a leading number come after those with one.
 */
export function compareNames(a: string, b: string): number {
  const [left, right] = [leadingNumber(a), leadingNumber(b)];
  if (left !== right) {
    if (left === undefined) return 1;
    if (right === undefined) return -1;
    return left < right ? -1 : 1;
  }
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/**
 * Groups the files of one folder into migrations, in order of application. Hidden files and a README are passed over;
 * every other file must be a migration's.
 * @throws MigratorError `INVALID_MIGRATIONS` with a problem per file.
 */
export function readFileNames(files: readonly string[], location: string): readonly MigrationFiles[] {
  const problems: Problem[] = [];
  const named = files.filter(isMeant).flatMap((file) => {
    const parsed = parseFileName(file);
    if ("name" in parsed) return [parsed];
    problems.push(parsed);
    return [];
  });
  const groups = groupBy(named, ({ name }) => name);
  const migrations = [...groups.values()].flatMap((group) => {
    const found = combine(group);
    if ("kind" in found) return [found];
    problems.push(found);
    return [];
  });
  problems.push(...alike([...groups.keys()]));
  if (named.length === 0 && problems.length === 0) {
    problems.push({ code: "INVALID", message: `${location} holds no migrations`, file: location });
  }
  if (problems.length > 0) throw invalidMigrations(location, problems);
  return migrations.sort((a, b) => compareNames(a.name, b.name));
}

export function invalidMigrations(location: string, problems: readonly Problem[]): MigratorError {
  const list = problems.map(({ message }) => message).join("; ");
  return new MigratorError("INVALID_MIGRATIONS", `The migrations in ${location} cannot be used: ${list}`, {
    problems,
    advice: "Put the files right and build or start again; nothing was run.",
  });
}

function leadingNumber(name: string): bigint | undefined {
  const digits = /^\d+/.exec(name)?.[0];
  return digits === undefined ? undefined : BigInt(digits);
}

function isMeant(file: string): boolean {
  return !/^\.[^/\\]*$/.test(file) && !/^readme(?:\.(?:md|txt))?$/i.test(file);
}

function parseFileName(file: string): NamedFile | Problem {
  const sql = /^(.*?)(?:\.(up|down))?\.sql$/s.exec(file);
  const code = /^(.*)\.[cm]?[jt]s$/s.exec(file);
  const name = sql?.[1] ?? code?.[1];
  const shown = JSON.stringify(file).slice(1, -1);
  const refuse = (message: string): Problem => ({ code: "INVALID", message: `${shown}: ${message}`, file: shown });
  if (name === undefined || code?.[1]?.endsWith(".d")) {
    return refuse(
      "is no migration; known are NAME.sql, NAME.up.sql with NAME.down.sql, and NAME.ts, .js and their m and c forms",
    );
  }
  const fault = faultOf(name);
  if (fault !== undefined) return refuse(fault);
  if (code) return { file, name, part: "code" };
  return { file, name, part: sql?.[2] === "up" || sql?.[2] === "down" ? sql[2] : "sql" };
}

/** A name becomes a row, a log line and part of a command: anything that can be read and typed is fine. */
function faultOf(name: string): string | undefined {
  if (name.length > nameLimit) return `its name is longer than ${nameLimit} characters`;
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(name)) return "its name holds control or invisible characters";
  if (name !== name.trim()) return "its name begins or ends with a blank";
  if (/[/\\]/.test(name)) return "its name holds a slash";
  return undefined;
}

function combine(group: readonly NamedFile[]): MigrationFiles | Problem {
  const [first, ...rest] = group;
  const name = first?.name ?? "";
  const up = group.find(({ part }) => part === "up")?.file;
  const down = group.find(({ part }) => part === "down")?.file;
  if (first && rest.length === 0 && (first.part === "code" || first.part === "sql")) {
    return { kind: first.part, name, file: first.file };
  }
  if (up !== undefined && group.length === (down === undefined ? 1 : 2)) {
    return { kind: "pair", name, up, ...(down !== undefined && { down }) };
  }
  const files = group.map(({ file }) => file).sort();
  const message =
    up === undefined && files.length === 1
      ? `${files[0]}: there is no ${name}.up.sql to go with it`
      : `${files.join(" and ")}: more than one file for the migration ${name}`;
  return { code: "INVALID", message, migration: name, file: files[0] ?? name };
}

/** A file system, or a collation, may take names for one that differ in case or in the form of their accents alone. */
function alike(names: readonly string[]): readonly Problem[] {
  const groups = groupBy(names, (name) => name.normalize("NFC").toLowerCase());
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => ({
      code: "INVALID",
      message: `${group.sort().join(" and ")}: names that differ only in case or in the form of an accent`,
      migration: group[0] ?? "",
    }));
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}
