import { parseSqlFile } from "../../lib/source/sql-file";

const parse = (text: string) => parseSqlFile({ path: "x.sql", text }, "postgres");
const statementsOf = (text: string) => {
  const { up, problems } = parse(text);
  expect(problems).toEqual([]);
  return up.statements.map(({ sql }) => sql);
};

describe("a COPY FROM stdin is one statement with its data", () => {
  test.each([
    ["as pg_dump writes it", "COPY public.t (a, b) FROM stdin;\n1\tx\n2\t\\N\n\\."],
    ["with quotes, comments and semicolons in the data", "COPY t FROM stdin;\nit's\t-- a; \"b\n/* $$ ` \\\\.\n\\."],
    ["with lines of data that look like its end", "COPY t FROM stdin;\n\\\\.\n \\.\n\\.x\n\\."],
    ["with a COPY in the data", "COPY t FROM stdin;\nCOPY u FROM stdin;\n\\."],
    ["without a row", "COPY t FROM stdin;\n\\."],
    ["with options", "COPY t (a) FROM STDIN WITH (FORMAT csv, DELIMITER ';', HEADER);\na\n\"x;\ny\"\n\\."],
    ["of a quoted table", 'copy "odd (;\n"."from" ("a "" b")\n  from stdin ;\n1\n\\.'],
    ["with a blank behind its semicolon", "COPY t FROM stdin; \n1\n\\."],
    ["from stdout, which is the same to the server", "COPY t FROM stdout;\n1\n\\."],
    ["with WHERE", "COPY t (a) FROM stdin WHERE (a > 1);\n1\n\\."],
  ])("%s", (_, sql) => {
    expect(statementsOf(`SELECT 1;\n${sql}\nSELECT 'next';`)).toEqual(["SELECT 1", sql, "SELECT 'next'"]);
  });

  test("at the end of a file", () => {
    expect(statementsOf("-- a\nCOPY t FROM stdin;\n1\n\\.")).toEqual(["COPY t FROM stdin;\n1\n\\."]);
  });

  test("whose line is that of the command, and what follows keeps its own", () => {
    const { up } = parse("-- a; b\n\nCOPY t FROM stdin;\n1\n2\n\\.\n\nSELECT 1;");
    expect(up.statements.map(({ line }) => line)).toEqual([3, 8]);
  });

  test("in a file with Windows line ends", () => {
    expect(statementsOf("COPY t FROM stdin;\r\n1\r\n\\.\r\nSELECT 1;\r\n")).toEqual([
      "COPY t FROM stdin;\n1\n\\.",
      "SELECT 1",
    ]);
  });

  test("in which a line like a marker is data", () => {
    const { up, down } = parse(
      "-- migrate:up\nCOPY t FROM stdin;\n-- migrate:down\n\\.\n-- migrate:down\nTRUNCATE t;\n",
    );
    expect([up, down].map((script) => script?.statements.length)).toEqual([1, 1]);
  });

  test("and differs from one with other spacing in its data", () => {
    const one = parse("COPY t FROM stdin;\na b\n\\.\n");
    expect(parse("COPY t  FROM stdin;\na b\n\\.\n").normalised).toBe(one.normalised);
    expect(parse("COPY t FROM stdin;\na  b\n\\.\n").normalised).not.toBe(one.normalised);
  });
});

test.each([
  ["a file of the server's", "COPY t FROM '/tmp/stdin'; SELECT 1;"],
  ["a program", "COPY t FROM PROGRAM 'cat'; SELECT 1;"],
  ["a query of a table called stdin", "COPY (SELECT * FROM stdin) TO '/tmp/x'; SELECT 1;"],
])("a COPY of %s has no data", (_, text) => {
  expect(statementsOf(text)).toHaveLength(2);
});

describe("refused is a COPY FROM stdin", () => {
  const message =
    "COPY … FROM stdin needs a semicolon that ends its line, its data on the lines after it, and a last line \\.";
  test.each([
    ["without data", "SELECT 1;\nCOPY t FROM stdin;\nSELECT 2;\n"],
    ["without a semicolon", "SELECT 1;\nCOPY t FROM stdin"],
    ["whose data has no end", "SELECT 1;\nCOPY t FROM stdin;\nit's\n"],
    ["with a comment behind its semicolon", "SELECT 1;\nCOPY t FROM stdin; -- it's all\n1\n\\.\n"],
    ["whose data begins on the same line", "SELECT 1;\nCOPY t FROM stdin; 1\n\\.\n"],
    ["with an end that is not alone in its line", "SELECT 1;\nCOPY t FROM stdin;\n1\n\\. \n"],
  ])("%s", (_, text) => {
    expect(parse(text).problems).toEqual([
      { code: "INVALID", file: "x.sql", line: 2, message: `x.sql, line 2: ${message}` },
    ]);
  });
});
