import { parseSqlFile } from "../../lib/source/sql-file";

const parse = (text: string) => parseSqlFile({ path: "x.sql", text }, "postgres");
const statementsOf = (text: string) => {
  const { up, problems } = parse(text);
  expect(problems).toEqual([]);
  return up.statements.map(({ sql }) => sql);
};
const problemsOf = (text: string) => parse(text).problems.map(({ message }) => message);

describe("one PostgreSQL statement is", () => {
  test.each([
    ["a string with a semicolon", "SELECT 'a;b'"],
    ["a string that ends in a backslash", "SELECT 'C:\\'"],
    ["a string with a doubled quote", "SELECT 'it''s;'"],
    ["an escape string with a quote", "SELECT E'a\\';'"],
    ["an escape string with a doubled quote before an escaped one", "SELECT e'a''b\\';'"],
    ["an escape string that goes on in the next line", "SELECT E'a'\n  'b\\';'"],
    ["an escape string that goes on behind a comment", "SELECT E'a' -- it's\n\n-- it's\n'b\\';'"],
    ["two strings of which only the first has escapes", "SELECT E'a\\'', 'b\\', 'c'"],
    ["a plain string behind a name that ends in e", "SELECT DATE '2020-01-01', type'\\'"],
    ["a Unicode string and its escape character", "SELECT U&'d!0061t;' UESCAPE '!', U&'\\0061'"],
    ["bit strings", "SELECT B'01', X'1F'"],
    ["a quoted name with quotes", 'SELECT 1 AS "a;""b"" c"'],
    ["an empty dollar quote", "SELECT $$$$, ';'"],
    ["a dollar quote with quotes and comments", "DO $$ BEGIN -- it's\n PERFORM '/*'; END $$"],
    ["a dollar quote within another", "DO $a$ BEGIN EXECUTE $b$ SELECT $$;$$; $b$; END $a$"],
    ["a dollar quote whose tag differs by case", "SELECT $a$ ; $A$ ; $a$"],
    ["a dollar quote with a tag beyond ASCII", "SELECT $été$ ; $été$"],
    ["a name with dollar signs", "SELECT a$b$c, d$$ FROM e$f$"],
    ["a name with a letter beyond ASCII and dollar signs", "SELECT é$$ FROM ü$a$"],
    ["parameters side by side", "PREPARE p AS SELECT $1, $2||$3"],
    ["a parameter and a dollar quote", "PREPARE p AS SELECT $1||$$;$$"],
    ["a nested comment", "SELECT /* a /* ; */ ' ; */ 1"],
    ["a comment right behind a word", "SELECT 1--;\n+ 2"],
    ["a comment right behind an operator", "SELECT 2+--;\n 1 */* ; */ 3"],
    ["a comment that ends with a carriage return", "SELECT 1 -- it's\r, ';\n'"],
    [
      "casts and operators of JSON",
      "SELECT '{}'::jsonb ->> 'a;', j #> '{a}', j ?| ARRAY['b'], j @> '{}', j <@ '{}', j #- '{a}'",
    ],
    ["a slice of an array", "SELECT a[1:2], (ARRAY['x;'])[1]"],
    [
      "a CREATE RULE with several actions",
      "CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO a VALUES (1); DELETE FROM b;)",
    ],
    ["a string with a bare carriage return", "SELECT 'a\rb;'\n, 2"],
    ["a string with a Windows line end beside others", "SELECT 'a\r\nb;'\n, 2"],
  ])("%s", (_, sql) => {
    expect(statementsOf(`${sql};\nSELECT 'next';`)).toEqual([sql, "SELECT 'next'"]);
  });
});

describe("the body of a PostgreSQL routine is one statement:", () => {
  const head = "CREATE FUNCTION f() RETURNS int LANGUAGE sql";
  test.each([
    ["a standard one", `${head} BEGIN ATOMIC SELECT 1; SELECT 2; END`],
    ["an empty one", "CREATE PROCEDURE p() LANGUAGE sql BEGIN ATOMIC END"],
    ["one with a comment after BEGIN", `${head} BEGIN /* ; */ ATOMIC SELECT 1; END`],
    ["one that is replaced", "CREATE OR REPLACE PROCEDURE p() begin atomic DELETE FROM t; DELETE FROM u; end"],
    [
      "one with a CASE",
      `${head} BEGIN ATOMIC SELECT CASE WHEN a THEN CASE b WHEN 1 THEN 2 END ELSE 3 END; SELECT 1; END`,
    ],
    [
      "one with columns called end and case",
      `${head} BEGIN ATOMIC SELECT t.end, t.case, 1 AS end FROM t; SELECT 1 AS case; END`,
    ],
    ["one with a column called end without AS", `${head} BEGIN ATOMIC SELECT 1 end; SELECT 2; END`],
    [
      "one with a parameter called begin",
      "CREATE FUNCTION f(begin int) RETURNS int BEGIN ATOMIC SELECT begin; SELECT 1; END",
    ],
    ["a RETURN", `${head} RETURN CASE WHEN true THEN 1 END`],
    ["a quoted one", `${head} AS 'BEGIN; END;'`],
    ["a dollar quoted one with other words", `${head} AS $$ BEGIN IF a THEN LOOP NULL; END LOOP; END IF; END; $$`],
  ])("%s", (_, sql) => {
    expect(statementsOf(`${sql};\nSELECT 'next';`)).toEqual([sql, "SELECT 'next'"]);
  });
});

