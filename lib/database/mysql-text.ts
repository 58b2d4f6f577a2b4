/**
 * Our own SQL runs between the statements of migrations that may have set `ANSI_QUOTES`, `NO_BACKSLASH_ESCAPES` or another
 * character set. A name in backticks and a literal in hexadecimal mean the same under all of them.
 */
export function name(identifier: string): string {
  return `\`${identifier.replaceAll("`", "``")}\``;
}

export function text(value: string | null | undefined): string {
  if (value === null || value === undefined) return "NULL";
  return value === "" ? "_utf8mb4 ''" : `_utf8mb4 x'${Buffer.from(value, "utf8").toString("hex")}'`;
}

/**
 * Evaluates to `value` while this connection holds the lock; otherwise the statement fails with ER_SUBQUERY_NO_1_ROW, and a
 * message of several statements stops there.
 */
export function whileLocked(lock: string, value: string): string {
  return `IF(IS_USED_LOCK(${text(lock)}) = CONNECTION_ID(), ${value}, (SELECT 1 UNION SELECT 2))`;
}

/** Milliseconds from now as a point in time, on the server's clock. */
export function fromNow(milliseconds: number): string {
  return `UTC_TIMESTAMP(6) + INTERVAL ${Math.round(milliseconds) * 1000} MICROSECOND`;
}

/** Age of a DATETIME(6) column in milliseconds. */
export function age(column: string): string {
  return `TIMESTAMPDIFF(MICROSECOND, ${column}, UTC_TIMESTAMP(6)) DIV 1000`;
}
