import type { Statement } from "../../migration";
import type { Problem } from "../../report";
import { sha256 } from "../checksum";
import { compareVersions, fileName, groupBy, refuse, sameVersion, versionParts } from "../file-names";
import type { Draft, Drafts, FileMigration, Parsed } from "../format";
import { draftNamed } from "../named-files";
import type { SqlTemplate } from "../placeholder";

type Entry = Extract<FileMigration, { readonly kind: "sql" }>;

const folderName = /^v(\d+(?:[._]\d+)*)$/i;

export function isVersionFolder(folder: string): boolean {
  return folderName.test(folder);
}

/** @param folders their files by their names; each is one migration */
export function draftVersions(folders: ReadonlyMap<string, readonly string[]>): Drafts {
  const names = [...folders.keys()].sort((a, b) => compareVersions(versionOf(a), versionOf(b)));
  const twice = [...groupBy(names, (name) => versionOf(name).join("."))].filter(([, same]) => same.length > 1);
  const read = names.map((name) => draftFolder(name, folders.get(name) ?? []));
  return {
    drafts: read.flatMap(({ draft }) => draft ?? []),
    strays: [],
    problems: [
      ...twice.map(([version, same]) => sameVersion(`the version ${version}`, same)),
      ...read.flatMap(({ problems }) => problems),
    ],
  };
}

function versionOf(folder: string): readonly bigint[] {
  return versionParts(folderName.exec(folder)?.[1] ?? "0");
}

interface DraftedFolder {
  /** Absent: there is nothing in it. */
  readonly draft?: Draft;
  readonly problems: readonly Problem[];
}

function draftFolder(name: string, files: readonly string[]): DraftedFolder {
  if (files.every((file) => file.endsWith("/"))) {
    return { problems: [refuse(name, "is a folder without files", "Remove it, or fill it.")] };
  }
  const { drafts, strays, problems } = draftNamed(files.filter(isStep));
  const others = [...files.filter((file) => !isStep(file)), ...strays];
  const advice = "Its files are SQL and begin with a number: 01_a.sql, or 01_a.up.sql and 01_a.down.sql.";
  return {
    ...(drafts.length > 0 && { draft: toDraft(name, drafts) }),
    problems: [...problems, ...others.map((file) => refuse(file, `is no part of the migration ${name}`, advice))],
  };
}

function isStep(file: string): boolean {
  return /^[^/]+\/\d[^/]*\.sql$/s.test(file);
}

function toDraft(name: string, steps: readonly Draft[]): Draft {
  return {
    name,
    files: steps.flatMap(({ files }) => files),
    parse: (text, dialect) =>
      join(
        name,
        steps.map((step) => step.parse(text, dialect)),
      ),
  };
}

function join(name: string, read: readonly Parsed[]): Parsed {
  const entries = read.flatMap(({ migration }) => (migration.kind === "sql" ? [migration] : []));
  const missing = entries.filter(({ up, down }) => !down && up.statements.length > 0);
  const down =
    missing.length === 0 &&
    toScript(
      name,
      entries.toReversed().flatMap((entry) => entry.down ?? []),
    );
  const partly = entries.some((entry) => entry.down) ? missing : [];
  return {
    migration: {
      kind: "sql",
      name,
      checksum: sha256(entries.map(({ up, checksum }) => `${fileName(up.file)}\n${checksum}\n`).join("")),
      normalised: sha256(entries.map(({ normalised }) => normalised).join("\n")),
      phase: entries.some(({ phase }) => phase === "post") ? "post" : "pre",
      up: toScript(
        name,
        entries.map(({ up }) => up),
      ),
      ...(down && { down }),
    },
    problems: [...read.flatMap(({ problems }) => problems), ...partly.map(withoutDown)],
  };
}

function withoutDown({ up }: Entry): Problem {
  const fault = "has no down, and other files of its folder have one; the folder is rolled back as a whole";
  return refuse(up.file, fault, "Write one, even if it is empty, or remove the others.");
}

function toScript(folder: string, scripts: readonly SqlTemplate[]): SqlTemplate {
  return {
    kind: "sql",
    file: folder,
    statements: scripts.flatMap(({ file, statements }) => statements.map((one): Statement => ({ ...one, file }))),
    ...(scripts.some(({ transaction }) => transaction === false) && { transaction: false }),
  };
}
