// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of other tools look so
import { fill, load } from "../support/fill";
import { messagesOf } from "../support/folder";

const goose = (...lines: readonly string[]) => ["-- +goose Up", "-- +goose ENVSUB ON", ...lines].join("\n");

describe("a placeholder of Flyway's", () => {
  test("is filled by its name in capitals, other characters than letters and digits as underscores", async () => {
    const values = { A_B: "1", SCHEMA: "app", FLYWAY_DEFAULTSCHEMA: "main" };
    expect(await fill("SELECT ${a.b} FROM ${Schema}_x, ${flyway:defaultSchema}.t;", values)).toEqual([
      "SELECT 1 FROM app_x, main.t",
    ]);
  });

  test("for the file's name needs no value", async () => {
    expect(await fill("SELECT '${flyway:filename}';", {})).toEqual(["SELECT 'V1__a.sql'"]);
  });

  test("in a comment is left alone", async () => {
    expect(await fill("SELECT 1 /* ${a} */ + 1; -- ${b; c\n", {})).toEqual(["SELECT 1 /* ${a} */ + 1"]);
  });

  test("does not end a statement, whatever it is called", async () => {
    expect(
      await fill("CREATE PROCEDURE p() BEGIN SELECT ${end}; SELECT 2; END; SELECT ${begin};", { END: "1", BEGIN: "3" }),
    ).toEqual(["CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END", "SELECT 3"]);
  });

  test("without a value is refused with its place and its variable, each by itself", async () => {
    expect(await fill("SELECT 1;\nSELECT ${a},\n '${b.c}';", {})).toEqual([
      {
        code: "INVALID",
        message: "V1__a.sql, line 2: ${a} has no value",
        advice: "Set PLACEHOLDER_A in the environment of the function.",
        file: "V1__a.sql",
        line: 2,
        migration: "V1__a",
      },
      expect.objectContaining({ line: 3, advice: expect.stringContaining("PLACEHOLDER_B_C") }),
    ]);
  });

  test("without a value in a down is refused too", async () => {
    const loading = load({ "V1__a.sql": "SELECT 1;", "U1__a.sql": "SELECT ${a};" }, {});
    await expect(loading).rejects.toMatchObject({ code: "INVALID_MIGRATIONS", problems: [{ file: "U1__a.sql" }] });
  });

  test("is not filled from what every object has", async () => {
    expect(await fill("SELECT ${constructor};", {})).toMatchObject([{ code: "INVALID" }]);
  });
});

describe("a variable of goose's", () => {
  const values = { A: "x", EMPTY: "", LONG: "abcdef" };

  test.each([
    ["$A", "x"],
    ["${A}", "x"],
    ["${EMPTY}", ""],
    ["${B:-none}", "none"],
    ["${EMPTY:-none}", "none"],
    ["${EMPTY-none}", ""],
    ["${B-none}", "none"],
    ["${B:-a ${A} b $A}", "a x b x"],
    ["${A?must be set}", "x"],
    ["${LONG:2}", "cdef"],
    ["${LONG:1:3}", "bcd"],
    ["${LONG:-2}", "abcdef"],
    ["${LONG: -2}", "ef"],
    ["${LONG:1:-2}", "bcd"],
    ["$$A", "$A"],
    ["\\$A", "$A"],
    ["$(A)", "$(A)"],
  ])("%s becomes %j", async (written, value) => {
    expect(await fill(goose(`SELECT '${written}' AS a;`), values, "postgres")).toEqual([`SELECT '${value}' AS a`]);
  });

  test("is one between ENVSUB ON and ENVSUB OFF alone", async () => {
    const lines = ["SELECT '$A';", "-- +goose ENVSUB OFF", "SELECT '$A';", "-- +goose ENVSUB ON", "SELECT '$A';"];
    expect(await fill(goose(...lines), values)).toEqual(["SELECT 'x'", "SELECT '$A'", "SELECT 'x'"]);
  });

  test("without a value is refused, with what the file says to it", async () => {
    expect(await fill(goose("SELECT '$B', '${C?is the region}';"), {})).toMatchObject([
      { message: "1_a.sql, line 3: $B has no value", line: 3 },
      { message: "1_a.sql, line 3: ${C?is the region} has no value: is the region" },
    ]);
  });

  test.each([
    ["SELECT $1;", /a \$ without the name of a variable/],
    ["SELECT '${A:-x';", /never closed by a }/],
    ["SELECT '${A!}';", /after \$\{A stands neither } nor one of/],
  ])("%s is refused", async (line, message) => {
    expect(await messagesOf({ "1_a.sql": goose(line) })).toEqual([expect.stringMatching(message)]);
  });
});

