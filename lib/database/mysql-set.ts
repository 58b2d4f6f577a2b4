import { QUOTES, quotedIn, STRINGS, withoutQuoted } from "./mysql-quoted";

/** One `name = value` of a SET. */
export interface Assignment {
  /** Without what says where it belongs, and without quotes. */
  readonly name: string;
  readonly value: string;
  /** Whose it is: a variable of the user's own, of the session, or of the whole server. */
  readonly scope: "user" | "session" | "server";
}

const TARGET =
  /^(?:(GLOBAL|PERSIST|PERSIST_ONLY|SESSION|LOCAL)\s+)?(@@|@)?(?:(GLOBAL|PERSIST|PERSIST_ONLY|SESSION|LOCAL)\s*\.)?([\s\S]*)$/i;

/**
 * What a SET assigns. A word such as GLOBAL counts for the assignments behind it, too:
 * https://dev.mysql.com/doc/refman/8.4/en/set-variable.html
 * @param text a statement that begins with SET
 */
export function assignmentsOf(text: string): readonly Assignment[] {
  let word = "SESSION";
  return listed(text.replace(/^SET\s+/i, "")).map((one) => {
    const at = one.search(/:?=/);
    const [, said, at2, inside, name = ""] = TARGET.exec(one.slice(0, at).trim()) ?? [];
    const value = one.slice(at).replace(/^:?=/, "").trim();
    word = (said ?? word).toUpperCase();
    const place = (inside ?? (at2 ? "SESSION" : word)).toUpperCase();
    const session = place === "SESSION" || place === "LOCAL";
    return {
      name: unquoted(name.trim()),
      value,
      scope: at2 === "@" ? "user" : session ? "session" : "server",
    };
  });
}

function unquoted(name: string): string {
  const [, quote = "", inner = name] = /^([`"'])([\s\S]*)\1$/.exec(name) ?? [];
  return quote === "" ? inner : inner.replaceAll(quote + quote, quote);
}

/** Between the commas that stand in no parentheses and no string. */
export function listed(text: string): readonly string[] {
  const quoted = [...quotedIn(text, QUOTES)].values();
  let next = quoted.next().value;
  const items: string[] = [];
  let [from, depth] = [0, 0];
  for (const { 0: mark, index } of text.matchAll(/[(),]/g)) {
    while (next && next.end <= index) next = quoted.next().value;
    if (next && next.start < index) continue;
    if (mark === "(") depth += 1;
    if (mark === ")") depth -= 1;
    if (mark !== "," || depth !== 0) continue;
    items.push(text.slice(from, index));
    from = index + 1;
  }
  return [...items, text.slice(from)];
}

/** They give the same for the same, whatever is in the database and whatever the time is. */
const PURE = /^(?:CONCAT|CONCAT_WS|REPLACE|TRIM|LOWER|UPPER|IF|IFNULL|NULLIF|COALESCE|SELECT|TRUE|FALSE|NULL)$/i;
/** Without parentheses, and yet no constant. */
const PASSING = /^(?:CURRENT_\w+|LOCALTIME|LOCALTIMESTAMP|UTC_DATE|UTC_TIME|UTC_TIMESTAMP)$/i;
/** What the session has done, rather than what it was told. */
const DONE = /@@(?:SESSION\.|LOCAL\.)?(?:LAST_INSERT_ID|IDENTITY|INSERT_ID|TIMESTAMP|WARNING_COUNT|ERROR_COUNT)\b/i;

/** Whether a value is written in the statement, or made of nothing but settings and variables of the session. */
export function isConstant(value: string): boolean {
  if (DONE.test(value)) return false;
  const plain = withoutQuoted(value, STRINGS, "''").replace(/(?:\b_\w+\s*)?''/g, " ");
  const words = plain.replace(/@@?[\w.$`]+/g, " ").match(/[A-Za-z_][\w.$]*/g) ?? [];
  // A setting may be a name: `SET sql_mode = ANSI`.
  if (/^\s*[\w.]+\s*$/.test(plain)) return words.every((one) => !PASSING.test(one));
  return !/['"`]/.test(plain.replace(/@@?[\w.$`]+/g, "")) && words.every((one) => PURE.test(one));
}
