import type { Manner } from "./dialect";
import { OPAQUE, withoutQuoted } from "./mysql-quoted";
import { head, kindOf } from "./mysql-segments";

const TEMPORARY = /^(?:CREATE|DROP)\s+(?:OR\s+REPLACE\s+)?TEMPORARY\b/i;
/** Lets everything after it join one transaction until that is committed, ours with it. */
const AUTOCOMMIT_OFF = /^SET\b[\s\S]*\bautocommit\s*(?::?=)\s*(?:0|off|false)\b/i;
const SESSION =
  /^(?:SET\s+(?!(?:GLOBAL|PERSIST|PERSIST_ONLY|PASSWORD|STATEMENT)\b)|USE|PREPARE|DEALLOCATE|DROP\s+PREPARE)\b/i;

/** How a statement of a migration in code meets transactions. */
export function mysqlManner(sql: string): Manner {
  if (isSeveral(sql)) return "unsure";
  const text = head(sql);
  if (AUTOCOMMIT_OFF.test(text)) return "refused";
  // What is computed cannot be made the same again on another session.
  if (SESSION.test(text) && !/@@(?:GLOBAL|PERSIST)/i.test(text)) return text.includes("(") ? "joins" : "session";
  if (TEMPORARY.test(text)) return "joins";
  const kind = kindOf(sql);
  if (kind === "joins") return /^ROLLBACK\b/i.test(text) ? "rewind" : "joins";
  return kind === "alone" ? "unsure" : kind;
}

/** Whether the text holds more than one statement, as the driver allows; a comment behind the last one counts. */
function isSeveral(sql: string): boolean {
  return /;\s*\S/.test(withoutQuoted(sql, OPAQUE, "x"));
}
