import { MigratorError } from "../errors";
import type { Problem } from "../report";

/** Of the journal's column, in characters. */
const nameLimit = 255;

/**
 * Order of application: by the version that a name begins with, then by bytes. A version's parts, divided by dots or
 * underscores, are compared as numbers of any length: 2 before 10, 1.9 before 1.10, 1 before 1.0. Names without a version
 * come last.
 */
export function compareNames(a: string, b: string): number {
  const [left, right] = [leadingVersion(a), leadingVersion(b)];
  if (!left || !right) return left ? -1 : right ? 1 : compareBytes(a, b);
  return compareVersions(left, right) || left.length - right.length || compareBytes(a, b);
}

/** What is missing at the end of a version counts as 0. */
export function compareVersions(a: readonly bigint[], b: readonly bigint[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [left, right] = [a[i] ?? 0n, b[i] ?? 0n];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

/** @param version digits, with dots or underscores between them */
export function versionParts(version: string): readonly bigint[] {
  return version.split(/[._]/).map(BigInt);
}

function leadingVersion(name: string): readonly bigint[] | undefined {
  const version = /^\d+(?:[._]\d+(?![\p{L}\p{N}]))*/u.exec(name)?.[0];
  return version === undefined ? undefined : versionParts(version);
}

export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The uppermost one. */
export function folderOf(path: string): string {
  return path.slice(0, path.indexOf("/"));
}

/** A name for a message, whatever is in it. */
export function shown(file: string): string {
  return JSON.stringify(file).slice(1, -1);
}

/** A problem with one file. */
export function refuse(file: string, message: string, advice?: string): Problem {
  return { code: "INVALID", message: `${shown(file)}: ${message}`, file: shown(file), ...(advice && { advice }) };
}

export function invalidMigrations(location: string, problems: readonly Problem[]): MigratorError {
  const list = problems.map(({ message }) => message).join("; ");
  return new MigratorError("INVALID_MIGRATIONS", `The migrations in ${location} cannot be used: ${list}`, {
    problems,
    advice: "Put the files right and build, start or upload again; nothing was run.",
  });
}

/** A name becomes a row, a log line and part of a command: anything that can be read and typed is fine. */
export function nameFault(name: string): string | undefined {
  if (name.length > nameLimit) return `its name is longer than ${nameLimit} characters`;
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(name)) return "its name holds control or invisible characters";
  if (name !== name.trim()) return "its name begins or ends with a blank";
  if (/[/\\]|^\.{0,2}$/.test(name)) return "its name is empty, a dot, or holds a slash";
  return undefined;
}

/** A file system, or a collation, may take names for one that differ in case or in the form of their accents alone. */
export function alike(names: readonly string[]): readonly Problem[] {
  const groups = groupBy(names, (name) => name.normalize("NFC").toLowerCase());
  return [...groups.values()]
    .filter((group) => new Set(group).size > 1)
    .map((group) => ({
      code: "INVALID",
      message: `${group.toSorted().join(" and ")}: names that differ only in case or in the form of an accent`,
      migration: group[0] ?? "",
    }));
}

/** @param what two files cannot both be: `the version 1` */
export function sameVersion(what: string, files: readonly string[]): Problem {
  const message = `${files.toSorted().map(shown).join(" and ")}: more than one file for ${what}`;
  return { code: "INVALID", message, advice: "Rename or remove all but one.", file: files[0] ?? what };
}

export function groupBy<T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

/** Tools that are written in Go keep their migrations among a program's sources; none of these can be a migration. */
export function isProgramText(path: string): boolean {
  return /^(?!\d)[^/]*\.go$/.test(path);
}
