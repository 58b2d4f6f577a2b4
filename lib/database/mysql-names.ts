import type { SqlScript } from "../migration";
import { mysqlGrammar } from "./mysql-grammar";
import { head } from "./mysql-segments";

const { text } = mysqlGrammar;

/** As a source of regular expressions. */
export const IDENTIFIER = String.raw`(?:\x60(?:[^\x60]|\x60\x60)+\x60|[\w$\u0080-\uffff]+)`;
/** With ANSI_QUOTES names may stand in double quotes. */
export const ANY_IDENTIFIER = `(?:"(?:[^"]|"")+"|${IDENTIFIER})`;
export const NAME = String.raw`(?:${IDENTIFIER}\s*\.\s*)?${IDENTIFIER}`;

const IDENTIFIERS = new RegExp(ANY_IDENTIFIER, "g");

export interface ObjectName {
  readonly schema: string;
  readonly name: string;
}

/** @param schema where it lies if the name says nothing of it */
export function objectName(qualified: string, schema: string): ObjectName {
  const parts = [...qualified.matchAll(IDENTIFIERS)].map(([one]) => {
    const quote = one.charAt(0);
    return quote === "`" || quote === '"' ? one.slice(1, -1).replaceAll(quote + quote, quote) : one;
  });
  const name = parts.at(-1) ?? "";
  return { schema: parts.length > 1 ? (parts[0] ?? schema) : schema, name };
}

/** A statement from its first word, without the comments in it. */
export function uncommented(sql: string): string {
  return head(sql)
    .replace(/\/\*[\s\S]*?\*\//g, " ")
    .trim();
}

/** The condition of one object in a table of information_schema: with constants for both the server opens nothing else. */
export function within(prefix: string, { schema, name }: ObjectName): string {
  return `${prefix}_SCHEMA = ${text(schema)} AND ${prefix}_NAME = ${text(name)}`;
}

/** Whether a name is the last that is left of a statement which the journal has shortened. */
export function isCutOff(name: string): boolean {
  return name.endsWith("…");
}

const USE = new RegExp(String.raw`^USE\s+(${ANY_IDENTIFIER})`, "i");

interface Use {
  readonly index: number;
  readonly schema: string;
}

/** Of one script, so that each of its statements is read once however often is asked. */
const uses = new WeakMap<SqlScript["statements"], readonly Use[]>();

function usesIn({ statements }: SqlScript): readonly Use[] {
  const known = uses.get(statements);
  if (known) return known;
  const found = statements.flatMap(({ sql }, index): readonly Use[] => {
    const [, name] = USE.exec(head(sql)) ?? [];
    return name === undefined ? [] : [{ index, schema: objectName(name, "").name }];
  });
  uses.set(statements, found);
  return found;
}

/** Where names lie that say nothing of it: in the database that was last named by USE before this statement. */
export function schemaAt(script: SqlScript, index: number, database: string): string {
  return usesIn(script).findLast((use) => use.index < index)?.schema ?? database;
}
