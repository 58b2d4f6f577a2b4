import type { Frame } from "../../lib/database/frame";
import { mysqlFrame } from "../../lib/database/mysql-frame";
import { postgresFrame } from "../../lib/database/postgres-frame";
import type { SqlScript } from "../../lib/migration";

type Framing = (script: SqlScript, from: number) => Frame;

/** What another session needs before the last of these statements. */
function beforeLast(frame: Framing, ...sql: readonly string[]): Frame {
  const statements = sql.map((one, index) => ({ sql: one, line: index + 1 }));
  return frame({ kind: "sql", file: "1.sql", statements }, sql.length - 1);
}

const INSERT = "INSERT INTO parent (name) VALUES ('a')";

describe("what a session on MySQL is told before it goes on", () => {
  test.each([
    "SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'",
    "SET sql_mode = ANSI",
    "SET SQL_MODE = (SELECT REPLACE(@@sql_mode, 'ONLY_FULL_GROUP_BY', ''))",
    "SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO'",
    "SET @old = @@GLOBAL.sql_mode",
    "/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */",
    "/*!40101 SET NAMES utf8mb4 */",
    "SET @path = 'C:\\\\temp, \\'new\\''",
    "SET @a = _utf8mb4'x', @b := -1.5",
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
    "SET ROLE ALL",
    "USE other",
    "PREPARE it FROM 'SELECT ?'",
    "PREPARE it FROM @sql",
  ])("repeats %s", (sql) => {
    expect(beforeLast(mysqlFrame, sql, "DELETE FROM t")).toEqual({ repeated: [sql] });
  });

  test.each([
    "SET GLOBAL max_connections = 10, wait_timeout = 5",
    "SET @@GLOBAL.max_connections = 10",
    "SET PERSIST max_connections = 10",
    "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
    "SET PASSWORD = 'x'",
  ])("leaves out what is not the session's: %s", (sql) => {
    expect(beforeLast(mysqlFrame, sql, "DELETE FROM t")).toEqual({ repeated: [] });
  });

  test.each([
    ["SET @id = LAST_INSERT_ID()", "INSERT INTO child VALUES (@id)", "@id"],
    ["SET @a = 1, @id = (SELECT MAX(id) FROM t)", "INSERT INTO child VALUES (@`id`)", "@a"],
    ["SET @now = CURRENT_TIMESTAMP", "INSERT INTO child VALUES (@now)", "@now"],
    ["SELECT 1, MAX(id) INTO @one, @id FROM t", "INSERT INTO child VALUES (@id)", "@one"],
    ["SELECT @id := MAX(id) FROM t", "INSERT INTO child VALUES (@id)", "@id"],
    ["CALL next_id(1, @id)", "INSERT INTO child VALUES (@id)", "@id"],
    ["CREATE TEMPORARY TABLE drafts (id INT)", "INSERT INTO child SELECT id FROM drafts", "the temporary table drafts"],
    ["SET sql_mode = (SELECT mode FROM settings)", "DELETE FROM t", "sql_mode"],
    ["SET @id = LAST_INSERT_ID(), foreign_key_checks = 0", "DROP TABLE parent", "foreign_key_checks"],
    [INSERT, "INSERT INTO child VALUES (LAST_INSERT_ID())", "LAST_INSERT_ID()"],
    [INSERT, "SELECT @@last_insert_id", "LAST_INSERT_ID()"],
  ])("%s is lost for %s", (sql, user, what) => {
    const lost = `statement 2 uses ${what}, which statement 1 has made of data`;
    expect(beforeLast(mysqlFrame, sql, user).lost).toBe(lost);
  });

  test("what is made of something that is lost is lost as well", () => {
    const copy = "SET @copy = @id";
    expect(beforeLast(mysqlFrame, "SET @id = LAST_INSERT_ID()", copy, "INSERT INTO t VALUES (@copy)")).toEqual({
      repeated: [],
      lost: "statement 3 uses @copy, which statement 2 has made of data",
    });
  });

  test.each([
    ["SET @id = LAST_INSERT_ID()", "INSERT INTO child VALUES (@identity)"],
    ["SET @id = LAST_INSERT_ID()", "INSERT INTO child VALUES (@@id)"],
    ["CREATE PROCEDURE p() SELECT MAX(id) INTO @id FROM t", "INSERT INTO child VALUES (@id)"],
    [INSERT, "INSERT INTO child VALUES (1)"],
  ])("%s is not needed by %s", (sql, user) => {
    expect(beforeLast(mysqlFrame, sql, user).lost).toBeUndefined();
  });

  test("an id is not needed where another row comes first", () => {
    const statements = [INSERT, "ALTER TABLE parent ADD x INT", INSERT, "SET @id = LAST_INSERT_ID()"];
    const script = { kind: "sql", file: "1.sql", statements: statements.map((sql) => ({ sql, line: 1 })) } as const;
    expect(mysqlFrame(script, 2).lost).toBeUndefined();
    expect(mysqlFrame(script, 3).lost).toContain("LAST_INSERT_ID()");
  });
});

describe("what a session on PostgreSQL is told before it goes on", () => {
  test.each([
    "SET search_path = a, b",
    "RESET ROLE",
    "SELECT pg_catalog.set_config('search_path', '', false)",
    "PREPARE it AS SELECT 1",
  ])("repeats %s", (sql) => {
    expect(beforeLast(postgresFrame, sql, "DELETE FROM t")).toEqual({ repeated: [sql] });
  });

  test.each([
    ["SELECT set_config('my.id', max(id)::text, false) FROM t", "SELECT current_setting('my.id')", "the setting my.id"],
    ["SELECT set_config('search_path', (SELECT s FROM t), false)", "DELETE FROM t", "the setting search_path"],
    ["CREATE TEMP TABLE drafts (id INT)", "SELECT id FROM drafts", "what is temporary, drafts"],
    [INSERT, "INSERT INTO child VALUES (currval('parent_id_seq'))", "currval() or lastval()"],
  ])("%s is lost for %s", (sql, user, what) => {
    const lost = `statement 2 uses ${what}, which statement 1 has made of data`;
    expect(beforeLast(postgresFrame, sql, user).lost).toBe(lost);
  });
});
