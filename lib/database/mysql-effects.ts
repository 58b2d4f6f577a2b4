import type { Effect } from "./effect";
import { join, ofEvent, ofRoutine, ofTable, ofTrigger } from "./mysql-fingerprints";
import { IDENTIFIER, isCutOff, NAME, type ObjectName, objectName, uncommented } from "./mysql-names";
import { type Change, changeBy, exists, holds } from "./mysql-objects";

/** What one kind of statement names and makes. `match`: its words, the names in the order in which they stand. */
interface Kind {
  readonly pattern: RegExp;
  effect(names: readonly ObjectName[], rest: string): Effect | undefined;
}

const kind = (pattern: string, effect: Kind["effect"]): Kind => ({ pattern: new RegExp(`^${pattern}`, "i"), effect });

const NAMES = new RegExp(NAME, "g");

const KINDS: readonly Kind[] = [
  kind(
    String.raw`CREATE\s+TABLE\s+(${NAME})`,
    ([table]) => table && { fingerprint: ofTable(table, "existence"), holds: exists(table) },
  ),
  kind(String.raw`DROP\s+TABLE\s+(${NAME}(?:\s*,\s*${NAME})*)\s*(?:RESTRICT|CASCADE)?\s*$`, (tables) => ({
    fingerprint: existence(tables),
    holds: and(tables.map((table) => not(exists(table)))),
  })),
  kind(
    String.raw`CREATE\s+(?:UNIQUE\s+|FULLTEXT\s+|SPATIAL\s+)?INDEX\s+(${IDENTIFIER})\s+(?:USING\s+\w+\s+)?ON\s+(${NAME})`,
    ([index, table]) => index && table && onIndex(table, { name: index.name, leaves: "there" }),
  ),
  kind(
    String.raw`DROP\s+INDEX\s+(${IDENTIFIER})\s+ON\s+(${NAME})`,
    ([index, table]) => index && table && onIndex(table, { name: index.name, leaves: "gone" }),
  ),
  kind(
    String.raw`ALTER\s+(?:ONLINE\s+|IGNORE\s+)?TABLE\s+(?:IF\s+EXISTS\s+)?(${NAME})`,
    ([table], rest) => table && alterTable(table, rest),
  ),
  kind(String.raw`RENAME\s+TABLE\s+(${NAME}\s+TO\s+${NAME}(?:\s*,\s*${NAME}\s+TO\s+${NAME})*)\s*$`, renameTables),
  kind(
    String.raw`CREATE\s+(?:ALGORITHM\s*=\s*\w+\s+)?(?:DEFINER\s*=\s*\S+\s+)?(?:SQL\s+SECURITY\s+\w+\s+)?VIEW\s+(${NAME})`,
    ([view]) => view && { fingerprint: ofTable(view, "existence"), holds: exists(view) },
  ),
  kind(
    String.raw`DROP\s+VIEW\s+(${NAME})\s*(?:RESTRICT|CASCADE)?\s*$`,
    ([view]) => view && { fingerprint: ofTable(view, "existence"), holds: not(exists(view)) },
  ),
  kind(
    String.raw`CREATE\s+(?:DEFINER\s*=\s*\S+\s+)?(?:PROCEDURE|FUNCTION)\s+(${NAME})`,
    ([routine]) => routine && made(ofRoutine(routine)),
  ),
  kind(String.raw`DROP\s+(?:PROCEDURE|FUNCTION)\s+(${NAME})\s*$`, ([routine]) => routine && gone(ofRoutine(routine))),
  kind(
    String.raw`CREATE\s+(?:DEFINER\s*=\s*\S+\s+)?TRIGGER\s+(${NAME})`,
    ([trigger]) => trigger && made(ofTrigger(trigger)),
  ),
  kind(String.raw`DROP\s+TRIGGER\s+(${NAME})\s*$`, ([trigger]) => trigger && gone(ofTrigger(trigger))),
  kind(String.raw`CREATE\s+(?:DEFINER\s*=\s*\S+\s+)?EVENT\s+(${NAME})`, ([event]) => event && made(ofEvent(event))),
  kind(String.raw`DROP\s+EVENT\s+(${NAME})\s*$`, ([event]) => event && gone(ofEvent(event))),
];

/**
 * What is known of a statement's effect; undefined: nothing. All of it holds for InnoDB, where one DDL statement takes effect
 * wholly or not at all: https://dev.mysql.com/doc/refman/8.4/en/atomic-ddl.html, https://mariadb.com/kb/en/atomic-ddl/
 * @param schema where names lie that say nothing of it
 */
export function effectOf(sql: string, schema: string): Effect | undefined {
  const statement = uncommented(sql);
  for (const { pattern, effect } of KINDS) {
    const found = pattern.exec(statement);
    if (!found) continue;
    const names = found.slice(1).flatMap((part) => [...part.matchAll(NAMES)].map(([one]) => one));
    const words = names.filter((one) => !/^TO$/i.test(one));
    if (words.some(isCutOff)) return undefined;
    return effect(
      words.map((one) => objectName(one, schema)),
      statement.slice(found[0].length),
    );
  }
  return undefined;
}

/** Moves data about, and leaves the table looking as before. */
const MOVES = /\b(?:EXCHANGE|TRUNCATE|IMPORT|DISCARD|REORGANIZE|REBUILD|COALESCE)\b/i;

function alterTable(table: ObjectName, rest: string): Effect | undefined {
  const clause = rest.trim();
  if (MOVES.test(clause)) return undefined;
  const renamed = new RegExp(String.raw`^RENAME\s+(?:TO\s+|AS\s+)?(${NAME})\s*$`, "i").exec(clause)?.[1];
  if (renamed !== undefined) {
    const now = objectName(renamed, table.schema);
    return { fingerprint: existence([table, now]), holds: and([not(exists(table)), exists(now)]) };
  }
  const change = changeBy(clause);
  if (!change) return { fingerprint: ofTable(table, "all") };
  return { fingerprint: ofTable(table, "definition"), holds: holds(table, change) };
}

/** After a swap everything may look as before. */
function renameTables(names: readonly ObjectName[]): Effect | undefined {
  const olds = names.filter((_, index) => index % 2 === 0);
  const news = names.filter((_, index) => index % 2 === 1);
  const key = ({ schema, name }: ObjectName) => `${schema}.${name}`.toLowerCase();
  if (olds.some((old) => news.some((one) => key(one) === key(old)))) return undefined;
  const renamed = and([...olds.map((old) => not(exists(old))), ...news.map(exists)]);
  return { fingerprint: existence(names), holds: renamed };
}

const onIndex = (table: ObjectName, change: Omit<Change, "kind">): Effect => ({
  fingerprint: ofTable(table, "indexes"),
  holds: holds(table, { ...change, kind: "index" }),
});
const existence = (tables: readonly ObjectName[]) => join(tables.map((table) => ofTable(table, "existence")));

const made = (fingerprint: string): Effect => ({ fingerprint, holds: `(${fingerprint}) IS NOT NULL` });
const gone = (fingerprint: string): Effect => ({ fingerprint, holds: `(${fingerprint}) IS NULL` });

const and = (conditions: readonly string[]) => conditions.join(" AND ");
const not = (condition: string) => `NOT (${condition})`;
