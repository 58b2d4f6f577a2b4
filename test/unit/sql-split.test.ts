import { parseSqlFile } from "../../lib/source/sql-file";

const parse = (text: string) => parseSqlFile({ path: "01_x.sql", text }, "mysql");
const statementsOf = (text: string) => {
  const { up, problems } = parse(text);
  expect(problems).toEqual([]);
  return up.statements.map(({ sql }) => sql);
};
const linesOf = (text: string) => parse(text).up.statements.map(({ line }) => line);
const problemsOf = (text: string) => parse(text).problems.map(({ message }) => message);

describe("an SQL file is split", () => {
  test.each([
    ["at semicolons", "SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]],
    ["not at a semicolon in single quotes", "SELECT 'a;b'; SELECT 2;", ["SELECT 'a;b'", "SELECT 2"]],
    ["not at a semicolon in double quotes", 'SELECT "a;b"; SELECT 2;', ['SELECT "a;b"', "SELECT 2"]],
    ["not at a semicolon in a quoted name", "SELECT `a;b`; SELECT 2;", ["SELECT `a;b`", "SELECT 2"]],
    ["past an escaped quote", "SELECT 'it\\'s; x'; SELECT 2;", ["SELECT 'it\\'s; x'", "SELECT 2"]],
    ["past a doubled quote", "SELECT 'it''s; x'; SELECT 2;", ["SELECT 'it''s; x'", "SELECT 2"]],
    ["past an escaped backslash", "SELECT '\\\\'; SELECT 2;", ["SELECT '\\\\'", "SELECT 2"]],
    ["with a backslash in a quoted name left alone", "SELECT `a\\`; SELECT 2;", ["SELECT `a\\`", "SELECT 2"]],
    ["not at a semicolon in a comment", "SELECT 1 /* ; */; SELECT 2;", ["SELECT 1", "SELECT 2"]],
    ["with an apostrophe in a -- comment left alone", "-- don't\nSELECT 1;", ["SELECT 1"]],
    ["with an apostrophe in a # comment left alone", "# don't\nSELECT 1; SELECT 2;", ["SELECT 1", "SELECT 2"]],
    ["with two minus signs read as arithmetic", "SELECT 5--1; SELECT 2;", ["SELECT 5--1", "SELECT 2"]],
    ["with a line of dashes read as a comment", "------ don't ------\nSELECT 1;", ["SELECT 1"]],
    [
      "with dashes right behind a statement read as a comment",
      "SELECT 1; --don't\nSELECT 2;",
      ["SELECT 1", "SELECT 2"],
    ],
    ["with a comment after an asterisk found", "SELECT 2*/* two; */3; SELECT 2", ["SELECT 2*/* two; */3", "SELECT 2"]],
    ["without a comment behind the last statement", "SELECT 1 -- last", ["SELECT 1"]],
    ["without comments that stand alone", "-- a\n/* b */;\n# c\n;;", []],
    [
      "with an optimizer hint kept",
      "SELECT /*+ MAX_EXECUTION_TIME(1) */ 1;",
      ["SELECT /*+ MAX_EXECUTION_TIME(1) */ 1"],
    ],
    ["with version comments kept as statements", "/*!40101 SET NAMES utf8 */;", ["/*!40101 SET NAMES utf8 */"]],
    ["not at a semicolon in a version comment", "/*!50003 BEGIN; */; SELECT 1", ["/*!50003 BEGIN; */", "SELECT 1"]],
    ["without mysqldump's note to its own client", "/*M!999999\\- sandbox */ \nSELECT 1;", ["SELECT 1"]],
    ["with MySQL's \\N for NULL kept", "INSERT INTO t VALUES (\\N);", ["INSERT INTO t VALUES (\\N)"]],
  ])("%s", (_, text, expected) => {
    expect(statementsOf(text)).toEqual(expected);
  });
});

describe("transactions and names are not taken for bodies:", () => {
  test.each([
    ["BEGIN", "BEGIN; INSERT INTO t VALUES (1); COMMIT;", 3],
    ["START TRANSACTION", "START TRANSACTION; SELECT 1; COMMIT;", 3],
    ["a table called begin_end", "CREATE TABLE begin_end (id INT); SELECT 1;", 2],
    ["columns called begin and end", "CREATE TABLE t (begin INT, end INT); SELECT begin, end FROM t;", 2],
    ["an index called event", "CREATE INDEX event ON t (begin); SELECT 1;", 2],
    ["a CASE in a view", "CREATE VIEW v AS SELECT CASE WHEN a THEN 1 END FROM t; SELECT 1;", 2],
  ])("%s", (_, text, count) => {
    expect(statementsOf(text)).toHaveLength(count);
  });
});

describe("the body of a stored program is one statement without DELIMITER:", () => {
  const trigger = "CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW";
  test.each([
    ["a procedure", "CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END"],
    ["an empty body", "CREATE PROCEDURE p() BEGIN END"],
    ["nested blocks", "CREATE PROCEDURE p() BEGIN BEGIN SELECT 1; END; BEGIN END; END"],
    [
      "IF and ELSEIF",
      "CREATE PROCEDURE p() BEGIN IF a THEN SELECT 1; ELSEIF b THEN SELECT 2; ELSE SELECT 3; END IF; END",
    ],
    ["an IF with a condition in parentheses", "CREATE PROCEDURE p() BEGIN IF (a) THEN SELECT 1; END IF; END"],
    ["the function IF", "CREATE PROCEDURE p() BEGIN SELECT IF(a, b, c); SET x = IF(a, b, c); END"],
    [
      "IF within a CASE that is a value",
      "CREATE PROCEDURE p() BEGIN SET x = CASE WHEN IF(a, b, c) THEN IF(d, e, f) END; END",
    ],
    ["DROP TABLE IF EXISTS", "CREATE PROCEDURE p() BEGIN DROP TABLE IF EXISTS t; SELECT 1; END"],
    ["a CASE statement", "CREATE PROCEDURE p() BEGIN CASE a WHEN 1 THEN SELECT 1; ELSE BEGIN END; END CASE; END"],
    [
      "a CASE that is a value",
      "CREATE PROCEDURE p() BEGIN SELECT CASE WHEN CASE WHEN a THEN b END THEN c END; SELECT 2; END",
    ],
    ["labelled loops", "CREATE PROCEDURE p() BEGIN l: LOOP LEAVE l; END LOOP l; END"],
    ["WHILE", "CREATE PROCEDURE p() BEGIN WHILE a DO SET a = 0; END WHILE; END"],
    ["REPEAT", "CREATE PROCEDURE p() BEGIN REPEAT SET a = REPEAT('x', 2); UNTIL a END REPEAT; SELECT 1; END"],
    ["a labelled body", "CREATE PROCEDURE p() main: BEGIN LEAVE main; END main"],
    [
      "a handler with a block",
      "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; END; SELECT 1; END",
    ],
    [
      "a handler with one statement",
      "CREATE PROCEDURE p() BEGIN DECLARE CONTINUE HANDLER FOR NOT FOUND SET d = 1; SELECT 1; END",
    ],
    [
      "a handler with an IF",
      "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR 1062 IF a THEN SELECT 1; END IF; SELECT 1; END",
    ],
    ["a transaction in a body", "CREATE PROCEDURE p() BEGIN START TRANSACTION; SELECT 1; COMMIT; END"],
    [
      "columns called begin and end in a body",
      "CREATE PROCEDURE p() BEGIN SELECT begin, end FROM t; SET a = NEW.end; SELECT 2; END",
    ],
    [
      "a column called end in a CASE",
      "CREATE PROCEDURE p() BEGIN SELECT CASE WHEN end > 1 THEN t.end ELSE end END; SELECT 2; END",
    ],
    ["END in comments and strings", "CREATE PROCEDURE p() BEGIN -- END;\n SELECT 'END;'; /* END; */ SELECT 2; END"],
    ["a body without BEGIN", "CREATE PROCEDURE p() IF a THEN SELECT 1; ELSE SELECT 2; END IF"],
    ["a function that returns at once", "CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN CASE WHEN a THEN 1 END"],
    [
      "a function with a character set",
      "CREATE FUNCTION f() RETURNS TEXT CHARACTER SET utf8mb4 BEGIN SELECT 1; RETURN 'a'; END",
    ],
    [
      "a definer that looks like a call",
      "CREATE DEFINER = CURRENT_USER() PROCEDURE IF NOT EXISTS p() BEGIN SELECT 1; END",
    ],
    ["a quoted definer", "CREATE OR REPLACE DEFINER=`a b`@`%` PROCEDURE p() BEGIN SELECT 1; END"],
    ["a trigger of one statement", `${trigger} SET NEW.a = CASE WHEN NEW.b THEN 1 ELSE 2 END`],
    ["a trigger with an IF", `${trigger} IF NEW.a THEN SET @b = 1; ELSE SET @b = 2; END IF`],
    ["a trigger after another", `${trigger} FOLLOWS other BEGIN SET @a = 1; SET @b = 2; END`],
    ["an event", "CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS NOW() ENDS NOW() DO BEGIN DELETE FROM t; END"],
    ["an event of one statement", "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM t"],
    ["MariaDB's block outside of programs", "BEGIN NOT ATOMIC SELECT 1; SELECT 2; END"],
    [
      "mysqldump's trigger",
      "/*!50003 CREATE*/ /*!50003 TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN SET @a = 1; END */",
    ],
  ])("%s", (_, body) => {
    expect(statementsOf(`${body};\nSELECT 'next';`)).toEqual([body, "SELECT 'next'"]);
  });
});

describe("DELIMITER", () => {
  test("ends statements until it is changed back", () => {
    const text = "DELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT 1; END$$\nDELIMITER ;\nSELECT 2;";
    expect(statementsOf(text)).toEqual(["CREATE PROCEDURE p() BEGIN SELECT 1; END", "SELECT 2"]);
  });

  test("of two semicolons is understood", () => {
    const text = "DELIMITER ;;\nCREATE PROCEDURE p() BEGIN SELECT 1; END ;;\nDELIMITER ;\nSELECT 2;";
    expect(statementsOf(text)).toEqual(["CREATE PROCEDURE p() BEGIN SELECT 1; END", "SELECT 2"]);
  });

  test("leaves no semicolon behind END", () => {
    const text = "DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END;\n//\nDELIMITER ;";
    expect(statementsOf(text)).toEqual(["CREATE PROCEDURE p() BEGIN SELECT 1; END"]);
  });

  test("does not join two statements into one", () => {
    const text = "DELIMITER //\nDROP PROCEDURE p; CREATE PROCEDURE p() BEGIN SELECT 1; END//";
    expect(statementsOf(text)).toEqual(["DROP PROCEDURE p", "CREATE PROCEDURE p() BEGIN SELECT 1; END"]);
  });

  test("in a string or a comment is none", () => {
    expect(statementsOf("SELECT '\nDELIMITER //\n';\n-- x\n/*\nDELIMITER //\n*/\nSELECT 2;")).toHaveLength(2);
  });

  test("may be the name of a column", () => {
    const table = "CREATE TABLE t (\n  id INT,\n  delimiter VARCHAR(1),\n  x INT\n)";
    expect(statementsOf(`${table};\nSELECT 1;`)).toEqual([table, "SELECT 1"]);
  });

  test("is refused behind a statement on the same line", () => {
    const [problem] = problemsOf("DELIMITER $$\nSELECT 1$$ DELIMITER ;\nSELECT 2;");
    expect(problem).toBe("01_x.sql, line 2: DELIMITER must stand on a line of its own, with a delimiter after it");
  });
});

describe("a statement's line", () => {
  test("is that of its first word, not of the comment before it", () => {
    expect(linesOf("-- a\n\n/* b\n c */ SELECT 1;\n\n  SELECT\n 2;")).toEqual([4, 6]);
  });

  test("is right with a byte order mark and CRLF", () => {
    expect(linesOf("\uFEFF-- a\r\nSELECT 1;\r\n\r\nSELECT 2;\r\n")).toEqual([2, 4]);
  });

  test("is right after DELIMITER", () => {
    expect(linesOf("DELIMITER $$\nSELECT 1$$\nDELIMITER ;\n\nSELECT 2;")).toEqual([2, 5]);
  });

  test("counts from the top of the file in a down section", () => {
    const { down } = parse("-- migrate:up\nSELECT 1;\n-- migrate:down\n\nSELECT 2;");
    expect(down?.statements).toEqual([{ sql: "SELECT 2", line: 5 }]);
  });
});

describe("refused, with file and line, is", () => {
  test.each([
    ["a string without an end", "SELECT 1;\nSELECT 'abc;", 2, /string after ' is never closed/],
    ["a name without an end", "SELECT `abc;", 1, /name after ` is never closed/],
    ["a comment without an end", "SELECT 1;\n\n/* abc;", 3, /comment \/\* is never closed/],
    ["a version comment without an end", "/*!50003 SELECT 1;", 1, /comment \/\*! is never closed/],
    ["a body without END", "SELECT 1;\nCREATE PROCEDURE p() BEGIN SELECT 1;\nSELECT 2;", 2, /without its END/],
    [
      "a body that its delimiter cuts",
      "DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1;//\nSELECT 2//",
      2,
      /without its END/,
    ],
    ["SOURCE", "SELECT 1;\nsource other.sql;", 2, /source is a command of the mysql client/],
    ["\\. as SOURCE", "\\. other.sql\nSELECT 1;", 1, /\\\. is a command of the mysql client/],
    ["\\G at the end", "SELECT 1;\nSELECT\n2\\G\n", 3, /\\G is a command of the mysql client/],
    ["LOAD DATA LOCAL", "LOAD DATA LOCAL INFILE 'x' INTO TABLE t;", 1, /LOAD DATA LOCAL/],
    ["an XA transaction", "DO 0;\nXA BEGIN 'x';", 2, /XA transactions/],
    [
      "a comment that the server takes for minus signs",
      "CREATE TABLE t (a INT,\n--it's\n b INT);",
      2,
      /space after its --/,
    ],
  ])("%s", (_, text, line, message) => {
    expect(parse(text).problems).toEqual([
      { code: "INVALID", file: "01_x.sql", line, message: expect.stringMatching(message) },
    ]);
  });
});

test("a file of more than a megabyte is read", () => {
  const text = "INSERT INTO t VALUES (1, 'it''s; \\'x\\'', 2); -- don't\n".repeat(25_000);
  expect(statementsOf(text)).toHaveLength(25_000);
});
