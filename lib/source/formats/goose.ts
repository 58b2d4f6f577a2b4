import type { DialectName } from "../../migration";
import { compareNames, groupBy, isProgramText, refuse, sameVersion } from "../file-names";
import type { Format } from "../format";
import { sqlDraft } from "../sql-draft";
import { readDivision, type SqlFile, type SqlFileText } from "../sql-file";
import { divideGoose } from "./goose-text";

const fileName = /^(\d+)_[^/]*\.sql$/s;
const largest = 2n ** 63n - 1n;

/** One file each, divided by `-- +goose` annotations. */
export const goose: Format = {
  name: "goose",
  known: "VERSION_name.sql with a version above 0",
  witness: ({ files, text }) =>
    files.find((file) => /^[^/]*\.sql$/s.test(file) && /^--\s*\+goose\s+up\b/im.test(text(file) ?? "")),
  draft: ({ files }) => {
    const own = files.filter((file) => versionOf(file) !== undefined);
    const versions = groupBy(own, (file) => String(versionOf(file)));
    const others = files.filter((file) => versionOf(file) === undefined && !isProgramText(file));
    const drafts = own.map((file) => sqlDraft(file.slice(0, -".sql".length), file, parse));
    return {
      drafts: drafts.sort((a, b) => compareNames(a.name, b.name)),
      strays: others.filter((file) => !file.endsWith(".go")),
      problems: [
        ...others.filter((file) => file.endsWith(".go")).map((file) => refuse(file, "is written in Go", advice)),
        ...[...versions]
          .filter(([, same]) => same.length > 1)
          .map(([version, same]) => sameVersion(`the version ${version}`, same)),
      ],
    };
  },
};

const advice = "A Lambda in Node.js cannot run it: write it in SQL, and keep its version.";

function versionOf(file: string): bigint | undefined {
  const version = BigInt(fileName.exec(file)?.[1] ?? 0);
  return version > 0n && version <= largest ? version : undefined;
}

function parse({ path, text }: SqlFileText, dialect: DialectName): SqlFile {
  return readDivision(path, divideGoose(text, dialect), dialect);
}
