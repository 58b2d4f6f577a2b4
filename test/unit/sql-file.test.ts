import { parseSqlFile } from "../../lib/source/sql-file";

const parse = (text: string) => parseSqlFile({ path: "01_x.sql", text }, "mysql");

describe("sections", () => {
  test("are told by markers in any case, dbmate's option included", () => {
    const { up, down } = parse("-- Migrate:UP transaction:false\nSELECT 1;\n--migrate:down\nSELECT 2;");
    expect([up.statements, down?.statements].flat().map((one) => one?.sql)).toEqual(["SELECT 1", "SELECT 2"]);
  });

  test("have dbmate's option each for itself", () => {
    const { up, down } = parse("-- migrate:up\nSELECT 1;\n-- migrate:down transaction:false\nSELECT 2;");
    expect([up.transaction, down?.transaction]).toEqual([undefined, false]);
  });

  test("a file without markers is all up and has no down", () => {
    const file = parse("SELECT 1;");
    expect(file.up.statements).toHaveLength(1);
    expect(file).not.toHaveProperty("down");
  });

  test("an empty down is a down that does nothing", () => {
    expect(parse("-- migrate:up\nSELECT 1;\n-- migrate:down\n-- nothing").down?.statements).toEqual([]);
  });

  test("a marker within a string is none", () => {
    expect(parse("SELECT '\n-- migrate:down\n';")).not.toHaveProperty("down");
  });

  test.each([
    ["statements before the first marker", "SELECT 1;\n-- migrate:up\n", 1, /before the first/],
    ["a second up", "-- migrate:up\n-- migrate:up\n", 2, /second -- migrate:up/],
    ["down without up", "-- migrate:down\nSELECT 1;", 1, /without -- migrate:up/],
    ["an unknown marker", "-- migrate:upp\nSELECT 1;", 1, /migrate:upp is neither/],
    ["an unknown option", "-- migrate:up fast\nSELECT 1;", 1, /option fast/],
  ])("%s is refused", (_, text, line, message) => {
    expect(parse(text).problems).toEqual([expect.objectContaining({ line, message: expect.stringMatching(message) })]);
  });

  test("all problems of a file come together, in the order of its lines", () => {
    expect(parse("source a;\n-- migrate:up\n-- migrate:oops\nSELECT 1\\G").problems.map(({ line }) => line)).toEqual([
      1, 3, 4,
    ]);
  });
});

describe("markers", () => {
  test("a file is `pre` and in a transaction by itself", () => {
    const { phase, up } = parse("SELECT 1;");
    expect([phase, up.transaction]).toEqual(["pre", undefined]);
  });

  test("`migration: post` and `migration: no transaction` are understood", () => {
    expect(parse("-- migration: post\n-- Migration: no transaction\nSELECT 1;")).toMatchObject({
      phase: "post",
      up: { transaction: false },
    });
  });

  test("a title that begins with `migration:` is left alone", () => {
    expect(parse("-- Migration: post office tables\nSELECT 1;").phase).toBe("pre");
  });
});

describe("the checksum", () => {
  const checksum = (text: string) => parse(text).checksum;

  test("is the same with CRLF and a byte order mark", () => {
    expect(checksum("\uFEFFSELECT 1;\r\nSELECT 2;\r\n")).toBe(checksum("SELECT 1;\nSELECT 2;\n"));
  });

  test("stays when a down is added later", () => {
    expect(checksum("-- migrate:up\nSELECT 1;\n\n-- migrate:down\nSELECT 2;\n")).toBe(checksum("SELECT 1;\n"));
  });

  test("changes with a comment", () => {
    expect(checksum("SELECT 1; -- a")).not.toBe(checksum("SELECT 1; -- b"));
  });
});

describe("the normalised checksum", () => {
  const normalised = (text: string) => parse(text).normalised;

  test("is the same with other comments, spacing and delimiters", () => {
    expect(normalised("DELIMITER //\n-- a\nSELECT  1 /* b */,\n 'x  y'//")).toBe(normalised("SELECT 1 , 'x  y';"));
  });

  test.each([
    ["space within a string", "SELECT 'x  y';", "SELECT 'x y';"],
    ["a comment sign within a string", "SELECT '-- a';", "SELECT '-- b';"],
    ["a version comment", "SELECT 1 /*!50003 + 1 */;", "SELECT 1;"],
    ["an optimizer hint", "SELECT /*+ a */ 1;", "SELECT /*+ b */ 1;"],
    ["a line between statements", "SELECT 1; SELECT 2;", "SELECT 1 SELECT 2;"],
  ])("differs by %s", (_, one, other) => {
    expect(normalised(one)).not.toBe(normalised(other));
  });
});
