import { parseSqlFile } from "../../lib/source/sql-file";

const parse = (text: string) => parseSqlFile({ path: "x.sql", text }, "postgres");
const problemsOf = (text: string) => parse(text).problems.map(({ line, message }) => ({ line, message }));

describe("a command of psql is refused by its name and line:", () => {
  test.each([
    ["\\i", "SELECT 1;\n\\i other.sql\nSELECT 2;", 2, "\\i"],
    ["\\ir", "\\ir 'it''s other.sql'\n", 1, "\\ir"],
    ["\\set with a quote that is never closed", "SELECT 1;\n\\set x don't\nSELECT 2;", 2, "\\set"],
    ["\\connect", "\\connect shop\nSELECT 1;", 1, "\\connect"],
    ["\\copy", "\\copy t from 'x.csv'", 1, "\\copy"],
    ["\\gexec behind a statement", "SELECT 1;\nSELECT 'DROP TABLE t'\n\\gexec\n", 3, "\\gexec"],
    ["\\g on the statement's line", "SELECT 1 \\g\n", 1, "\\g"],
    ["a backslash before a semicolon", "SELECT 1\\; SELECT 2;", 1, "\\"],
    ["\\restrict without its word", "\\restrict\nSELECT 1;", 1, "\\restrict"],
    ["\\restrict behind a statement", "SELECT 1; \\restrict abc\n", 1, "\\restrict"],
    ["\\. without a COPY", "SELECT 1;\n\\.\n", 2, "\\."],
  ])("%s", (_, text, line, name) => {
    const message = `x.sql, line ${line}: ${name} is a command of the psql client, the server does not know it`;
    expect(parse(text).problems).toEqual([{ code: "INVALID", file: "x.sql", line, message }]);
  });
});

test("the lines \\restrict and \\unrestrict of a dump are left out", () => {
  const { up, problems } = parse("--\n-- dump\n--\n\n\\restrict aB3\n\nSELECT 1;\n\n\\unrestrict aB3\n\n");
  expect(problems).toEqual([]);
  expect(up.statements).toEqual([{ sql: "SELECT 1", line: 7 }]);
});

describe("refused for PostgreSQL is", () => {
  test.each([
    ["a two-phase transaction", "PREPARE TRANSACTION 'x';", "two-phase transactions"],
    ["the commit of one", "commit prepared 'x';", "two-phase transactions"],
    ["the rollback of one", "ROLLBACK /* it */ PREPARED 'x';", "two-phase transactions"],
    ["DISCARD ALL", "DISCARD ALL;", "use DISCARD TEMP or DISCARD PLANS"],
    ["pg_advisory_unlock_all()", "SELECT pg_catalog.pg_advisory_unlock_all ();", "gives back the lock"],
    ["COPY TO stdout", "COPY (SELECT 1) TO STDOUT WITH (FORMAT csv);", "sends rows to the client"],
    ["COPY TO stdin, which is the same to the server", "COPY t TO stdin;", "sends rows to the client"],
    ["another encoding", "SET client_encoding = 'LATIN1';", "client_encoding must stay UTF8"],
    ["another encoding by its standard name", "SET NAMES 'latin1';", "client_encoding must stay UTF8"],
    ["another encoding for the session", "set session client_encoding to win1252;", "client_encoding must stay UTF8"],
    ["strings with escapes", "SET standard_conforming_strings = off;", "standard_conforming_strings must stay on"],
    ["strings with escapes for a while", "SET LOCAL standard_conforming_strings TO 'off';", "must stay on"],
  ])("%s", (_, text, message) => {
    expect(problemsOf(`SELECT 1;\n${text}`)).toEqual([{ line: 2, message: expect.stringContaining(message) }]);
  });
});

describe("not refused for PostgreSQL is", () => {
  test.each([
    "SET client_encoding = 'UTF8'",
    "SET client_encoding TO utf8",
    "SET client_encoding TO 'utf-8'",
    'SET NAMES "UNICODE"',
    "SET client_encoding TO DEFAULT",
    "SET standard_conforming_strings = on",
    "DISCARD TEMP",
    "PREPARE transaction_of AS SELECT 1",
    "SELECT pg_advisory_unlock(1)",
    "SELECT 'pg_advisory_unlock_all()', '\\i x'",
    "COPY t TO '/tmp/stdout'",
    "CREATE DATABASE shop",
    "SELECT :a, a::text, b[1:2]",
  ])("%s", (sql) => {
    expect(problemsOf(`${sql};`)).toEqual([]);
  });
});
