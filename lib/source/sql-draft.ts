import type { DialectName } from "../migration";
import type { Problem } from "../report";
import type { Draft, Parsed } from "./format";
import { sourceSums } from "./source-sums";
import { parseSqlFile, parseWholeFile, type SqlFile, type SqlFileText } from "./sql-file";

type Parse = (file: SqlFileText, dialect: DialectName) => SqlFile;

/** A migration of one file with both directions in it. */
export function sqlDraft(name: string, file: string, parse: Parse = parseSqlFile): Draft {
  return {
    name,
    files: [file],
    parse: (text, dialect) => toParsed(name, parse({ path: file, text: text(file) }, dialect)),
  };
}

/** A migration of two files with `-- migrate:up` at most. */
export function pairDraft(name: string, up: string, down: string | undefined): Draft {
  return {
    name,
    files: [up, ...(down === undefined ? [] : [down])],
    parse: (text, dialect) => {
      const read = (path: string) => {
        const file = parseSqlFile({ path, text: text(path) }, dialect);
        return { ...file, problems: [...file.problems, ...misplaced(path, file)] };
      };
      const first = read(up);
      return down === undefined ? toParsed(name, first) : pair(name, first, read(down));
    },
  };
}

/** Files all of which is `up`, or `down`. */
export interface WholeFiles {
  readonly up: string;
  readonly down?: string;
}

/** A migration whose checksums other tools can know, as they take the file for a whole. */
export function wholeDraft(name: string, { up, down }: WholeFiles, parse: Parse = parseWholeFile): Draft {
  return {
    name,
    files: [up, ...(down === undefined ? [] : [down])],
    parse: (text, dialect) => {
      const read = (path: string) => parse({ path, text: text(path) }, dialect);
      const { migration, problems } = down === undefined ? toParsed(name, read(up)) : pair(name, read(up), read(down));
      return { migration: { ...migration, source: sourceSums(text(up)) }, problems };
    },
  };
}

export function toParsed(name: string, { problems, ...file }: SqlFile): Parsed {
  return { migration: { kind: "sql", name, ...file }, problems };
}

/** @param half the file of the other direction, read as if it were an up */
export function pair(name: string, { problems, ...file }: SqlFile, half: SqlFile): Parsed {
  const phase = half.phase === "post" ? "post" : file.phase;
  return {
    migration: { kind: "sql", name, ...file, phase, down: half.up },
    problems: [...problems, ...half.problems],
  };
}

function misplaced(path: string, { down }: SqlFile): readonly Problem[] {
  if (!down) return [];
  return [{ code: "INVALID", message: `${path}: a -- migrate:down in a file that is one half of a pair`, file: path }];
}
