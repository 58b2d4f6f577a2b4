import type { Problem } from "../report";
import { parseCodeFile } from "./code-text";
import { compareNames, fileName, groupBy } from "./file-names";
import type { Draft, Drafts } from "./format";
import { pairDraft, sqlDraft } from "./sql-draft";

/** A file whose name says which migration it is part of. */
interface NamedFile {
  /** Path relative to the Source. */
  readonly file: string;
  readonly name: string;
  readonly part: "code" | "sql" | "up" | "down";
}

/** @returns undefined for what can be no migration */
export function nameFile(file: string): NamedFile | undefined {
  const sql = /^(.*?)(?:\.(up|down))?\.sql$/s.exec(fileName(file));
  if (sql) return { file, name: sql[1] ?? "", part: sql[2] === "up" || sql[2] === "down" ? sql[2] : "sql" };
  const code = /^(.*)(?<!\.d)\.[cm]?[jt]s$/s.exec(fileName(file))?.[1];
  return code === undefined ? undefined : { file, name: code, part: "code" };
}

/** Makes migrations of files that go together when their names are the same. */
export function draftNamed(files: readonly string[]): Drafts {
  const read = files.map((file) => nameFile(file) ?? file);
  const named = read.flatMap((one) => (typeof one === "string" ? [] : [one]));
  const found = [...groupBy(named, ({ name }) => name)].map(([name, group]) => combine(name, group));
  const drafts = found.flatMap((one) => ("parse" in one ? [one] : []));
  return {
    drafts: drafts.sort((a, b) => compareNames(a.name, b.name)),
    strays: read.flatMap((one) => (typeof one === "string" ? [one] : [])),
    problems: found.flatMap((one) => ("parse" in one ? [] : [one])),
  };
}

/** A migration of the files of one name, or why they are none. */
function combine(name: string, group: readonly NamedFile[]): Draft | Problem {
  const [first, ...rest] = group;
  const up = group.find(({ part }) => part === "up")?.file;
  const down = group.find(({ part }) => part === "down")?.file;
  if (first && rest.length === 0 && first.part === "sql") return sqlDraft(name, first.file);
  if (first && rest.length === 0 && first.part === "code") {
    return { name, files: [first.file], parse: (text) => parseCodeFile(name, first.file, text(first.file)) };
  }
  if (up !== undefined && group.length === (down === undefined ? 1 : 2)) return pairDraft(name, up, down);
  const files = group.map(({ file }) => file).sort();
  const [file = name] = files;
  const problem = { code: "INVALID", migration: name, file } as const;
  if (files.length > 1) {
    return { ...problem, message: `${files.join(" and ")}: more than one file for the migration ${name}` };
  }
  const advice = "Write it, even if it is empty; in the format golang-migrate, if it is set, it may be missing.";
  return { ...problem, message: `${file}: there is no ${name}.up.sql to go with it`, advice };
}