describe("PostgreSQL has no bodies elsewhere:", () => {
  test.each([
    ["BEGIN and END are a transaction's", "BEGIN; INSERT INTO t VALUES (1); END;", 3],
    ["a BEGIN with options", "BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT 1; END TRANSACTION;", 3],
    [
      "words of MySQL's bodies mean nothing",
      "CREATE FUNCTION f() RETURNS int AS 'm', 'begin' LANGUAGE c; CREATE TABLE loop (if int); END;",
      3,
    ],
    [
      "a trigger calls a function",
      "CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW EXECUTE FUNCTION begin(); END;",
      2,
    ],
    ["a function may be called atomic", "CREATE FUNCTION atomic() RETURNS int RETURN 1; SELECT 1;", 2],
    ["DELIMITER is a name", "CREATE TABLE t (a int,\ndelimiter //int\n); SELECT 1;", 2],
    ["a number sign is an operator", "SELECT 5 # 3; SELECT 1;", 2],
    ["a backquote quotes nothing", "SELECT 1 ` 2; SELECT `;", 2],
    ["a version comment of MySQL is a comment", "/*!50003 SELECT 1; */ SELECT 2;", 1],
    ["an optimizer hint alone is a comment", "SELECT 1;\n/*+++ the end +++*/", 1],
  ])("%s", (_, text, count) => {
    expect(statementsOf(text)).toHaveLength(count);
  });
});

describe("refused for what is never closed is", () => {
  test.each([
    ["a string", "SELECT 1;\nSELECT 'a;", "x.sql, line 2: the string after ' is never closed"],
    ["an escape string", "SELECT E'a\\';", "x.sql, line 1: the string after ' is never closed"],
    ["a dollar quote", "DO $x$ BEGIN END $y$;\n", "x.sql, line 1: the string after $x$ is never closed"],
    ["a nested comment", "SELECT 1;\n/* a /* b */", "x.sql, line 2: the comment /* is never closed"],
    [
      "a standard body",
      "SELECT 1;\n\nCREATE PROCEDURE p() BEGIN ATOMIC SELECT 1; SELECT CASE WHEN a THEN b; END;",
      "x.sql, line 3: the statement has a ( without its ), or a BEGIN ATOMIC without its END",
    ],
    [
      "a parenthesis",
      "CREATE TABLE t (a int;\nSELECT 1;",
      "x.sql, line 1: the statement has a ( without its ), or a BEGIN ATOMIC without its END",
    ],
  ])("%s", (_, text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });
});

test("a whole dump is divided into its statements", () => {
  const statements = [
    "SET client_encoding = 'UTF8'",
    "SET standard_conforming_strings = on",
    "SELECT pg_catalog.set_config('search_path', '', false)",
    "CREATE FUNCTION public.f() RETURNS trigger\n    LANGUAGE plpgsql\n    AS $_$ BEGIN NEW.a := $$;$$; RETURN NEW; END $_$",
    "CREATE RULE r AS\n    ON DELETE TO public.t DO ( INSERT INTO public.u (a)\n  VALUES ('x;');\n DELETE FROM public.u;\n)",
    "COPY public.t (id, a) FROM stdin;\n1\tit's; -- $$\n2\t\\N\n\\.",
    "SELECT pg_catalog.setval('public.t_id_seq', 2, true)",
  ];
  const text = statements.map(
    (sql) => `--\n-- Name: don't; Type: X\n--\n\n${sql}${sql.endsWith("\\.") ? "" : ";"}\n\n`,
  );
  expect(statementsOf(["\\restrict aB3\n\n", ...text, "\\unrestrict aB3\n\n"].join(""))).toEqual(statements);
});

test("a COPY of more than a megabyte is read", () => {
  const copy = `COPY t FROM stdin;\n${"1\tit's; -- $$ \\\\.\n".repeat(60_000)}\\.`;
  expect(statementsOf(`${copy}\nSELECT 1;`)).toEqual([copy, "SELECT 1"]);
});
