import type { Connection } from "./connection";
import { postgresGrammar } from "./postgres-grammar";
import { head } from "./postgres-segments";

const BUILD =
  /^CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?:IF\s+NOT\s+EXISTS\s+)?(?!ON\b)((?:"(?:[^"]|"")+"|[^\s"(.]+))\s+ON\b/i;

/**
 * Sends a statement that goes alone. A concurrent build that fails leaves an index behind that is not valid and is in the way
 * of the next try (https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY): it is dropped,
 * if it was not there before.
 */
export function sendAlone(connection: Connection): Connection["send"] {
  return async (parts, deadline) => {
    const name = BUILD.exec(head(parts[0]?.sql ?? ""))?.[1];
    const before = name && (await invalidIndexes(connection, name));
    const sent = await connection.send(parts, deadline);
    if (sent.end !== "refused" || !name || !before) return sent;
    const left = (await invalidIndexes(connection, name)).filter(({ oid }) => !before.some((one) => one.oid === oid));
    // Without a wait: whoever holds the table keeps the remains from being cleared away, and the message tells the failure.
    for (const { qualified } of left) await connection.query(`DROP INDEX ${qualified}`).catch(() => undefined);
    return sent;
  };
}

interface InvalidIndex {
  readonly oid: number;
  readonly qualified: string;
}

/** In any schema: an index lies in that of its table. */
function invalidIndexes(connection: Connection, name: string): Promise<readonly InvalidIndex[]> {
  const plain = name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
  return connection.query(`SELECT c.oid::int AS oid, pg_catalog.format('%I.%I', n.nspname, c.relname) AS qualified
 FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE NOT i.indisvalid AND c.relname = ${postgresGrammar.text(plain)}`);
}
