import { isMeant } from "../meant";
import type { DialectName } from "../migration";
import type { Problem } from "../report";
import { detectFormat } from "./detect";
import { alike, invalidMigrations, nameFault, refuse } from "./file-names";
import type { CodeFile, Draft, FileMigration, Folder, Format, FormatName } from "./format";
import { formats } from "./format-table";

/** Anything that is like a folder: on a disk, or under a prefix. */
export interface Listing {
  /** For people. */
  readonly location: string;
  /** As of `Folder`, hidden files and all. */
  readonly files: readonly string[];
  read(file: string): Promise<Uint8Array>;
}

export interface ReadOptions {
  readonly dialect: DialectName;
  /** Default: detected. */
  readonly format?: FormatName;
  /** Says what is wrong with a code file: reading a folder does not load them, so whoever will can know more. */
  readonly inspect?: (file: CodeFile) => Promise<readonly Problem[]>;
}

export interface ReadFolder {
  readonly format: FormatName;
  /** In order of application. */
  readonly migrations: readonly FileMigration[];
  /** All that were read. */
  readonly files: readonly string[];
}

/**
 * Reads and parses a whole folder.
 * @throws MigratorError `INVALID_MIGRATIONS` that lists everything wrong in it.
 */
export async function readFolder(listing: Listing, options: ReadOptions): Promise<ReadFolder> {
  const files = listing.files.filter(isMeant).sort();
  const texts = await readTexts(listing, files);
  const folder: Folder = { files, text: (file) => texts.get(file) };
  const chosen = options.format ? { format: formats[options.format] } : detectFormat(folder);
  if ("problems" in chosen) throw invalidMigrations(listing.location, chosen.problems);
  const { format, ...shown } = chosen;
  const { drafts, strays, problems } = format.draft(folder);
  const read = drafts.map((draft) => readDraft(draft, folder, options.dialect));
  const migrations = read.flatMap((one) => ("migration" in one ? [one.migration] : []));
  const code = migrations.flatMap((one) => (one.kind === "code" ? [one] : []));
  const inspected = await Promise.all(code.map((one) => options.inspect?.(one) ?? []));
  const all = [
    ...strays.map((file) => stray(file, format, shown)),
    ...problems,
    ...alike(drafts.map(({ name }) => name)),
    ...read.flatMap((one) => ("problems" in one ? one.problems : [])),
    ...inspected.flat(),
  ];
  if (drafts.length === 0 && all.length === 0) all.push(noMigrations(listing.location));
  if (all.length > 0) throw invalidMigrations(listing.location, all);
  return { format: format.name, migrations, files };
}

function noMigrations(location: string): Problem {
  return { code: "INVALID", message: `${location} holds no migrations`, file: location };
}

function stray(file: string, { name, known }: Format, { witness }: { readonly witness?: string }): Problem {
  if (file.endsWith("/")) return refuse(file, "is a folder without migrations", "Remove it, or fill it.");
  const shows = witness === undefined ? "The folder is read as one" : `${witness} shows the folder to be one`;
  const advice = name === "native" ? undefined : `${shows} of the format ${name}; MIGRATIONS_FORMAT can say otherwise.`;
  return refuse(file, `is no migration; known are ${known}`, advice);
}

type Read = { readonly migration: FileMigration } | { readonly problems: readonly Problem[] };

function readDraft(draft: Draft, folder: Folder, dialect: DialectName): Read {
  const { name, files } = draft;
  const fault = nameFault(name);
  if (fault !== undefined) return { problems: [refuse(files[0] ?? name, fault)] };
  const others = files.filter((file) => folder.text(file) === undefined);
  if (others.length > 0) return { problems: others.map((file) => notText(name, file)) };
  const { migration, problems } = draft.parse((file) => folder.text(file) ?? "", dialect);
  return problems.length > 0 ? { problems: problems.map((one) => ({ ...one, migration: name })) } : { migration };
}

function notText(migration: string, file: string): Problem {
  return { code: "INVALID", message: `${file} is not a text in UTF-8`, migration, file };
}

/** A few at a time: there may be more of them than a process may have open. */
async function readTexts({ location, read }: Listing, files: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  const readable = files.filter((file) => !file.endsWith("/"));
  for (let i = 0; i < readable.length; i += 50) {
    const some = readable.slice(i, i + 50);
    const contents = await Promise.all(some.map((file) => readOne(read, file)));
    const failed = contents.flatMap((one, at) => ("fault" in one ? [refuse(some[at] ?? "", one.fault)] : []));
    if (failed.length > 0) throw invalidMigrations(location, failed);
    for (const [at, one] of contents.entries()) {
      if ("text" in one && one.text !== undefined) texts.set(some[at] ?? "", one.text);
    }
  }
  return texts;
}

type Text = { readonly text: string | undefined } | { readonly fault: string };

async function readOne(read: Listing["read"], file: string): Promise<Text> {
  try {
    return { text: decode(await read(file)) };
  } catch (error) {
    const { code = String(error) } = error as { readonly code?: string };
    return { fault: `cannot be read (${code})` };
  }
}

/** Undefined when it is no text: another encoding would be read as other data. */
function decode(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