describe("a value cannot change where a statement ends", () => {
  test.each([
    ["a quote in a string", "SELECT '${a}';", "it's", /holds a '/],
    ["a backslash in a string", "SELECT '${a}';", "\\", /holds a backslash/],
    ["a quote in a name", "SELECT `${a}`;", "a`b", /holds a `/],
    ["a NUL in a string", "SELECT '${a}';", "a\0", /holds a NUL/],
    ["the end of a hint", "SELECT /*+ ${a} */ 1;", "*/", /holds a \* or \//],
    ["a semicolon", "SELECT ${a};", "1; DROP TABLE t", /holds a semicolon/],
    ["a quote", "SELECT ${a};", "'", /holds a quote/],
    ["a line break", "SELECT ${a};", "1\n2", /line break/],
    ["a comment", "SELECT ${a};", "1 -- ", /begins or ends a comment/],
    ["a comment in MySQL's form", "SELECT ${a};", "1 #", /begins or ends a comment/],
    ["a comment with what stands before it", "SELECT 1 -${a};", "-1", /begins or ends a comment/],
    ["a comment with what stands after it", "SELECT ${a}*2;", "1/", /begins or ends a comment/],
    ["a comment with another value", "SELECT ${a}${a};", "-", /begins or ends a comment/],
    ["a blank after two minus signs", "SELECT 1--${a} 2;", "", /begins or ends a comment/],
    ["the end of a version comment", "SELECT /*!50000 ${a} */ 1;", "*/", /begins or ends a comment/],
  ])("with %s", async (_, text, value, message) => {
    const problems = await fill(text, { A: value });
    expect(problems).toContainEqual(expect.objectContaining({ message: expect.stringMatching(message) }));
    expect(JSON.stringify(problems)).toContain("PLACEHOLDER_A");
    // A value may be a secret.
    if (value.length > 3) expect(JSON.stringify(problems)).not.toContain(JSON.stringify(value).slice(1, -1));
  });

  test.each([
    ["a quote in an escape string", "SELECT E'${a}';", "\\", /holds a backslash/],
    ["a dollar in a body", "DO $do$ ${a} $do$;", "$do$", /holds a \$/],
    ["a dollar", "SELECT ${a} ;", "$$", /holds a quote/],
    ["a line in the data of a COPY", "COPY t (a) FROM stdin;\n1 ${a}\n\\.\n", "x\ny", /divide the data/],
  ])("with %s, on PostgreSQL", async (_, text, value, message) => {
    expect(await fill(text, { A: value }, "postgres")).toMatchObject([{ message: expect.stringMatching(message) }]);
  });

  test.each([
    ["SELECT ${a}'x';", /directly before a quote/],
    ["SELECT ${a}$$x$$;", /beside a \$/],
    ["DO $$${a}$$;", /beside a \$/],
    ["SELECT E'\\${a}';", /directly after a backslash/],
  ])("in %s, which is refused whatever it is", async (text, message) => {
    expect(await messagesOf({ "V1__a.sql": text }, { dialect: "postgres" })).toEqual([expect.stringMatching(message)]);
  });

  test.each([
    ["SELECT '${a}';", 'a; b -- c /* d */ "e"'],
    ["SELECT ${a};", "-1"],
    ["SELECT ${a};", "a.b, c"],
  ])("and %s takes %j", async (text, value) => {
    expect(await fill(text, { A: value })).toEqual([text.replace("${a}", value).slice(0, -1)]);
  });
});

test("a statement of which nothing is left is refused", async () => {
  expect(await fill("SELECT 1;\n${a} ${a};", { A: "" })).toMatchObject([
    { message: expect.stringContaining("nothing of"), line: 2 },
  ]);
});

test("a ${ that begins no placeholder is refused outside of comments", async () => {
  expect(await messagesOf({ "V1__a.sql": "SELECT '${a\nb}', '${}'; -- ${" })).toEqual([
    expect.stringMatching(/line 1: a \$\{ that begins no placeholder/),
    expect.stringMatching(/line 2: a \$\{ that begins no placeholder/),
  ]);
});
