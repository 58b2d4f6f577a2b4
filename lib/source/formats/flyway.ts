import type { Problem } from "../../report";
import { groupBy, refuse, sameVersion } from "../file-names";
import type { Draft, Format } from "../format";
import { sourceSums } from "../source-sums";
import { pair, toParsed } from "../sql-draft";
import { toProblem } from "../sql-file";
import { compareFlyway, type FlywayFile, isFlywayName, readFlywayName } from "./flyway-names";
import { parseFlyway, readConf } from "./flyway-text";

const confEnding = ".conf";

/** `V` files with a `U` file of the same version as their down, and `R` files; in any folder below. */
export const flyway: Format = {
  name: "flyway",
  known: "V1.2__name.sql, U1.2__name.sql, R__name.sql, and V1.2__name.sql.conf beside them",
  witness: ({ files }) => files.find(isFlywayName),
  draft: ({ files }) => {
    const configured = new Set(files.filter((file) => /\.sql\.conf$/i.test(file)));
    const read = files.filter((file) => !configured.has(file)).map((file) => readFlywayName(file) ?? file);
    const scripts = read.flatMap((one) => (typeof one === "object" && "kind" in one ? [one] : [])).sort(compareFlyway);
    const undos = new Map(scripts.filter(({ kind }) => kind === "U").map((script) => [keyOf(script), script]));
    const versions = new Set(scripts.filter(({ kind }) => kind === "V").map(keyOf));
    const drafts = scripts
      .filter(({ kind }) => kind !== "U")
      .map((script) => toDraft(script, script.kind === "V" ? undos.get(keyOf(script)) : undefined, configured));
    return {
      drafts,
      strays: read.flatMap((one) => (typeof one === "string" ? [one] : [])),
      problems: [
        ...read.flatMap((one) => (typeof one === "string" || "kind" in one ? [] : [one])),
        ...twice(scripts),
        ...[...undos]
          .filter(([key]) => !versions.has(key))
          .map(([, { file }]) => refuse(file, "there is no V file of its version")),
        ...[...configured].filter((conf) => !files.includes(conf.slice(0, -confEnding.length))).map(withoutScript),
      ],
    };
  },
};

function keyOf({ version }: FlywayFile): string {
  return version.join(".");
}

function twice(scripts: readonly FlywayFile[]): readonly Problem[] {
  const what = (script: FlywayFile) =>
    script.kind === "R" ? `the repeatable ${script.description}` : `the version ${script.kind}${keyOf(script) || "0"}`;
  return [...groupBy(scripts, what)]
    .filter(([, same]) => same.length > 1)
    .map(([key, same]) =>
      sameVersion(
        key,
        same.map(({ file }) => file),
      ),
    );
}

function withoutScript(conf: string): Problem {
  return refuse(conf, "there is no script of this name without .conf");
}

function toDraft(script: FlywayFile, undo: FlywayFile | undefined, configured: ReadonlySet<string>): Draft {
  const { file, name } = script;
  const confs = [file, undo?.file ?? file].map((one) => one + confEnding).filter((conf) => configured.has(conf));
  return {
    name,
    files: [file, ...(undo ? [undo.file] : []), ...new Set(confs)],
    parse: (text, dialect) => {
      const read = (path: string) => {
        const { conf, flaws } = readConf(configured.has(path + confEnding) ? text(path + confEnding) : "");
        const parsed = parseFlyway({ path, text: text(path) }, conf, dialect);
        return {
          ...parsed,
          problems: [...parsed.problems, ...flaws.map((flaw) => toProblem(path + confEnding, flaw))],
        };
      };
      const { migration, problems } = undo ? pair(name, read(file), read(undo.file)) : toParsed(name, read(file));
      const repeatable = script.kind === "R" && { repeatable: true as const };
      return { migration: { ...migration, source: sourceSums(text(file)), ...repeatable }, problems };
    },
  };
}
