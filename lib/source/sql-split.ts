import { mysqlSplitterOptions, postgreSplitterOptions, type SplitterOptions, splitQuery } from "dbgate-query-splitter";
import type { DialectName, Statement } from "../migration";
import { createBlock } from "./sql-block";
import { type Body, createBody, tokens } from "./sql-body";
import type { Flaw, SqlText } from "./sql-text";

/** Part of a text, by positions. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Split {
  readonly statements: readonly Statement[];
  /** Where each statement stands in the text: from its first to its last token, comments around it left out. */
  readonly ranges: readonly Range[];
  readonly flaws: readonly Flaw[];
}

/** The splitter is given a text without strings and comments, see `SqlText`; so it need not know them. */
const bare = {
  stringsBegins: [],
  doubleDashComments: false,
  multilineComments: false,
  allowDollarDollarString: false,
  returnRichInfo: true,
} satisfies Partial<SplitterOptions>;

const options: Readonly<Record<DialectName, SplitterOptions>> = {
  mysql: { ...mysqlSplitterOptions, ...bare },
  postgres: { ...postgreSplitterOptions, ...bare },
};

interface Bodies {
  readonly create: (head: string) => Body;
  /** What to say of a body that is open at the end. */
  readonly unclosed: string;
}

const bodies: Readonly<Record<DialectName, Bodies>> = {
  mysql: { create: createBody, unclosed: "the statement has a BEGIN, IF, CASE or loop without its END" },
  postgres: { create: createBlock, unclosed: "the statement has a ( without its ), or a BEGIN ATOMIC without its END" },
};

/** So much of a statement says whether it has a body. */
const headLength = 1000;

export function splitSql(source: SqlText, part: Range, dialect: DialectName): Split {
  const masked = hideDelimiterNames(source.masked.slice(part.start, part.end));
  const cutter = createCutter(masked, bodies[dialect]);
  for (const piece of pieces(masked, dialect)) {
    for (const token of masked.slice(piece.start, piece.end).matchAll(tokens)) {
      cutter.feed(token[0], piece.start + token.index);
    }
    if (masked[piece.end] === ";") cutter.feed(";", piece.end);
    else cutter.end();
  }
  cutter.end();
  const ranges = cutter.ranges.map(({ start, end }) => ({ start: part.start + start, end: part.start + end }));
  return {
    ranges,
    statements: ranges.map(({ start, end }) => ({ sql: source.text.slice(start, end), line: source.lineAt(start) })),
    flaws: cutter.flaws.map((flaw) => ({ ...flaw, at: part.start + flaw.at })),
  };
}

function pieces(masked: string, dialect: DialectName): readonly Range[] {
  return splitQuery(masked, options[dialect]).flatMap((item) =>
    typeof item === "string" ? [] : [{ start: item.start.position, end: item.end.position }],
  );
}

/** Puts the splitter's pieces together again where a semicolon within a body has divided them. */
function createCutter(masked: string, { create, unclosed }: Bodies) {
  const ranges: Range[] = [];
  const flaws: Flaw[] = [];
  let body: Body | undefined;
  let start = 0;
  let last = 0;
  const cut = () => {
    if (body) ranges.push({ start, end: last });
    body = undefined;
  };
  return {
    ranges,
    flaws,
    feed: (token: string, at: number) => {
      if (token === ";" && !body?.open()) return cut();
      if (!body) {
        start = at;
        body = create(masked.slice(at, at + headLength));
      }
      body.feed(token);
      last = at + token.length;
    },
    end: () => {
      if (body?.open()) flaws.push({ at: start, message: unclosed });
      cut();
    },
  };
}

/** A line that begins with the word is a client's command only between statements; else it is a column's name. */
function hideDelimiterNames(masked: string): string {
  let current = ";";
  let end = 0;
  return masked.replace(/^([ \t]*)(delimiter)([ \t]+)(\S.*)$/gim, (line, ...found) => {
    const [indent, word, space, rest, at] = found as [string, string, string, string, number];
    const value = rest.trim();
    const before = masked.slice(end, at).trimEnd();
    if (before !== "" && !before.endsWith(current) && /[\w'(]/.test(value)) {
      return `${indent}${"_".repeat(word.length)}${space}${rest}`;
    }
    current = value;
    end = at + line.length;
    return line;
  });
}
