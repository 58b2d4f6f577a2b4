/** A statement that is nothing but one executable comment, as dumps are full of. */
const CONDITIONAL = /^\s*\/\*(M?)!(\d{5,6})?\s[\s\S]*\*\/\s*$/;

/**
 * Whether a server of this version (`SELECT VERSION()`) takes the whole statement for a comment. Alone that does nothing;
 * between the statements of a message it is a syntax error.
 * https://dev.mysql.com/doc/refman/8.4/en/comments.html, https://mariadb.com/kb/en/comment-syntax/
 */
export function isCommentFor(version: string, sql: string): boolean {
  const match = CONDITIONAL.exec(sql);
  if (!match) return false;
  const [, maria, digits] = match;
  const isMariaDb = /mariadb/i.test(version);
  if (maria && !isMariaDb) return true;
  const needed = Number(digits ?? 0);
  // MariaDB leaves aside what MySQL introduced after the two parted.
  if (isMariaDb && !maria && needed >= 50_700 && needed <= 99_999) return true;
  return needed > versionNumber(version);
}

/**
 * Whether a server of this version can pass over rows that are locked.
 * https://dev.mysql.com/doc/refman/8.4/en/innodb-locking-reads.html, https://mariadb.com/kb/en/select/
 */
export function canSkipLocked(version: string): boolean {
  return versionNumber(version) >= (/mariadb/i.test(version) ? 100_600 : 80_001);
}

/** 10.11.19 is 101119. */
export function versionNumber(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version.split(/[^\d]+/).map(Number);
  return major * 10_000 + minor * 100 + patch;
}
