import type { DialectName } from "../../migration";
import { fileName } from "../file-names";
import { type FoundPlaceholder, readTemplateText } from "../placeholder-text";
import { type Division, type LineFlaw, readDivision, type SqlFile, type SqlFileText } from "../sql-file";
import { lineComments } from "../sql-markers";
import { normaliseText, type SqlText } from "../sql-text";

/** What a `.sql.conf` beside a script may say. */
export interface FlywayConf {
  readonly executeInTransaction?: false;
  readonly placeholderReplacement?: false;
}

export function readConf(text: string): { readonly conf: FlywayConf; readonly flaws: readonly LineFlaw[] } {
  const flaws: LineFlaw[] = [];
  const off = new Set<string>();
  for (const [i, line] of normaliseText(text).split("\n").entries()) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const [, key = line.trim(), value = ""] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    const fault = settingFault(key, value);
    if (fault) flaws.push({ line: i + 1, message: fault });
    else if (value.toLowerCase() === "false") off.add(key);
  }
  return {
    conf: {
      ...(off.has("executeInTransaction") && { executeInTransaction: false }),
      ...(off.has("placeholderReplacement") && { placeholderReplacement: false }),
    },
    flaws,
  };
}

function settingFault(key: string, value: string): string | undefined {
  if (key === "encoding") {
    return /^utf-?8$/i.test(value) ? undefined : `encoding=${value} is not supported; write the script in UTF-8`;
  }
  if (key !== "executeInTransaction" && key !== "placeholderReplacement") {
    return `${key} is not supported; known are executeInTransaction, placeholderReplacement and encoding`;
  }
  return /^(?:true|false)$/i.test(value) ? undefined : `${key} must be true or false`;
}

/** Reads a whole script with its placeholders, `${name}`. */
export function parseFlyway({ path, text }: SqlFileText, conf: FlywayConf, dialect: DialectName): SqlFile {
  const plain = normaliseText(text);
  const placeholders = conf.placeholderReplacement === false ? [] : findPlaceholders(plain, path);
  const source = readTemplateText(plain, placeholders, dialect);
  const part = {
    source,
    range: { start: 0, end: plain.length },
    ...(placeholders.length > 0 && { placeholders }),
    ...(conf.executeInTransaction === false && { transaction: false as const }),
  };
  const flaws = conf.placeholderReplacement === false ? [] : odd(source, placeholders);
  const division: Division = { up: [part], checked: plain, comments: lineComments(source), flaws };
  return readDivision(path, division, dialect);
}

function findPlaceholders(text: string, path: string): readonly FoundPlaceholder[] {
  return [...text.matchAll(/\$\{([\p{L}\p{N}_](?:[\p{L}\p{N}_.: -]*[\p{L}\p{N}_])?)\}/gu)].map((found) => {
    const name = found[1] ?? "";
    const fixed = name.toLowerCase() === "flyway:filename" && { fixed: fileName(path) };
    return { start: found.index, end: found.index + found[0].length, expansion: { name, ...fixed } };
  });
}

/** Flyway takes everything between `${` and the next `}` for a name. */
function odd(source: SqlText, placeholders: readonly FoundPlaceholder[]): readonly LineFlaw[] {
  const read = new Set(placeholders.map(({ start }) => start));
  const comments = source.spans.filter(({ kind }) => kind !== "quoted");
  return [...source.text.matchAll(/\$\{/g)]
    .filter(({ index }) => !read.has(index) && !comments.some(({ start, end }) => start <= index && index < end))
    .map(({ index }) => ({
      line: source.lineAt(index),
      message: "a ${ that begins no placeholder; placeholderReplacement=false in a .conf beside the script keeps it",
    }));
}
