import { compareNames, folderOf, groupBy, refuse } from "../file-names";
import type { Drafts, Format } from "../format";
import { wholeDraft } from "../sql-draft";

const known = "NAME/migration.sql and NAME/down.sql";

/** Folders, each a migration, whose SQL is in a `migration.sql`. */
export const prisma: Format = {
  name: "prisma",
  known,
  witness: ({ files }) => files.find((file) => /^[^/]+\/migration\.sql$/.test(file)),
  draft: ({ files }) => draftFolders(files.filter((file) => file !== "migration_lock.toml")),
};

export function draftFolders(files: readonly string[]): Drafts {
  const flat = files.filter((file) => !file.includes("/"));
  const folders = [
    ...groupBy(
      files.filter((file) => file.includes("/")),
      folderOf,
    ),
  ];
  const known = (folder: string) => new Set([`${folder}/migration.sql`, `${folder}/down.sql`]);
  const strays = folders.flatMap(([folder, own]) =>
    own.filter((file) => !known(folder).has(file) && !file.endsWith("/")),
  );
  const drafts = folders
    .filter(([folder, own]) => own.includes(`${folder}/migration.sql`))
    .map(([folder, own]) => {
      const down = own.find((file) => file === `${folder}/down.sql`);
      return wholeDraft(folder, { up: `${folder}/migration.sql`, ...(down && { down }) });
    });
  const empty = folders.filter(([folder, own]) => !own.includes(`${folder}/migration.sql`));
  return {
    drafts: drafts.sort((a, b) => compareNames(a.name, b.name)),
    strays: [...flat, ...strays],
    problems: empty.map(([folder]) => refuse(folder, "there is no migration.sql in this folder")),
  };
}
