import { mysqlGrammar } from "./mysql-grammar";
import { IDENTIFIER, type ObjectName, objectName, within } from "./mysql-names";

const { text } = mysqlGrammar;

/** A table, or what belongs to one and has a name. */
export type ObjectKind = "table" | "column" | "index" | "constraint";

/** Where in information_schema objects of a kind are found, and in which column their names. */
export const CATALOGUES = {
  table: { catalogue: "TABLES", column: "TABLE_NAME" },
  column: { catalogue: "COLUMNS", column: "COLUMN_NAME" },
  index: { catalogue: "STATISTICS", column: "INDEX_NAME" },
  constraint: { catalogue: "TABLE_CONSTRAINTS", column: "CONSTRAINT_NAME" },
} as const satisfies Readonly<Record<ObjectKind, object>>;

/** What a statement, or a clause of one, does to an object of this name. */
export interface Change {
  readonly kind: ObjectKind;
  readonly name: string;
  readonly leaves: "there" | "gone";
}

export function exists(table: ObjectName): string {
  return holds(table, { kind: "table", name: table.name, leaves: "there" });
}

/** A condition: things are as this leaves them. @param table whose the object is, or itself */
export function holds(table: ObjectName, { kind, name, leaves }: Change): string {
  const { catalogue, column } = CATALOGUES[kind];
  const own = kind === "table" ? "" : ` AND ${column} = ${text(name)}`;
  const found = `EXISTS (SELECT 1 FROM information_schema.${catalogue} WHERE ${within("TABLE", table)}${own})`;
  return leaves === "there" ? found : `NOT (${found})`;
}

const clause = (pattern: string): RegExp => new RegExp(`^${pattern}`, "i");

/** What stands where a name would, and is none. */
const ADDS_NO_COLUMN =
  "COLUMN|INDEX|KEY|UNIQUE|FULLTEXT|SPATIAL|CONSTRAINT|PRIMARY|FOREIGN|CHECK|PARTITION|PERIOD|SYSTEM";
const DROPS_NO_COLUMN = "INDEX|KEY|FOREIGN|CONSTRAINT|CHECK|PRIMARY|PARTITION|PERIOD|SYSTEM";

/** A primary key is called PRIMARY, whatever name it is given, and a unique one as its index, which may have a name of its own. */
const CLAUSES: readonly (readonly [RegExp, ObjectKind, Change["leaves"]])[] = [
  [
    clause(
      String.raw`ADD\s+(?:UNIQUE\s+|FULLTEXT\s+|SPATIAL\s+)?(?:INDEX|KEY)\s+(?!USING\b)(${IDENTIFIER})\s*(?:USING\s+\w+\s*)?\(`,
    ),
    "index",
    "there",
  ],
  [clause(String.raw`ADD\s+UNIQUE\s+(?!(?:INDEX|KEY|USING)\b)(${IDENTIFIER})\s*\(`), "index", "there"],
  [
    clause(String.raw`ADD\s+CONSTRAINT\s+(${IDENTIFIER})\s+(?:(?:FOREIGN|CHECK)\b|UNIQUE(?:\s+(?:INDEX|KEY))?\s*\()`),
    "constraint",
    "there",
  ],
  [clause(String.raw`ADD\s+(?:COLUMN\s+)?(?!(?:${ADDS_NO_COLUMN})\b)(${IDENTIFIER})\s`), "column", "there"],
  [clause(String.raw`DROP\s+(?:INDEX|KEY)\s+(${IDENTIFIER})`), "index", "gone"],
  [clause(String.raw`DROP\s+(?:FOREIGN\s+KEY|CONSTRAINT|CHECK)\s+(${IDENTIFIER})`), "constraint", "gone"],
  [clause(String.raw`DROP\s+(?:COLUMN\s+)?(?!(?:${DROPS_NO_COLUMN})\b)(${IDENTIFIER})`), "column", "gone"],
];

/** What such a clause names may be there, or not, before and afterwards. */
const CONDITION = /^(?:\w+\s+){1,3}?IF\s+(?:NOT\s+)?EXISTS\s+/i;

/** What the first clause of an ALTER TABLE does; undefined where that is not the coming or going of something with a name. */
export function changeBy(text: string): Change | undefined {
  if (CONDITION.test(text)) return undefined;
  for (const [pattern, kind, leaves] of CLAUSES) {
    const name = pattern.exec(text)?.[1];
    if (name !== undefined) return { kind, name: objectName(name, "").name, leaves };
  }
  return undefined;
}
