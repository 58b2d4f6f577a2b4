import { messagesOf, problemsOf, readFiles } from "../support/folder";

const folders = {
  "v10/1_c.sql": "SELECT 4;",
  "v2/01_a.up.sql": "SELECT 1;",
  "v2/01_a.down.sql": "SELECT 11;",
  "v2/10_c.sql": "-- migrate:up\nSELECT 3;\n-- migrate:down transaction:false\nSELECT 13;",
  "v2/9_b.sql": "-- migrate:up\nSELECT 2;\n-- migrate:down\nSELECT 12;",
};
const first = async (files: Readonly<Record<string, string>>) => (await readFiles(files)).migrations[0];

describe("folders v1, v2 and so on", () => {
  test("are a migration each, in the order of their numbers", async () => {
    const { format, migrations } = await readFiles(folders);
    expect([format, migrations.map(({ name }) => name)]).toEqual(["native", ["v2", "v10"]]);
  });

  test("run their files in order, and their downs the other way round", async () => {
    expect(await first(folders)).toMatchObject({
      up: {
        statements: [
          { sql: "SELECT 1", line: 1, file: "v2/01_a.up.sql" },
          { sql: "SELECT 2", line: 2, file: "v2/9_b.sql" },
          { sql: "SELECT 3", line: 2, file: "v2/10_c.sql" },
        ],
      },
      down: {
        statements: [{ sql: "SELECT 13" }, { sql: "SELECT 12" }, { sql: "SELECT 11", file: "v2/01_a.down.sql" }],
      },
    });
  });

  test("are outside of a transaction when one of their files is, in its direction", async () => {
    const migration = await first(folders);
    expect([migration].map((one) => one?.kind === "sql" && [one.up.transaction, one.down?.transaction])).toEqual([
      [undefined, false],
    ]);
  });

  test("whose files have no down cannot be rolled back", async () => {
    expect(await first({ "v1/1_a.sql": "SELECT 1;", "v1/2_b.sql": "SELECT 1;" })).not.toHaveProperty("down");
  });

  test("need no down of a file that does nothing", async () => {
    const files = { "v1/1_a.sql": "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;", "v1/2_b.sql": "-- later" };
    expect(await first(files)).toMatchObject({ down: { statements: [{ sql: "SELECT 2" }] } });
  });

  test("have another checksum when a file has another name, or another text", async () => {
    const [one, renamed, changed] = await Promise.all([
      first({ "v1/1_a.sql": "SELECT 1;" }),
      first({ "v1/1_b.sql": "SELECT 1;" }),
      first({ "v1/1_a.sql": "SELECT 2;" }),
    ]);
    expect(new Set([one?.checksum, renamed?.checksum, changed?.checksum]).size).toBe(3);
    expect(renamed?.normalised).toBe(one?.normalised);
  });

  test.each([
    ["beside files", { "v1/1_a.sql": "", "1_b.sql": "" }, ["v1 is a folder; migrations lie side by side, or each in"]],
    ["beside other folders", { "v1/1_a.sql": "", "sub/1_b.sql": "" }, ["sub is a folder", "v1 is a folder"]],
    ["without files", { "v1/1_a.sql": "", "v2/": "" }, ["v2: is a folder without files"]],
    [
      "with folders in them",
      { "v1/1_a.sql": "", "v1/x/1_b.sql": "" },
      ["v1/x/1_b.sql: is no part of the migration v1"],
    ],
    ["with code", { "v1/1_a.sql": "", "v1/2_b.ts": "" }, ["v1/2_b.ts: is no part of the migration v1"]],
    ["with files without a number", { "v1/1_a.sql": "", "v1/b.sql": "" }, ["v1/b.sql: is no part"]],
    ["of one number", { "v1/1_a.sql": "", "v01/1_a.sql": "" }, ["v01 and v1: more than one file for the version 1"]],
    ["with one step twice", { "v1/1_a.sql": "", "v1/1_a.up.sql": "" }, ["v1/1_a.sql and v1/1_a.up.sql: more than one"]],
    [
      "with a down for some files only",
      { "v1/1_a.sql": "-- migrate:up\nSELECT 1;\n-- migrate:down", "v1/2_b.sql": "SELECT 1;" },
      ["v1/2_b.sql: has no down, and other files of its folder have one"],
    ],
  ])("are refused %s", async (_, files, messages) => {
    expect(await messagesOf(files)).toEqual(messages.map((message) => expect.stringContaining(message)));
  });
});

test.each([
  ["sql-migrate", "-- +migrate Up\nSELECT 1;\n-- +migrate Down\nSELECT 2;", 3],
  ["node-pg-migrate", "-- Up Migration\nSELECT 1;\n\n-- Down Migration\nSELECT 2;", 4],
  ["MyBatis", "SELECT 1;\n-- //@UNDO\nSELECT 2;", 2],
  ["Liquibase", "--liquibase formatted sql\n--changeset a:1\nSELECT 1;", 1],
])("a file that %s divides is refused: its down would run with its up", async (tool, text, line) => {
  expect(await problemsOf({ "1_a.sql": text })).toMatchObject([{ line, message: expect.stringContaining(tool) }]);
});

describe("a text", () => {
  test.each([
    ["nothing", ""],
    ["a byte order mark", "\uFEFF"],
    ["comments", "-- later\r\n/* or never */\r\n"],
  ])("of %s is a migration that does nothing", async (_, text) => {
    expect(await first({ "1_a.sql": text })).toMatchObject({ up: { statements: [] } });
  });

  test("in another encoding is refused", async () => {
    const latin = Buffer.from("SELECT 'é';", "latin1");
    expect(await messagesOf({ "1_a.sql": latin })).toEqual(["1_a.sql is not a text in UTF-8"]);
  });
});

test("all problems of a folder come together, of names and of texts", async () => {
  const files = { "notes.txt": "", "1_a.sql": "SELECT 'x", "2_b.sql": "source x;" };
  expect((await problemsOf(files)).map(({ file, line }) => [file, line])).toEqual([
    ["notes.txt", undefined],
    ["1_a.sql", 1],
    ["2_b.sql", 1],
  ]);
});

test("a folder of packages is not read, and said to be none of migrations", async () => {
  expect(await messagesOf({ "1_a.sql": "", "node_modules/": "" })).toEqual([
    expect.stringContaining("node_modules is a folder"),
  ]);
});
