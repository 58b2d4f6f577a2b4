import type { Problem } from "../report";

/** Whose modules they are: what their `up` is called with. `umzug` is also our own. */
export type CodeFormat = "umzug" | "knex" | "sequelize";

export interface CodeText {
  readonly file: string;
  readonly text: string;
}

/**
 * What `up` is followed by, up to its first parameter: `exports.up = async function (knex`, `up: (queryInterface`, `up({`.
 * A type between name and value (`const up: Migration = …`) may hold anything but `=` and brackets.
 */
const UP = [
  /(?<![\w$.])(?:(?:module\.)?exports\.)?["']?up["']?\s*/,
  /(?::[^=(){}]*=(?!>)|[:=])?\s*/,
  /(?:async\b\s*)?(?:function\b\s*[\w$]*\s*)?/,
  /\(?\s*(?<first>\{[^}]*\}|[\w$]+)\s*(?::\s*(?<type>[\w$.]+))?(?:\s*,\s*(?<second>[\w$]+))?/,
];
const FIRST_PARAMETER = new RegExp(UP.map(({ source }) => source).join(""), "g");

const COMMENT = /\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g;

/** The format of one file by the first parameter of its `up`; undefined where that does not show. */
export function codeFormatOf(text: string): CodeFormat | undefined {
  for (const { first, type, second } of firstParameters(text.replace(COMMENT, " "))) {
    if (first === "queryInterface" || type === "QueryInterface" || /^(?:Sequelize|DataTypes)$/.test(second))
      return "sequelize";
    if (/^(?:queryInterface|sequelize)$/.test(contextOf(first))) return "sequelize";
    if (first === "knex" || /^Knex\b/.test(type)) return "knex";
    if (first.startsWith("{") || first === "params" || first === "context") return "umzug";
  }
  return undefined;
}

/** How a file is to be run, as its text tells. */
export interface CodeTraits {
  /** Of umzug's one argument in a Sequelize migration: what it takes the `context` in it for, as people hand over either. */
  readonly context?: "sequelize";
  /** It is to be run outside of a transaction. */
  readonly transaction?: false;
}

/** A Sequelize migration cannot say that PostgreSQL refuses a transaction around it: it was never run in one. */
export function sequelizeTraits(text: string): CodeTraits {
  const code = text.replace(COMMENT, " ");
  return {
    ...(firstParameters(code).some(({ first }) => contextOf(first) === "sequelize") && { context: "sequelize" }),
    ...(/\bconcurrently\b/i.test(code) && { transaction: false }),
  };
}

/**
 * The format of the code files of one folder: the one that shows in some and that no other contradicts; else umzug's.
 * @returns a problem per file when there are several
 */
export function detectCodeFormat(files: readonly CodeText[]): CodeFormat | readonly Problem[] {
  const shown = files.flatMap(({ file, text }) => {
    const format = codeFormatOf(text);
    return format === undefined ? [] : [{ file, format }];
  });
  const formats = new Set(shown.map(({ format }) => format));
  if (formats.size <= 1) return shown[0]?.format ?? "umzug";
  return shown.map(({ file, format }) => ({
    code: "INVALID",
    message: `${file} is a migration for ${format}, beside others; a folder holds one format`,
    advice: "Move them into folders of their own, or set MIGRATIONS_FORMAT when this was read wrongly.",
    file,
  }));
}

interface Parameter {
  readonly first: string;
  readonly type: string;
  readonly second: string;
}

function firstParameters(code: string): readonly Parameter[] {
  return [...code.matchAll(FIRST_PARAMETER)].map(({ groups = {} }) => ({
    first: groups.first ?? "",
    type: groups.type ?? "",
    second: groups.second ?? "",
  }));
}

/** The name that a destructured parameter gives to its `context`. */
function contextOf(first: string): string {
  return /^\{.*?\bcontext\s*:\s*([\w$]+)/s.exec(first)?.[1] ?? "";
}
