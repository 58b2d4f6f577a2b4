import type { Connection, Sent, ServerError } from "./connection";
import { plain } from "./postgres-effects";
import { postgresGrammar } from "./postgres-grammar";
import { head } from "./postgres-segments";

const NAME = String.raw`(?:"(?:[^"]|"")+"|[^\s"(.]+)`;
const BUILD = new RegExp(
  String.raw`^CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?:IF\s+NOT\s+EXISTS\s+)?(?!ON\b)(${NAME})\s+ON\s+(?:ONLY\s+)?((?:${NAME}\s*\.\s*)?${NAME})`,
  "i",
);

/**
 * Sends a statement that goes alone, with its mark. A concurrent build that fails leaves an index behind that is not valid and
 * is in the way of the next try, or is taken for the real one by IF NOT EXISTS
 * (https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY): it is dropped, at once or, where
 * that is not to be had, before the next try. One that somebody else has left is reported and not touched.
 */
export function sendAlone(connection: Connection): Connection["send"] {
  return async (parts, deadline) => {
    const text = head(parts[0]?.sql ?? "");
    const [, name, table] = BUILD.exec(text) ?? [];
    if (name === undefined || table === undefined) {
      const sent = await connection.send(parts, deadline);
      // What else works in several transactions may leave something behind anywhere.
      return sent.end === "refused" ? { ...sent, remains: "perhaps" } : sent;
    }
    const index = { name: plain(name), table };
    const before = await remains(connection, index);
    if (before !== undefined && !(parts[0]?.resumed && (await drop(connection, before)))) return notValid(before);
    const sent = await connection.send(parts, deadline);
    if (sent.end !== "refused") return sent;
    // Where its mark was refused, the mark's transaction takes nothing more.
    await connection.query("ROLLBACK");
    const left = await remains(connection, index);
    return left === undefined || (await drop(connection, left)) ? sent : { ...sent, remains: "yes" };
  };
}

interface Index {
  readonly name: string;
  /** As it stands in the statement. */
  readonly table: string;
}

/** The index of this name on this table that is not valid: qualified and quoted. */
async function remains(connection: Connection, { name, table }: Index): Promise<string | undefined> {
  const { text } = postgresGrammar;
  const [row] = await connection.query<readonly { readonly index: string }[]>(
    `SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS "index"
 FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE NOT i.indisvalid AND c.relname = ${text(name)}::pg_catalog.name AND i.indrelid = pg_catalog.to_regclass(${text(table)})`,
  );
  return row?.index;
}

/** False where somebody is using the table for too long. */
async function drop(connection: Connection, index: string): Promise<boolean> {
  return connection.query(`DROP INDEX CONCURRENTLY IF EXISTS ${index}`).then(
    () => true,
    () => false,
  );
}

function notValid(index: string): Sent {
  const error: ServerError = Object.assign(
    new Error(
      `There is an index ${index} already, and it is not valid: its build has failed. Drop it, or rebuild it with REINDEX.`,
    ),
    { code: "INVALID_INDEX" },
  );
  return { end: "refused", at: 0, error, remains: "perhaps" };
}
