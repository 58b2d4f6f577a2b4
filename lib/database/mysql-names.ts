import type { SqlScript } from "../migration";
import { mysqlGrammar } from "./mysql-grammar";
import { head } from "./mysql-segments";

const { text } = mysqlGrammar;

/** As a source of regular expressions. */
export const IDENTIFIER = String.raw`(?:\x60(?:[^\x60]|\x60\x60)+\x60|[\w$\u0080-\uffff]+)`;
export const NAME = String.raw`(?:${IDENTIFIER}\s*\.\s*)?${IDENTIFIER}`;

const IDENTIFIERS = new RegExp(IDENTIFIER, "g");

export interface ObjectName {
  readonly schema: string;
  readonly name: string;
}

/** @param schema where it lies if the name says nothing of it */
export function objectName(qualified: string, schema: string): ObjectName {
  const parts = [...qualified.matchAll(IDENTIFIERS)].map(([one]) =>
    one.startsWith("`") ? one.slice(1, -1).replaceAll("``", "`") : one,
  );
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

/** Where names lie that say nothing of it: in the database that was last named by USE before this statement. */
export function schemaAt({ statements }: SqlScript, index: number, database: string): string {
  const used = statements
    .slice(0, index)
    .flatMap(({ sql }) => /^\s*USE\s+[\x60"]?([^\s\x60";]+)/i.exec(sql)?.[1] ?? []);
  return used.at(-1) ?? database;
}
