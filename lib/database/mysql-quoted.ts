/** Part of a statement that is to be taken as a whole, by positions. */
export interface Quoted {
  readonly start: number;
  readonly end: number;
}

/** What ends each, by its first character; in parentheses what is to be passed over. */
const CLOSERS: Readonly<Record<string, RegExp>> = {
  "'": /(''|\\[\s\S])|'/g,
  '"': /(""|\\[\s\S])|"/g,
  "`": /(``)|`/g,
  "/": /\*\//g,
  "-": /\n|$/g,
  "#": /\n|$/g,
};

/** Strings, and names in backticks. */
export const QUOTES = /['"`]/g;
export const STRINGS = /['"]/g;
/** In which a semicolon ends nothing: comments, too. */
export const OPAQUE = /['"`#]|--\s|\/\*/g;

/**
 * Where a statement of MySQL has something quoted. What is never closed is left out. It is looked for mark by mark: one regular
 * expression for a whole string, a choice that is repeated, needs a place to return to for each character, and from some million
 * of them on V8 has no room for that.
 */
export function* quotedIn(sql: string, openers: RegExp): Generator<Quoted> {
  const opener = new RegExp(openers);
  for (let found = opener.exec(sql); found; found = opener.exec(sql)) {
    const end = endOf(sql, found.index, found[0]);
    if (end === undefined) continue;
    yield { start: found.index, end };
    opener.lastIndex = end;
  }
}

function endOf(sql: string, at: number, opener: string): number | undefined {
  const closer = CLOSERS[opener.charAt(0)];
  if (!closer) return undefined;
  const mark = new RegExp(closer);
  // The blank behind two dashes may be the end of the line.
  mark.lastIndex = at + Math.min(opener.length, 2);
  for (let found = mark.exec(sql); found; found = mark.exec(sql)) {
    if (found[1] === undefined) return mark.lastIndex;
  }
  return undefined;
}

/** A statement with something else in place of each thing that is quoted. */
export function withoutQuoted(sql: string, openers: RegExp, by: string): string {
  const parts: string[] = [];
  let from = 0;
  for (const { start, end } of quotedIn(sql, openers)) {
    parts.push(sql.slice(from, start), by);
    from = end;
  }
  return parts.join("") + sql.slice(from);
}
