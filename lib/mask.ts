import { createHash } from "node:crypto";

/** Literals that follow these words are credentials in every dialect's account statements. */
const CREDENTIAL =
  /\b(IDENTIFIED\s+(?:WITH\s+\S+\s+)?(?:BY|AS)(?:\s+PASSWORD)?|PASSWORD\s*(?:=|\()?)(\s*)('(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")/gi;

/** Replaces the literal of every credential in a statement, so that it can be shown or stored. */
export function maskSecrets(sql: string): string {
  return sql.replace(CREDENTIAL, "$1$2'***'");
}

/** An account in a server's message: whose it is, is nobody's business who reads a build log. */
const ACCOUNT = /'[^']*'@'[^']*'/g;

/** What a server or a migration has to say, without credentials and accounts. */
export function maskMessage(message: string): string {
  return maskSecrets(message).replace(ACCOUNT, "the user");
}

/** A statement for people: secrets masked, one line, at most `length` characters. */
export function excerpt(sql: string, length = 200): string {
  const line = maskSecrets(sql).replace(/\s+/g, " ").trim();
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}

/** Characters up to which a statement is kept word for word; beyond, its beginning and its hash. */
type Room = 2_048 | 64;

/** A statement as the journal keeps it for comparison: secrets masked, and shortened where it is long. */
function kept(sql: string, room: Room): string {
  const masked = maskSecrets(sql);
  if (masked.length <= room) return masked;
  return `${masked.slice(0, room / 2)}… sha256:${createHash("sha256").update(masked).digest("hex")}`;
}

/** Bytes that the journal spends on one script; it must fit into a packet twice over. */
export const KEPT_BYTES = 1_000_000;

/** Every statement of a script as the journal keeps it: shorter where there are very many. */
export function keptStatements(statements: readonly string[]): readonly string[] {
  const usual = statements.map((sql) => kept(sql, 2_048));
  const bytes = usual.reduce((sum, sql) => sum + Buffer.byteLength(sql), 0);
  return bytes <= KEPT_BYTES ? usual : statements.map((sql) => kept(sql, 64));
}

/** Whether what the journal kept was this statement. */
export function isKept(stored: string, sql: string): boolean {
  return stored === kept(sql, 2_048) || stored === kept(sql, 64);
}
