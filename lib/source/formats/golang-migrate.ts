import { groupBy, isProgramText, sameVersion } from "../file-names";
import type { Draft, Format } from "../format";
import { pair, toParsed } from "../sql-draft";
import { parseWholeFile, type SqlFile } from "../sql-file";

interface Half {
  readonly file: string;
  readonly version: bigint;
  readonly title: string;
  readonly direction: string;
}

const largest = 2n ** 64n - 1n;

/** Pairs of files that have a version in common, whatever they are called beyond it. Either half may be missing. */
export const golangMigrate: Format = {
  name: "golang-migrate",
  known: "VERSION_title.up.sql and VERSION_title.down.sql",
  draft: ({ files }) => {
    const read = files.filter((file) => !isProgramText(file)).map((file) => readHalf(file) ?? file);
    const halves = read.flatMap((one) => (typeof one === "string" ? [] : [one]));
    const versions = [...groupBy(halves, ({ version }) => String(version))];
    const alike = versions.flatMap(([version, group]) =>
      ["up", "down"]
        .map((direction) => group.filter((half) => half.direction === direction).map(({ file }) => file))
        .filter((same) => same.length > 1)
        .map((same) => sameVersion(`the version ${version}`, same)),
    );
    return {
      drafts: versions.toSorted(([a], [b]) => (BigInt(a) < BigInt(b) ? -1 : 1)).map(([, group]) => toDraft(group)),
      strays: read.flatMap((one) => (typeof one === "string" ? [one] : [])),
      problems: alike,
    };
  },
};

function readHalf(file: string): Half | undefined {
  const found = /^([0-9]+)_([^/]*)\.(down|up)\.([^/]*)$/s.exec(file);
  if (!found) return undefined;
  const [, digits = "", title = "", direction = ""] = found;
  const version = BigInt(digits);
  return version > largest ? undefined : { file, version, title: `${digits}_${title}`, direction };
}

function toDraft(group: readonly Half[]): Draft {
  const up = group.find(({ direction }) => direction === "up");
  const down = group.find(({ direction }) => direction === "down");
  const files = [up, down].flatMap((half) => half?.file ?? []);
  const name = (up ?? down)?.title ?? "";
  return {
    name,
    files,
    parse: (text, dialect) => {
      const read = (half: Half): SqlFile => parseWholeFile({ path: half.file, text: text(half.file) }, dialect);
      const first = up ? read(up) : parseWholeFile({ path: down?.file ?? name, text: "" }, dialect);
      return down ? pair(name, first, read(down)) : toParsed(name, first);
    },
  };
}
