const IDENTIFIER = String.raw`(?:"(?:[^"]|"")+"|[\w$]+)`;
const NAME = String.raw`(?:${IDENTIFIER}\s*\.\s*)?${IDENTIFIER}`;
const COLUMNS = String.raw`\([^()]*\)`;

/**
 * None of them calls a function of the user's: a table that was just made has no rows for which a default, a check or a trigger
 * would be asked, and an index on nothing but columns asks none.
 */
const QUIET: readonly RegExp[] = [
  new RegExp(String.raw`^CREATE\s+(?:UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?${NAME}\s*\(`, "i"),
  new RegExp(
    String.raw`^CREATE\s+(?:UNIQUE\s+)?INDEX\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:${IDENTIFIER}\s+)?ON\s+(?:ONLY\s+)?${NAME}\s*(?:USING\s+\w+\s*)?${COLUMNS}\s*(?:INCLUDE\s*${COLUMNS}\s*)?(?:WHERE\b[^()]+)?$`,
    "i",
  ),
  /^DROP\s+(?:TABLE|INDEX)\b/i,
];

/** A table of a query's rows, one that only the session has, and names whose letters stand for others. */
const UNLESS = /\bAS[\s(]*(?:SELECT|VALUES|TABLE|WITH|EXECUTE)\b|pg_temp|\bU&"/i;

/** @param text a statement from its first word, its comments blank */
export function changesNothing(text: string): boolean {
  return QUIET.some((pattern) => pattern.test(text)) && !UNLESS.test(text);
}

/** An expression: functions of the user's are called at any DDL. https://www.postgresql.org/docs/current/event-triggers.html */
export const WATCHED = "EXISTS (SELECT FROM pg_catalog.pg_event_trigger WHERE evtenabled <> 'D')";
