import type { Manner } from "./dialect";
import { head, kindOf } from "./postgres-segments";

/** Of `SET LOCAL` nothing is left when its transaction has ended. */
const SESSION = /^(?:SET\s+(?!LOCAL\b|TRANSACTION\b|CONSTRAINTS\b)|RESET\b|PREPARE\s+(?!TRANSACTION\b)|DEALLOCATE\b)/i;

/** How a statement of a migration in code meets transactions, where it is in none of ours. */
export function postgresManner(sql: string): Manner {
  const text = head(sql);
  const kind = kindOf(text);
  if (kind === "alone" || mayCommit(text)) return "outside";
  if (kind === "joins" && SESSION.test(text)) return "session";
  return kind === "joins" && /^ROLLBACK\b/i.test(text) ? "rewind" : kind;
}

/** A procedure that commits is refused inside a transaction; one of several statements in a text would end ours. */
function mayCommit(text: string): boolean {
  if (/^CALL\b/i.test(text)) return true;
  if (/^DO\b/i.test(text)) return /\b(?:COMMIT|ROLLBACK)\b/i.test(text);
  return /;\s*(?:BEGIN|START|COMMIT|ROLLBACK)\b/i.test(text.replace(/\$(\w*)\$[\s\S]*?\$\1\$/g, "''"));
}
