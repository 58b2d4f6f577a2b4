import type { DialectName } from "../migration";
import type { Range } from "./sql-split";
import type { Flaw, SqlText } from "./sql-text";

/** Words that begin a command of the mysql client and no statement of any server. */
const clientWords = new Set(
  "SOURCE DELIMITER SYSTEM TEE NOTEE PAGER NOPAGER PROMPT REHASH CONNECT CHARSET QUIT EXIT EDIT EGO GO".split(" "),
);
const loadLocal = /^load\s+(?:data|xml)\s+(?:(?:low_priority|concurrent)\s+)?local\b/i;

const client: Readonly<Record<DialectName, string>> = { mysql: "mysql", postgres: "psql" };

/** What only a command line client understands, and what a server and a client read differently. */
export function refusals(source: SqlText, statements: readonly Range[], dialect: DialectName): readonly Flaw[] {
  const flaws = statements.flatMap(({ start, end }) => refusal(source.masked.slice(start, end), start, dialect) ?? []);
  const dashes = source.spans.filter(({ kind }) => kind === "dashes");
  for (const { start } of dashes) {
    if (statements.some((statement) => statement.start < start && start < statement.end)) {
      flaws.push({ at: start, message: "within a statement, a comment needs a space after its --" });
    }
  }
  return flaws;
}

function refusal(masked: string, start: number, dialect: DialectName): Flaw | undefined {
  const word = /^\w+/.exec(masked)?.[0] ?? "";
  if (dialect === "mysql" && word.toUpperCase() === "DELIMITER") {
    return { at: start, message: "DELIMITER must stand on a line of its own, with a delimiter after it" };
  }
  if (dialect === "mysql" && clientWords.has(word.toUpperCase())) {
    return { at: start, message: `${word} is a command of the ${client[dialect]} client, the server does not know it` };
  }
  if (dialect === "mysql" && loadLocal.test(masked)) {
    return { at: start, message: "LOAD DATA LOCAL reads a file of the client's, and the Lambda has none" };
  }
  if (dialect === "mysql" && word.toUpperCase() === "XA") {
    return { at: start, message: "XA transactions cannot be part of a migration; use a plain one" };
  }
  // \N is how MySQL writes NULL.
  const backslash = (dialect === "mysql" ? /\\(?!N\b)/ : /\\/).exec(masked);
  if (!backslash) return undefined;
  const command = masked.slice(backslash.index, backslash.index + 2).trim();
  return {
    at: start + backslash.index,
    message: `${command} is a command of the ${client[dialect]} client, the server does not know it`,
  };
}
