import type { SqlScript, Statement } from "../migration";
import type { Leftover } from "./dialect";
import { everywhere, framesOf, type Made, type SessionEffect, word } from "./frame";
import { name } from "./mysql-grammar";
import { ANY_IDENTIFIER, type ObjectName, objectName, schemaAt } from "./mysql-names";
import { head } from "./mysql-segments";
import { type Assignment, assignmentsOf, isConstant } from "./mysql-set";

const TEMPORARY = new RegExp(
  String.raw`^CREATE\s+(?:OR\s+REPLACE\s+)?TEMPORARY\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?((?:${ANY_IDENTIFIER}\s*\.\s*)?${ANY_IDENTIFIER})`,
  "i",
);
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
  const temporary = temporaryIn(text)?.name;
  if (temporary !== undefined) return { kind: "data", what: `the temporary table ${temporary}`, use: word(temporary) };
  if (DEFINITION.test(text)) return { kind: "none" };
  const variables = /^CALL\b/i.test(text) || ASSIGNS.test(text) ? variablesIn(text) : [];
  if (variables.length > 0) return { kind: "data", ...userVariables(variables) };
  return INSERTS.test(text) ? { kind: "data", ...INSERT_ID } : { kind: "none" };
}

/** Without a schema where its name says none. */
function temporaryIn(text: string): ObjectName | undefined {
  const qualified = TEMPORARY.exec(text)?.[1];
  return qualified === undefined ? undefined : objectName(qualified, "");
}

const PREPARE = /^PREPARE\s+[`"]?([\w$]+)[`"]?\s+FROM\s+([\s\S]*)$/i;

function prepareEffect(text: string): SessionEffect {
  const [, name = "", source = ""] = PREPARE.exec(text) ?? [];
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
  const any = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  return { what: `@${names[0]}`, use: new RegExp(`(?<!@)@[\`"']?(?:${any})(?![\\w$.])`, "i") };
}

function variablesIn(text: string): readonly string[] {
  const found = text.matchAll(/(?<![@\w])@(?:([`"'])((?:(?!\1)[\s\S]|\1\1){1,64})\1|([\w.$]+))/g);
  return [...found].map(([, quote = "", quoted, plain = ""]) => quoted?.replaceAll(quote + quote, quote) ?? plain);
}

/**
 * What takes away what a script has left in its session, beyond what is reset anyway: the next one may run in the same session
 * or in a new one, and must come to the same. The last comes first: it may forbid what undoes those before it. The server refuses
 * what it does not know, or has no default for.
 */
export function leftBy(script: SqlScript): readonly Leftover[] {
  const undone = script.statements.map((_, index) => undoneOf(script, index));
  const left = undone.toReversed().flat();
  return [...new Map(left.map((one) => [one.sql, one])).values()];
}

function undoneOf(script: SqlScript, index: number): readonly Leftover[] {
  const text = head(script.statements[index]?.sql ?? "").replace(/\*\/\s*$/, "");
  const table = temporaryIn(text);
  if (table) return [dropped(table, schemaAt(script, index, ""))];
  const [, prepared] = PREPARE.exec(text) ?? [];
  if (prepared !== undefined) return [{ sql: `DEALLOCATE PREPARE ${name(prepared)}`, refusable: true }];
  // What `reset` sets for every migration.
  if (/^SET\s+(?:NAMES|CHARACTER\s+SET|CHARSET)\b/i.test(text)) return [];
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

/** @param used the database in use then; empty where that is ours */
function dropped({ schema, name: table }: ObjectName, used: string): Leftover {
  const names = [schema || used, table].filter((one) => one !== "");
  return { sql: `DROP TEMPORARY TABLE IF EXISTS ${names.map(name).join(".")}` };
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
