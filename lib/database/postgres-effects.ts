import type { Effect } from "./effect";
import { postgresGrammar } from "./postgres-grammar";
import { head } from "./postgres-segments";

const { text } = postgresGrammar;

const IDENTIFIER = String.raw`(?:"(?:[^"]|"")+"|[^\s".;,()]+)`;
const NAME = String.raw`(?:${IDENTIFIER}\s*\.\s*)?(${IDENTIFIER})`;

const INDEXES = "pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid";

/** What an index of this name is known by, in whatever schema: it lies in that of its table. */
const indexes = (name: string, condition: string) =>
  `(SELECT pg_catalog.string_agg(i.indexrelid::text, ',' ORDER BY i.indexrelid) FROM ${INDEXES} WHERE c.relname = ${text(name)}${condition})`;
const database = (name: string) => `(SELECT oid::text FROM pg_catalog.pg_database WHERE datname = ${text(name)})`;

/** Of a concurrent build that was cut off there is an index that is not valid: what counts is whether there is a valid one. */
const KINDS: readonly (readonly [RegExp, (name: string) => Effect])[] = [
  [
    new RegExp(
      String.raw`^CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?:IF\s+NOT\s+EXISTS\s+)?(?!ON\b)(${IDENTIFIER})\s+ON\b`,
      "i",
    ),
    (name) => made(indexes(name, " AND i.indisvalid")),
  ],
  [
    new RegExp(String.raw`^DROP\s+INDEX\s+CONCURRENTLY\s+${NAME}\s*(?:RESTRICT|CASCADE)?\s*$`, "i"),
    (name) => gone(indexes(name, "")),
  ],
  [new RegExp(String.raw`^CREATE\s+DATABASE\s+(${IDENTIFIER})`, "i"), (name) => made(database(name))],
  [new RegExp(String.raw`^DROP\s+DATABASE\s+(${IDENTIFIER})`, "i"), (name) => gone(database(name))],
];

const made = (fingerprint: string): Effect => ({ fingerprint, holds: `${fingerprint} IS NOT NULL` });
const gone = (fingerprint: string): Effect => ({ fingerprint, holds: `${fingerprint} IS NULL` });

/** Of what a transaction refuses; anything else took effect with its mark, or not at all. */
export function effectOf(sql: string): Effect | undefined {
  const statement = head(sql).trim();
  for (const [pattern, effect] of KINDS) {
    const name = pattern.exec(statement)?.[1];
    if (name !== undefined) return effect(plain(name));
  }
  return undefined;
}

/** As the catalogue has it. */
export function plain(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
}
