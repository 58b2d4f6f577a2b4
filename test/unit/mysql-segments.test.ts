import { isRepeatable, segmentsOf, unendedIn } from "../../lib/database/mysql-segments";

const cut = (...sql: string[]) =>
  segmentsOf(sql.map((text, index) => ({ sql: text, line: index + 1 }))).map((segment) => [
    segment.kind,
    segment.first,
    segment.count,
    segment.statements.map((statement) => statement.sql),
  ]);

const CREATE = "CREATE TABLE a (id int)";
const INSERT = "INSERT INTO a VALUES (1)";
const UPDATE = "UPDATE a SET id = 2";

test("statements that do not commit are one transaction", () => {
  expect(cut(INSERT, UPDATE)).toEqual([["transaction", 0, 2, [INSERT, UPDATE]]]);
});

test("a statement that commits implicitly is a segment of its own", () => {
  expect(cut(INSERT, CREATE, "DROP TABLE b", UPDATE)).toEqual([
    ["transaction", 0, 1, [INSERT]],
    ["implicit", 1, 1, [CREATE]],
    ["implicit", 2, 1, ["DROP TABLE b"]],
    ["transaction", 3, 1, [UPDATE]],
  ]);
});

test("our transaction stands for the one in the file", () => {
  expect(cut("BEGIN", INSERT, "COMMIT", "START TRANSACTION", UPDATE, "COMMIT WORK")).toEqual([
    ["transaction", 0, 3, [INSERT]],
    ["transaction", 3, 3, [UPDATE]],
  ]);
});

test("a transaction that the file never commits is committed", () => {
  expect(cut("BEGIN", INSERT)).toEqual([["transaction", 0, 2, [INSERT]]]);
});

test("DDL inside a transaction ends it, as the server does", () => {
  expect(cut("BEGIN", INSERT, CREATE, UPDATE, "COMMIT")).toEqual([
    ["transaction", 0, 2, [INSERT]],
    ["implicit", 2, 1, [CREATE]],
    ["transaction", 3, 2, [UPDATE]],
  ]);
});

test("a rollback is left to the file's own words", () => {
  expect(cut("BEGIN", INSERT, "ROLLBACK", UPDATE)).toEqual([
    ["block", 0, 3, ["START TRANSACTION", INSERT, "ROLLBACK"]],
    ["transaction", 3, 1, [UPDATE]],
  ]);
});

test("locked tables are one block, whatever is in it", () => {
  expect(
    cut(UPDATE, "LOCK TABLES a WRITE", INSERT, "/*!40000 ALTER TABLE a ENABLE KEYS */", "UNLOCK TABLES", UPDATE),
  ).toEqual([
    ["transaction", 0, 1, [UPDATE]],
    ["block", 1, 4, ["LOCK TABLES a WRITE", INSERT, "/*!40000 ALTER TABLE a ENABLE KEYS */", "UNLOCK TABLES"]],
    ["transaction", 5, 1, [UPDATE]],
  ]);
});

test("a procedure call is a transaction of its own", () => {
  expect(cut(INSERT, "CALL p()", UPDATE).map(([kind, first]) => [kind, first])).toEqual([
    ["transaction", 0],
    ["transaction", 1],
    ["transaction", 2],
  ]);
});

test("inside the file's transaction a procedure call stays in it", () => {
  expect(cut("BEGIN", INSERT, "CALL p()", "COMMIT")).toEqual([["transaction", 0, 4, [INSERT, "CALL p()"]]]);
});

test.each([
  ["SET @a = 1", "transaction"],
  ["SET FOREIGN_KEY_CHECKS=0", "transaction"],
  ["/*!40101 SET NAMES utf8mb4 */", "transaction"],
  ["SET autocommit=0", "implicit"],
  ["SET @@session.autocommit = 1", "implicit"],
  ["SET GLOBAL max_connections = 10", "implicit"],
  ["SET @a = 1, @@global.max_connections = 10", "implicit"],
  ["SET PASSWORD = 'x'", "implicit"],
  ["-- a comment\n# another\n/* and one */ INSERT INTO a VALUES (1)", "transaction"],
  ["/*!50003 CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.id = 1 */", "implicit"],
  ["(SELECT 1) UNION (SELECT 2)", "transaction"],
  ["WITH x AS (SELECT 1) SELECT * FROM x", "transaction"],
  ["TRUNCATE a", "implicit"],
  ["SOMETHING new", "implicit"],
])("%s is %s", (sql, kind) => {
  expect(cut(sql).map(([actual]) => actual)).toEqual([kind]);
});

test("distributed transactions are refused with their line", () => {
  expect(() => cut(INSERT, "XA START 'x'")).toThrow("Line 2: XA transactions cannot be part of a migration.");
});

test("a script without statements has no segments", () => {
  expect(cut()).toEqual([]);
});

test.each<[string, readonly string[], string | undefined]>([
  ["one that is ended", ["BEGIN", INSERT, "COMMIT"], undefined],
  ["one that DDL ends", ["START TRANSACTION", INSERT, CREATE], undefined],
  ["one with a procedure in it", ["START TRANSACTION", "CALL p()", INSERT], "START TRANSACTION"],
])("of transactions in a file it is known which never ends: %s", (_title, statements, open) => {
  expect(unendedIn(statements.map((text, index) => ({ sql: text, line: index + 1 })))?.sql).toBe(open);
});

test("a block of MariaDB's is no beginning of a transaction, and is sent", () => {
  const block = "BEGIN NOT ATOMIC INSERT INTO a VALUES (1); INSERT INTO a VALUES (2); END";
  expect(cut(INSERT, block, UPDATE)).toEqual([
    ["transaction", 0, 1, [INSERT]],
    ["transaction", 1, 1, [block]],
    ["transaction", 2, 1, [UPDATE]],
  ]);
});

test.each([
  "CREATE UNIQUE INDEX IF NOT EXISTS i ON a (id)",
  "CREATE TRIGGER IF NOT EXISTS t BEFORE INSERT ON a FOR EACH ROW SET @x = 1",
  "DROP TEMPORARY TABLE IF EXISTS a",
  "CREATE TEMPORARY TABLE a AS SELECT 1",
  "ALTER TABLE a ADD COLUMN IF NOT EXISTS b DECIMAL(1, 0), DROP COLUMN IF EXISTS c",
  "ALTER TABLE `a b`.c ADD UNIQUE KEY IF NOT EXISTS i (id)",
])("%s does no harm the second time", (statement) => {
  expect(isRepeatable(statement)).toBe(true);
});

test.each([
  "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN IF EXISTS (SELECT 1 FROM b) THEN SET @x = 1; END IF; END",
  "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DROP TABLE IF EXISTS a",
  "ALTER TABLE a DROP COLUMN IF EXISTS b, ADD COLUMN c INT",
  "ALTER TABLE IF EXISTS a ADD COLUMN b INT",
  "ALTER TABLE a ADD COLUMN b INT COMMENT 'dropped, if exists'",
  "SET STATEMENT max_statement_time = 9 FOR UPDATE a SET id = id + 1",
])("%s is not taken for something that does no harm the second time", (statement) => {
  expect(isRepeatable(statement)).toBe(false);
});
