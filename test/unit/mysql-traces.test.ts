import { chainFrom, tracesBefore, tracesIn } from "../../lib/database/mysql-traces";
import type { SqlScript } from "../../lib/migration";

const script = (...statements: string[]): SqlScript => ({
  kind: "sql",
  file: "1_x.sql",
  statements: statements.map((sql, index) => ({ sql, line: index + 1 })),
});
const length = (...statements: string[]) => chainFrom(script(...statements), 0, "app");

const TABLE = "CREATE TABLE a (id INT, name VARCHAR(10))";

test.each<[string, readonly string[]]>([
  ["a table and its index", [TABLE, "CREATE INDEX a_name ON a (name)"]],
  ["tables", [TABLE, "CREATE TABLE b (id INT, FOREIGN KEY (id) REFERENCES a (id))"]],
  ["columns", ["ALTER TABLE a ADD COLUMN x INT", "ALTER TABLE a ADD y DECIMAL(4, 2) COMMENT 'a, b' AFTER x"]],
  ["an index, and the column that had another", ["DROP INDEX i ON a", "ALTER TABLE a DROP COLUMN name"]],
  ["constraints", ["ALTER TABLE a ADD CONSTRAINT c CHECK (id > 0)", "ALTER TABLE a DROP FOREIGN KEY f"]],
  ["dropped tables", ["DROP TABLE a", "DROP TABLE `b c`.`d`"]],
  ["said how", ["ALTER TABLE a ADD INDEX i (id), ALGORITHM=INPLACE, LOCK NONE", "DROP TABLE b"]],
])("leave a trace each: %s", (_, statements) => {
  expect(length(...statements)).toBe(statements.length);
});

test.each([
  "CREATE TABLE IF NOT EXISTS a (id INT)",
  "CREATE OR REPLACE TABLE a (id INT)",
  "CREATE TABLE a LIKE b",
  "CREATE TABLE a AS SELECT * FROM b",
  "CREATE TABLE a AS TABLE b",
  "CREATE TABLE a (id INT /*!80000 INVISIBLE */)",
  "DROP TABLE a, b",
  "DROP TABLE IF EXISTS a",
  "CREATE INDEX a_ibfk_1 ON a (id)",
  "ALTER TABLE a ADD COLUMN x INT, ADD COLUMN y INT",
  "ALTER TABLE a ADD COLUMN x INT COMMENT 'don''t /*', DROP COLUMN y",
  "ALTER TABLE a ADD COLUMN x INT -- don't\n, DROP COLUMN y -- don't",
  "ALTER TABLE a ADD COLUMN IF NOT EXISTS x INT",
  "ALTER TABLE a ADD CONSTRAINT p PRIMARY KEY (id)",
  "ALTER TABLE a ADD CONSTRAINT c UNIQUE KEY i (id)",
  "ALTER TABLE a ADD COLUMN (x INT, y INT)",
  "ALTER TABLE a ADD INDEX (id)",
  "ALTER TABLE a MODIFY id BIGINT",
  "ALTER TABLE a RENAME COLUMN x TO y",
  "RENAME TABLE a TO b",
  "CREATE VIEW v AS SELECT 1",
  "TRUNCATE a",
  "INSERT INTO a VALUES (1)",
])("leaves no trace that is certain: %s", (statement) => {
  expect(length(statement)).toBe(0);
});

