import { changesNothing } from "../../lib/database/postgres-quiet";
import { head, isQuiet } from "../../lib/database/postgres-segments";

test.each([
  "CREATE TABLE a (id INT PRIMARY KEY, at timestamptz DEFAULT now(), CHECK (id > 0))",
  'create unlogged table if not exists public."A b" (id int GENERATED ALWAYS AS IDENTITY)',
  "CREATE TABLE a(n int, m int GENERATED ALWAYS AS (n * 2) STORED)",
  "-- why\nCREATE TABLE a (LIKE b INCLUDING ALL)",
  "CREATE INDEX a_n ON a (n)",
  "CREATE UNIQUE INDEX IF NOT EXISTS a_n ON ONLY public.a USING btree (n DESC NULLS LAST, m) INCLUDE (o) WHERE n IS NOT NULL",
  "CREATE INDEX ON a (n)",
  "DROP TABLE IF EXISTS a, b CASCADE",
  "DROP INDEX a_n",
])("%s leaves its session as it was", (sql) => {
  expect(changesNothing(head(sql))).toBe(true);
});

test.each([
  "CREATE TEMPORARY TABLE a (id INT)",
  "CREATE TABLE pg_temp.a (id INT)",
  'CREATE TABLE U&"pg\\005Ftemp".a (id INT)',
  "CREATE TABLE a AS SELECT set_config('my.own', 'x', false)",
  "CREATE TABLE a (n) AS (SELECT set_config('my.own', 'x', false))",
  "CREATE TABLE a (n) WITH (fillfactor = 70) AS/* */EXECUTE prepared",
  "CREATE TABLE a PARTITION OF b FOR VALUES FROM (f(1)) TO (f(2))",
  "CREATE INDEX a_n ON a (f(n))",
  "CREATE INDEX a_n ON a (n) WHERE f(n)",
  "CREATE INDEX a_n ON a ((n + 1))",
  "ALTER TABLE a ADD COLUMN n INT DEFAULT f()",
  "INSERT INTO a VALUES (1)",
  "SELECT 1",
  "SET search_path TO other",
  "RESET ALL",
  "DEALLOCATE ALL",
  "DO $$ BEGIN END $$",
  "CREATE EXTENSION citext",
  "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()",
  "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
])("%s may change its session", (sql) => {
  expect(changesNothing(head(sql))).toBe(false);
});

test.each([
  ["all of its statements", ["CREATE TABLE a (n INT)", "CREATE INDEX a_n ON a (n)"], true],
  ["not all of its statements", ["CREATE TABLE a (n INT)", "INSERT INTO a VALUES (1)"], false],
  [
    "statements that cannot be one transaction",
    ["CREATE TABLE a (n INT)", "CREATE INDEX CONCURRENTLY i ON a (n)"],
    false,
  ],
])("a script is quiet where %s are", (_, statements, expected) => {
  expect(isQuiet({ kind: "sql", file: "1_x.sql", statements: statements.map((sql) => ({ sql, line: 1 })) })).toBe(
    expected,
  );
});
