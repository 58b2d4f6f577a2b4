import { mysqlFrame } from "../../lib/database/mysql-frame";
import { mysqlManner } from "../../lib/database/mysql-manner";
import { listed } from "../../lib/database/mysql-set";
import { withoutComments } from "../../lib/database/postgres-comments";
import type { SqlScript } from "../../lib/migration";
import { parseSqlFile } from "../../lib/source/sql-file";

// More characters than V8 has places to return to: a regular expression that keeps one for each of them fails.
const COUNT = 10_000_000;
const plain = "x".repeat(COUNT);
const escapes = "\\0".repeat(COUNT);
const doubled = "''".repeat(COUNT / 10);

const script = (...texts: readonly string[]): SqlScript => ({
  kind: "sql",
  file: "1.sql",
  statements: texts.map((sql, index) => ({ sql, line: index + 1 })),
});

test.each(["mysql", "postgres"] as const)("a file for %s is read with a number, a word or a string", (dialect) => {
  for (const value of [`0x${"AB".repeat(COUNT / 2)}`, `ж${plain}`, `'ж${plain}'`]) {
    const text = `INSERT INTO т VALUES (${value});\nSELECT 2;`;
    const { up, problems } = parseSqlFile({ path: "1.sql", text }, dialect);
    expect(problems).toEqual([]);
    expect(up.statements.map(({ sql }) => sql.length)).toEqual([text.indexOf(";"), "SELECT 2".length]);
  }
});

test.each([
  ["plain", plain],
  ["of escapes", escapes],
  ["of doubled quotes", doubled],
])("a statement in code is known with a string that is %s", (_, content) => {
  expect(mysqlManner(`INSERT INTO t VALUES ('${content}')`)).toBe("joins");
  expect(mysqlManner(`INSERT INTO t VALUES ('${content}'); SELECT 1`)).toBe("unsure");
});

test.each([
  ["plain", plain],
  ["of escapes", escapes],
  ["of doubled quotes", doubled],
])("a variable is set anew to a string that is %s", (_, content) => {
  const set = `SET @a = '${content}', @b = 1`;
  expect(mysqlFrame(script(set, "INSERT INTO t VALUES (@a)"), 1).repeated).toEqual([set]);
});

test("what is between commas is told apart behind a string", () => {
  expect(listed(`ADD c TEXT DEFAULT '${plain},', ADD d INT`)).toEqual([`ADD c TEXT DEFAULT '${plain},'`, " ADD d INT"]);
  expect(listed(String.raw`a (1, 2), "b,\",", 'd,''',e`)).toEqual(["a (1, 2)", String.raw` "b,\","`, " 'd,'''", "e"]);
  expect(listed("a, `b,\\`,c")).toEqual(["a", " `b,\\`", "c"]);
});

test("a comment of PostgreSQL is found behind a string", () => {
  expect(withoutComments(`SELECT '${plain}--' -- x`)).toHaveLength(`SELECT '${plain}--' -- x`.length);
  expect(withoutComments(`SELECT '${plain}--' -- x`).trimEnd()).toMatch(/--'$/);
});
