const TEMPORARY =
  /\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:GLOBAL\s+|LOCAL\s+)?TEMP(?:ORARY)?\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?([`"\w$.]+)/gi;
const INTO_TEMPORARY = /\bINTO\s+TEMP(?:ORARY)?\s+(?:TABLE\s+)?([`"\w$.]+)/gi;
/** A variable of MySQL that is assigned to. */
const VARIABLE = /(?<!@)@([\w$.]+|`[^`]+`)\s*:?=(?!=)|\bINTO\s+@([\w$.]+|`[^`]+`)/gi;

/** Names of what a statement leaves in its session and nowhere else: temporary tables, variables. */
export function leftInSession(sql: string): readonly string[] {
  const found = [TEMPORARY, INTO_TEMPORARY, VARIABLE].flatMap((pattern) => [...sql.matchAll(pattern)]);
  return found.map(([, first, second]) => (first ?? second ?? "").replace(/[`"]/g, "").toLowerCase());
}

/** The first of these names that a statement mentions. */
export function mentioned(sql: string, names: Iterable<string>): string | undefined {
  const words = new Set(sql.toLowerCase().match(/[\w$]+/g));
  return [...names].find((name) => name.split(".").every((word) => words.has(word)));
}
