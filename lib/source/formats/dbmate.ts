import type { DialectName } from "../../migration";
import { compareNames, groupBy, isProgramText, sameVersion } from "../file-names";
import type { Format } from "../format";
import { sqlDraft } from "../sql-draft";
import { readDivision, type SqlFile, type SqlFileText } from "../sql-file";
import { dividePairwise } from "../sql-markers";
import { readSqlText } from "../sql-text";

const fileName = /^(\d+)[^/]*\.sql$/s;
const again = /^--\s*migrate:up\b[\s\S]*^--\s*migrate:down\b[\s\S]*^--\s*migrate:up\b/m;

/** One file each, with one or more `-- migrate:up`, each followed by its `-- migrate:down`. */
export const dbmate: Format = {
  name: "dbmate",
  known: "VERSION_name.sql",
  witness: ({ files, text }) =>
    files.every((file) => fileName.test(file) || isProgramText(file))
      ? files.find((file) => fileName.test(file) && again.test(text(file) ?? ""))
      : undefined,
  draft: ({ files }) => {
    const own = files.filter((file) => fileName.test(file));
    const versions = groupBy(own, (file) => fileName.exec(file)?.[1] ?? "");
    const drafts = own.map((file) => sqlDraft(file.slice(0, -".sql".length), file, parse));
    return {
      drafts: drafts.sort((a, b) => compareNames(a.name, b.name)),
      strays: files.filter((file) => !fileName.test(file) && !isProgramText(file)),
      problems: [...versions]
        .filter(([, same]) => same.length > 1)
        .map(([version, same]) => sameVersion(`the version ${version}`, same)),
    };
  },
};

function parse({ path, text }: SqlFileText, dialect: DialectName): SqlFile {
  return readDivision(path, dividePairwise(readSqlText(text, dialect)), dialect);
}
