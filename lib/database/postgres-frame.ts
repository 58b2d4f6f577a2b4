import type { SqlScript, Statement } from "../migration";
import { type Frame, frameAt, type SessionEffect, word } from "./frame";
import { head } from "./postgres-segments";

const TEMPORARY =
  /^(?:CREATE\s+(?:LOCAL\s+|GLOBAL\s+)?(?:TEMP|TEMPORARY)\s+(?:TABLE|VIEW|SEQUENCE)\s+(?:IF\s+NOT\s+EXISTS\s+)?|DECLARE\s+)"?([\w$]+)"?/i;

export function postgresFrame(script: SqlScript, from: number): Frame {
  return frameAt(script, from, sessionEffect);
}

function sessionEffect({ sql }: Statement): SessionEffect {
  const text = head(sql);
  // SET LOCAL ends with its transaction, and SET takes nothing but constants.
  if (/^(?:SET|RESET)\b(?!\s+(?:LOCAL|CONSTRAINTS|TRANSACTION)\b)/i.test(text)) return { kind: "constant" };
  if (/^SELECT\s+(?:pg_catalog\s*\.\s*)?set_config\s*\(\s*'[^']*'\s*,\s*'[^']*'\s*,\s*false\s*\)\s*$/i.test(text))
    return { kind: "constant" };
  if (/^(?:PREPARE|LISTEN)\b/i.test(text)) return { kind: "constant" };
  const name = TEMPORARY.exec(text)?.[1];
  return name === undefined ? { kind: "none" } : { kind: "data", what: `what is temporary, ${name}`, use: word(name) };
}
