import type { SqlScript, Statement } from "../migration";
import { type Frame, frameAt, type SessionEffect, word } from "./frame";
import { head } from "./mysql-segments";

/** A value that is written in the statement, or was in the session from its beginning. */
const CONSTANT = /^\s*(?:'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|[-+]?[\w.]+|@@?[\w.$`]+|_\w+\s*'(?:[^'])*')\s*$/;

const TEMPORARY = /^CREATE\s+(?:OR\s+REPLACE\s+)?TEMPORARY\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?[`"]?([\w$]+)/i;

export function mysqlFrame(script: SqlScript, from: number): Frame {
  return frameAt(script, from, sessionEffect);
}

function sessionEffect({ sql }: Statement): SessionEffect {
  const text = head(sql).replace(/\*\/\s*$/, "");
  if (/^(?:USE|SET\s+NAMES|SET\s+CHARACTER\s+SET)\b/i.test(text)) return { kind: "constant" };
  if (/^PREPARE\b/i.test(text)) {
    const [, name = "", source = ""] = /^PREPARE\s+([\w$`]+)\s+FROM\s+([\s\S]*)$/i.exec(text) ?? [];
    return CONSTANT.test(source) && !source.includes("@")
      ? { kind: "constant" }
      : data(`the prepared statement ${name}`, name);
  }
  const temporary = TEMPORARY.exec(text)?.[1];
  if (temporary !== undefined) return data(`the temporary table ${temporary}`, temporary);
  if (/^SET\b/i.test(text)) return setEffect(text);
  const into = /\bINTO\s+(@[\w.$]+)/i.exec(text)?.[1];
  return into === undefined ? { kind: "none" } : data(into, into);
}

/** `SET GLOBAL` and the like outlast the session. */
function setEffect(text: string): SessionEffect {
  if (
    /^SET\s+(?:GLOBAL|PERSIST|PERSIST_ONLY|PASSWORD|DEFAULT|ROLE|TRANSACTION|STATEMENT)\b|@@(?:GLOBAL|PERSIST)/i.test(
      text,
    )
  )
    return { kind: "none" };
  const assignments = text.replace(/^SET\s+(?:SESSION\s+|LOCAL\s+)?/i, "").split(",");
  const made = assignments.find((one) => !CONSTANT.test(one.slice(one.indexOf("=") + 1)));
  if (made === undefined) return { kind: "constant" };
  const name = made.slice(0, made.indexOf("=")).replace(/:$/, "").trim();
  return data(name, name);
}

function data(what: string, name: string): SessionEffect {
  return { kind: "data", what, use: word(name.replace(/[`"]/g, "")) };
}