test.each<[string, readonly string[]]>([
  ["the index that the table brings along", ["CREATE TABLE a (id INT, KEY i (id))", "CREATE INDEX i ON a (id)"]],
  ["a second name that the server makes up", ["CREATE TABLE a (id INT, UNIQUE (id))", "CREATE INDEX id_2 ON a (id)"]],
  ["a column of a new table", [TABLE, "ALTER TABLE a DROP COLUMN name"]],
  ["the same table by its full name", [TABLE, "DROP TABLE app.A"]],
  ["a table in the place of another", ["DROP TABLE a", TABLE]],
  ["an index that goes with its column", ["ALTER TABLE a DROP COLUMN x", "DROP INDEX i ON a"]],
  ["the column of a new index", ["CREATE INDEX i ON a (x)", "ALTER TABLE a DROP COLUMN x"]],
  ["a name that comes back", ["DROP INDEX i ON a", "ALTER TABLE a ADD CONSTRAINT i UNIQUE (x)"]],
  ["a column that brings an index of its name", ["DROP INDEX x ON a", "ALTER TABLE a ADD COLUMN x INT UNIQUE"]],
])("make or take away what the other is known by: %s", (_, statements) => {
  expect(length(...statements)).toBe(1);
});

test.each(["USE `other db`", "-- there\nUSE `other db`", "/*!40000 USE `other db` */", 'USE "other db"'])(
  "are looked for where the script has gone: %s",
  (use) => {
    const traces = tracesIn(script(use, TABLE), { first: 1, count: 1 }, "app");
    expect(traces).toBe(tracesIn(script(TABLE), { first: 0, count: 1 }, "other db"));
  },
);

test("beside a temporary table each statement is looked at by itself", () => {
  expect(length("ALTER TABLE a ADD COLUMN x INT", "DROP TABLE b", "CREATE TEMPORARY TABLE b (id INT)")).toBe(1);
});

test("a chain is not endless", () => {
  expect(length(...Array.from({ length: 100 }, (_, n) => `CREATE TABLE t${n} (id INT)`))).toBe(32);
});

test("of a name that the journal has cut off nothing is known", () => {
  const kept = script(`CREATE TABLE orders_of… sha256:${"0".repeat(64)}`);
  expect(tracesIn(kept, { first: 0, count: 1 }, "app")).toBeUndefined();
});

test("what the journal has cut off behind the names makes no difference", () => {
  const whole = script(`CREATE TABLE a (${"x".repeat(3_000)} INT)`);
  const kept = script(`CREATE TABLE a (${"x".repeat(1_000)}… sha256:${"0".repeat(64)}`);
  const [before, after] = [whole, kept].map((one) => tracesIn(one, { first: 0, count: 1 }, "app"));
  expect(after).toBe(before);
});

/** Where the traces of a chain are looked up before it. */
const lookedUp = (...statements: string[]) => {
  const traces = tracesBefore(script(...statements), { first: 0, count: statements.length }, "app") ?? "";
  return [...traces.matchAll(/information_schema\.(\w+)/g)].map(([, catalogue]) => catalogue);
};

test("on a table that a chain begins with nothing is looked for before", () => {
  const statements = [TABLE, "CREATE INDEX i ON a (id)", "ALTER TABLE b ADD x INT", "CREATE INDEX j ON app.a (name)"];
  expect(length(...statements)).toBe(4);
  expect(lookedUp(...statements)).toEqual(["TABLES", "COLUMNS"]);
});

test.each([
  ["a table in the middle of a chain", ["ALTER TABLE b ADD x INT", TABLE, "CREATE INDEX i ON a (id)"]],
  ["a name that differs in its case", [TABLE, "CREATE INDEX i ON A (id)"]],
  ["a table of another database", [TABLE, "CREATE INDEX i ON other.a (id)"]],
])("on any other one it is: %s", (_, statements) => {
  expect(lookedUp(...statements).at(-1)).toBe("STATISTICS");
});

test("tables whose names differ in case alone are looked at each for itself", () => {
  const traces = tracesIn(script("ALTER TABLE a ADD x INT", "ALTER TABLE A ADD y INT"), { first: 0, count: 2 }, "app");
  expect(traces?.match(/TABLE_NAME = _utf8mb4 '[aA]'/g)).toEqual([
    "TABLE_NAME = _utf8mb4 'a'",
    "TABLE_NAME = _utf8mb4 'A'",
  ]);
});
