import type { Statement } from "../migration";
import { everywhere, framesOf, type Made, type SessionEffect, word } from "./frame";
import { head } from "./postgres-segments";

const TEMPORARY =
  /^(?:CREATE\s+(?:LOCAL\s+|GLOBAL\s+)?(?:TEMP|TEMPORARY)\s+(?:TABLE|VIEW|SEQUENCE)\s+(?:IF\s+NOT\s+EXISTS\s+)?|DECLARE\s+)"?([\w$]+)"?/i;

const SET_CONFIG = /^SELECT\s+(?:pg_catalog\s*\.\s*)?set_config\s*\(\s*'([^']*)'\s*,([\s\S]*),\s*false\s*\)/i;

const DRAWS = /\bnextval\s*\(|^\W*INSERT\b/i;
const DRAWN: Made = { what: "currval() or lastval()", use: /\b(?:currval|lastval)\s*\(/i, anew: DRAWS };

export const postgresFrame = framesOf(sessionEffect);

function sessionEffect({ sql }: Statement): SessionEffect {
  const text = head(sql);
  // SET LOCAL ends with its transaction, and SET takes nothing but constants.
  if (/^(?:SET|RESET)\b(?!\s+(?:LOCAL|CONSTRAINTS|TRANSACTION)\b)/i.test(text)) return constant("a setting");
  const [, name = "", value = ""] = SET_CONFIG.exec(text) ?? [];
  if (name !== "") return configured(name, value);
  if (/^(?:PREPARE|LISTEN)\b/i.test(text)) return constant("a prepared statement");
  const temporary = TEMPORARY.exec(text)?.[1];
  if (temporary !== undefined) return { kind: "data", what: `what is temporary, ${temporary}`, use: word(temporary) };
  return DRAWS.test(text) ? { kind: "data", ...DRAWN } : { kind: "none" };
}

function constant(what: string): SessionEffect {
  return { kind: "constant", ...everywhere(what) };
}

/** One with a point in its name is the user's own, and nothing depends on it but what names it. */
function configured(name: string, value: string): SessionEffect {
  const what = `the setting ${name}`;
  const made = name.includes(".") ? { what, use: word(name) } : everywhere(what);
  return { kind: /^\s*'[^']*'\s*$/.test(value) ? "constant" : "data", ...made };
}
