import type { DialectName } from "../../migration";
import type { Problem } from "../../report";
import { groupBy, refuse, sameVersion } from "../file-names";
import type { Drafts, Folder, Format } from "../format";
import { wholeDraft } from "../sql-draft";
import { type Part, readDivision, type SqlFile, type SqlFileText } from "../sql-file";
import { lineComments } from "../sql-markers";
import { normaliseText, readSqlText } from "../sql-text";
import { draftFolders } from "./prisma";

const journal = "meta/_journal.json";
const snapshot = /^[^/]+\/snapshot\.json$/;
const breakpoint = "--> statement-breakpoint";

/** Files in the order of a journal beside them; or, as newer versions write them, folders with a snapshot each. */
export const drizzle: Format = {
  name: "drizzle",
  known: `NAME.sql that ${journal} lists, or NAME/migration.sql beside NAME/snapshot.json`,
  witness: ({ files }) => files.find((file) => file === journal || snapshot.test(file)),
  draft: (folder) => {
    const { files } = folder;
    const folders = !files.includes(journal) && files.some((file) => snapshot.test(file));
    return folders ? draftFolders(files.filter((file) => !snapshot.test(file))) : draftJournal(folder);
  },
};

function draftJournal({ files, text }: Folder): Drafts {
  const entries = readJournal(files.includes(journal) ? text(journal) : undefined);
  if (!entries) {
    const advice = "Copy the whole folder that drizzle-kit writes, meta included.";
    return {
      drafts: [],
      strays: [],
      problems: [refuse(journal, "is missing, or holds no list of entries with a tag each", advice)],
    };
  }
  const tags = new Set(entries.map((tag) => `${tag}.sql`));
  const listed = entries.filter((tag) => files.includes(`${tag}.sql`));
  const gone = entries.filter((tag) => !files.includes(`${tag}.sql`));
  const strays = files.filter((file) => !file.startsWith("meta/") && !tags.has(file));
  const twice = [...groupBy(entries, (tag) => tag)].filter(([, same]) => same.length > 1);
  return {
    drafts: [...new Set(listed)].map((tag) => wholeDraft(tag, { up: `${tag}.sql` }, parse)),
    strays,
    problems: [
      ...gone.map((tag): Problem => refuse(`${tag}.sql`, `is in ${journal}, and there is no such file`)),
      ...twice.map(([tag, same]) => sameVersion(`the entry ${tag}`, same)),
    ],
  };
}

function readJournal(text: string | undefined): readonly string[] | undefined {
  try {
    const { entries }: { readonly entries?: unknown } = JSON.parse(text ?? "");
    if (!Array.isArray(entries)) return undefined;
    const tags: readonly unknown[] = entries.map((entry: { readonly tag?: unknown } | null) => entry?.tag);
    return tags.every((tag) => typeof tag === "string") ? tags : undefined;
  } catch {
    return undefined;
  }
}

/** A breakpoint ends a statement, whether there is a semicolon before it or not. */
function parse({ path, text }: SqlFileText, dialect: DialectName): SqlFile {
  const whole = normaliseText(text);
  const up: Part[] = [];
  let before = 0;
  for (const piece of whole.split(breakpoint)) {
    const source = readSqlText(piece, dialect);
    const first = before;
    const lineAt = (position: number) => source.lineAt(position) + first;
    up.push({ source: { ...source, lineAt }, range: { start: 0, end: piece.length } });
    before += piece.split("\n").length - 1;
  }
  const comments = up.flatMap(({ source }) => lineComments(source));
  return readDivision(path, { up, checked: whole, comments, flaws: [] }, dialect);
}
