import type { SqlScript, Statement } from "../migration";
import type { Leftover } from "./dialect";
import { everywhere, framesOf, type Made, type SessionEffect, word } from "./frame";
import { name } from "./mysql-grammar";
import { head } from "./mysql-segments";
import { type Assignment, assignmentsOf, isConstant } from "./mysql-set";

const TEMPORARY = /^CREATE\s+(?:OR\s+REPLACE\s+)?TEMPORARY\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?[`"]?([\w$]+)/i;
/** What they hold is not run yet. */
const DEFINITION = /^CREATE\b[^(]*?\b(?:PROCEDURE|FUNCTION|TRIGGER|EVENT)\b/i;
/** Assigns user variables, as do SET and CALL. */
const ASSIGNS = /\bINTO\s+@|@[\w.$]+\s*:=/i;

const INSERTS = /^\W*(?:INSERT|REPLACE)\b/i;
const INSERT_ID: Made = {
  what: "LAST_INSERT_ID()",
  use: /\bLAST_INSERT_ID\s*\(\s*\)|@@(?:SESSION\.|LOCAL\.)?(?:LAST_INSERT_ID|IDENTITY)\b/i,
  anew: INSERTS,
};

export const mysqlFrame = framesOf(sessionEffect);

function sessionEffect({ sql }: Statement): SessionEffect {
  const text = head(sql).replace(/\*\/\s*$/, "");
  if (/^USE\b/i.test(text)) return { kind: "constant", ...everywhere("the database in use") };
  if (/^SET\b/i.test(text)) return setEffect(text);
  if (/^PREPARE\b/i.test(text)) return prepareEffect(text);
  const temporary = TEMPORARY.exec(text)?.[1];
  if (temporary !== undefined) return { kind: "data", what: `the temporary table ${temporary}`, use: word(temporary) };
  if (DEFINITION.test(text)) return { kind: "none" };
  const variables = /^CALL\b/i.test(text) || ASSIGNS.test(text) ? variablesIn(text) : [];
  if (variables.length > 0) return { kind: "data", ...userVariables(variables) };
  return INSERTS.test(text) ? { kind: "data", ...INSERT_ID } : { kind: "none" };
}

function prepareEffect(text: string): SessionEffect {
  const [, name = "", source = ""] = /^PREPARE\s+[`"]?([\w$]+)[`"]?\s+FROM\s+([\s\S]*)$/i.exec(text) ?? [];
  const made = { what: `the prepared statement ${name}`, use: word(name) };
  return { kind: isConstant(source) ? "constant" : "data", ...made };
}

/** `SET GLOBAL` and the like outlast the session; `SET TRANSACTION` and `SET STATEMENT` do not last that long. */
function setEffect(text: string): SessionEffect {
  if (/^SET\s+(?:PASSWORD|DEFAULT\s+ROLE|TRANSACTION|STATEMENT)\b/i.test(text)) return { kind: "none" };
  if (/^SET\s+(?:NAMES|CHARACTER\s+SET|CHARSET|ROLE|(?:SESSION|LOCAL)\s+TRANSACTION)\b/i.test(text))
    return { kind: "constant", ...everywhere("a setting") };
  const own = assignmentsOf(text).filter(({ scope }) => scope !== "server");
  if (own.length === 0) return { kind: "none" };
  return { kind: own.every(({ value }) => isConstant(value)) ? "constant" : "data", ...madeBy(own) };
}

function madeBy(assignments: readonly Assignment[]): Made {
  const system = assignments.find(({ scope }) => scope === "session");
  return system ? everywhere(system.name) : userVariables(assignments.map(({ name }) => name));
}

function userVariables(names: readonly string[]): Made {
  const any = names.map((name) => name.replace(/[.$]/g, "\\$&")).join("|");
  return { what: `@${names[0]}`, use: new RegExp(`(?<!@)@[\`"']?(?:${any})(?![\\w$.])`, "i") };
}

function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(/(?<![@\w])@[`"']?([\w.$]+)/g)].map(([, name = ""]) => name);
}

/**
 * What takes away what a script has left in its session, beyond what is reset anyway: the next one may run in the same session
 * or in a new one, and must come to the same. The last comes first: it may forbid what undoes those before it. The server refuses
 * what it does not know, or has no default for.
 */
export function leftBy({ statements }: SqlScript): readonly Leftover[] {
  const left = statements.toReversed().flatMap(({ sql }) => undone(head(sql).replace(/\*\/\s*$/, "")));
  return [...new Map(left.map((one) => [one.sql, one])).values()];
}

function undone(text: string): readonly Leftover[] {
  const temporary = TEMPORARY.exec(text)?.[1];
  if (temporary !== undefined) return [{ sql: `DROP TEMPORARY TABLE IF EXISTS ${name(temporary)}` }];
  // Its two halves have other names on MariaDB and on MySQL.
  if (/^SET\s+(?:SESSION|LOCAL)\s+TRANSACTION\b/i.test(text))
    return [
      { sql: "SET SESSION TRANSACTION READ WRITE" },
      ...["tx", "transaction"].map((word) => byDefault(`${word}_isolation`)),
    ];
  if (/^SET\b/i.test(text) && setEffect(text).kind !== "none") return assignmentsOf(text).flatMap(unset);
  const assigns = !DEFINITION.test(text) && (/^CALL\b/i.test(text) || ASSIGNS.test(text));
  return assigns ? variablesIn(text).map(forgotten) : [];
}

function unset({ scope, name: variable }: Assignment): readonly Leftover[] {
  if (scope === "user") return [forgotten(variable)];
  return scope === "session" && /^\w+$/.test(variable) ? [byDefault(variable)] : [];
}

const byDefault = (variable: string): Leftover => ({
  sql: `SET SESSION ${name(variable)} = DEFAULT`,
  refusable: true,
});
const forgotten = (variable: string): Leftover => ({ sql: `SET @${name(variable)} = NULL` });
