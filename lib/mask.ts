/** Literals that follow these words are credentials in every dialect's account statements. */
const CREDENTIAL =
  /\b(IDENTIFIED\s+(?:WITH\s+\S+\s+)?(?:BY|AS)(?:\s+PASSWORD)?|PASSWORD\s*(?:=|\()?)(\s*)('(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")/gi;

/** Replaces the literal of every credential in a statement, so that it can be shown or stored. */
export function maskSecrets(sql: string): string {
  return sql.replace(CREDENTIAL, "$1$2'***'");
}

/** A statement for people: secrets masked, one line, at most `length` characters. */
export function excerpt(sql: string, length = 200): string {
  const line = maskSecrets(sql).replace(/\s+/g, " ").trim();
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}
