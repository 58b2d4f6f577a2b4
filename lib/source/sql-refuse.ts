import type { DialectName } from "../migration";
import { dataMissing } from "./sql-copy";
import type { Range } from "./sql-split";
import type { Flaw, SqlText } from "./sql-text";

interface Rule {
  /** Of a masked statement. */
  readonly pattern: RegExp;
  /** @param found what the pattern has found. */
  message(found: string): string;
}

const ofClient = (client: string) => (found: string) =>
  `${found.trim()} is a command of the ${client} client, the server does not know it`;

const rules: Readonly<Record<DialectName, readonly Rule[]>> = {
  mysql: [
    {
      pattern: /^delimiter\b/i,
      message: () => "DELIMITER must stand on a line of its own, with a delimiter after it",
    },
    {
      pattern:
        /^(?:source|system|tee|notee|pager|nopager|prompt|rehash|connect|charset|quit|exit|edit|ego|go)(?![\w$])/i,
      message: ofClient("mysql"),
    },
    {
      pattern: /^load\s+(?:data|xml)\s+(?:(?:low_priority|concurrent)\s+)?local\b/i,
      message: () => "LOAD DATA LOCAL reads a file of the client's, and the Lambda has none",
    },
    {
      pattern: /^xa\b/i,
      message: () => "XA transactions cannot be part of a migration; use a plain one",
    },
    // \N is how MySQL writes NULL.
    { pattern: /\\(?!N\b).?/s, message: ofClient("mysql") },
  ],
  postgres: [
    { pattern: /\\(?:\w+|\S)?/, message: ofClient("psql") },
    {
      pattern: /^(?:prepare\s+transaction|(?:commit|rollback)\s+prepared)\b/i,
      message: () => "two-phase transactions cannot be part of a migration; use a plain one",
    },
    {
      pattern: /^discard\s+all\b/i,
      message: () => "DISCARD ALL gives back the lock that keeps other runs out; use DISCARD TEMP or DISCARD PLANS",
    },
    {
      pattern: /\bpg_advisory_unlock_all\s*\(/i,
      message: () =>
        "pg_advisory_unlock_all() gives back the lock that keeps other runs out; unlock your own by their keys",
    },
    {
      pattern: /^copy\b.*\bto\s+std(?:in|out)\b/is,
      message: () => "COPY … TO stdout sends rows to the client, and the Lambda has nowhere to put them",
    },
  ],
};

interface Setting {
  readonly allowed: RegExp;
  readonly message: string;
}

const settings: ReadonlyMap<string, Setting> = new Map([
  [
    "client_encoding",
    {
      allowed: /^(?:utf-?8|unicode|default)$/i,
      message: "files are read as UTF-8, so client_encoding must stay UTF8; save the file, or make the dump, as UTF-8",
    },
  ],
  [
    "standard_conforming_strings",
    {
      allowed: /^(?:on|true|yes|1|default)$/i,
      message: "standard_conforming_strings must stay on; write E'…' for a string with backslash escapes",
    },
  ],
]);

/** What only a command line client understands, what would harm the run, and what a server and a client read differently. */
export function refusals(source: SqlText, statements: readonly Range[], dialect: DialectName): readonly Flaw[] {
  const flaws = statements.flatMap((statement) => refusal(source, statement, dialect) ?? []);
  return [...flaws, ...dashesWithin(source, statements)];
}

function dashesWithin({ spans }: SqlText, statements: readonly Range[]): readonly Flaw[] {
  const flaws: Flaw[] = [];
  let next = 0;
  for (const { kind, start } of spans) {
    while ((statements[next]?.end ?? start + 1) <= start) next++;
    if (kind === "dashes" && (statements[next]?.start ?? start) < start) {
      flaws.push({ at: start, message: "within a statement, a comment needs a space after its --" });
    }
  }
  return flaws;
}

function refusal({ text, masked }: SqlText, { start, end }: Range, dialect: DialectName): Flaw | undefined {
  const statement = masked.slice(start, end);
  for (const { pattern, message } of rules[dialect]) {
    const found = pattern.exec(statement);
    if (found) return { at: start + found.index, message: message(found[0]) };
  }
  if (dialect === "mysql") return undefined;
  const sql = text.slice(start, end);
  const message = dataMissing(statement, sql) ?? settingRefused(sql);
  return message === undefined ? undefined : { at: start, message };
}

function settingRefused(sql: string): string | undefined {
  const set = /^set\s+(?:session\s+|local\s+)?(?:(\w+)\s*(?:=|\bto\b)|(names)\b)\s*(.*)$/is.exec(sql);
  const setting = settings.get(set?.[2] ? "client_encoding" : (set?.[1] ?? "").toLowerCase());
  const value = (set?.[3] ?? "").trim().replace(/^(['"])(.*)\1$/, "$2");
  return setting === undefined || setting.allowed.test(value || "default") ? undefined : setting.message;
}
