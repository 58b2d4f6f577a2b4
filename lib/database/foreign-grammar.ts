import type { DialectName } from "../migration";
import type { Grammar } from "./grammar";

/** How tables that are not ours are read and kept as they are. Their columns have any type. */
export interface ForeignGrammar {
  /** A quoted column as text, a time as `Grammar.iso` gives it. */
  asText(column: string, type: string): string;
  /** Begins the transaction in which they are kept as they are. */
  readonly begin: readonly string[];
  /** A query with `may`: 1 where `keep` is allowed. */
  mayKeep(table: string): string;
  /** Lets nobody else write a quoted table until the transaction ends; waits for those who do. */
  keep(table: string): string;
}

export const isTime = (type: string) => /^(?:timestamp|datetime)/i.test(type);

const FOREIGN: Readonly<Record<DialectName, (grammar: Grammar) => ForeignGrammar>> = {
  mysql: (grammar) => ({
    asText: (column, type) => {
      if (type === "datetime") return grammar.iso(column);
      // Shown in the session's time zone, which is the server's and not ours to change.
      if (type === "timestamp")
        return grammar.iso(
          `TIMESTAMPADD(MICROSECOND, ROUND(UNIX_TIMESTAMP(${column}) * 1000000), TIMESTAMP'1970-01-01 00:00:00')`,
        );
      return type === "bit" ? `CAST(${column} + 0 AS CHAR)` : `CAST(${column} AS CHAR)`;
    },
    // Only this level locks the gaps too, so that no row can be added; the server's default may be another.
    begin: ["SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", grammar.begin],
    mayKeep: () => "SELECT 1 AS may",
    keep: (table) => `SELECT * FROM ${table} LOCK IN SHARE MODE`,
  }),
  postgres: (grammar) => ({
    // A time without a zone is the session's: that tool's session had the server's default, as ours has.
    asText: (column, type) => (isTime(type) ? grammar.iso(`${column}::timestamptz`) : `${column}::text`),
    begin: [grammar.begin],
    mayKeep: (table) =>
      `SELECT CASE WHEN pg_catalog.has_table_privilege(${grammar.text(table)}, 'UPDATE, DELETE, TRUNCATE') THEN 1 ELSE 0 END AS may`,
    keep: (table) => `LOCK TABLE ${table} IN SHARE MODE`,
  }),
};

export function foreignGrammar(name: DialectName, grammar: Grammar): ForeignGrammar {
  return FOREIGN[name](grammar);
}
