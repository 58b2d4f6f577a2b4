import { messagesOf, readFiles } from "../support/folder";

const journal = (...tags: readonly string[]) => JSON.stringify({ entries: tags.map((tag, idx) => ({ idx, tag })) });
const read = async (files: Readonly<Record<string, string>>) => (await readFiles(files)).migrations;

test("the order is the journal's", async () => {
  const files = {
    "0001_b.sql": "",
    "0000_a.sql": "",
    "meta/_journal.json": journal("0001_b", "0000_a"),
    "meta/0000_snapshot.json": "{}",
  };
  const { format, migrations } = await readFiles(files);
  expect([format, migrations.map(({ name }) => name)]).toEqual(["drizzle", ["0001_b", "0000_a"]]);
});

test("a breakpoint ends a statement, with a semicolon before it and without", async () => {
  const text = "SELECT 1;--> statement-breakpoint\nSELECT 2\n--> statement-breakpoint\n\nSELECT 3;";
  const [migration] = await read({ "0000_a.sql": text, "meta/_journal.json": journal("0000_a") });
  expect(migration).toMatchObject({
    up: {
      statements: [
        { sql: "SELECT 1", line: 1 },
        { sql: "SELECT 2", line: 2 },
        { sql: "SELECT 3", line: 5 },
      ],
    },
  });
  expect(migration).not.toHaveProperty("down");
});

test("folders with a snapshot each are what newer versions write", async () => {
  const files = { "20260101000000_a/migration.sql": "SELECT 1;", "20260101000000_a/snapshot.json": "{}" };
  expect(await readFiles(files)).toMatchObject({ format: "drizzle", migrations: [{ name: "20260101000000_a" }] });
});

test.each([
  [
    "a file that the journal lacks, and one that it has too many",
    { "0000_a.sql": "", "meta/_journal.json": journal("0001_b") },
    [
      /^0000_a.sql: is no migration; known are NAME.sql that meta\/_journal.json lists/,
      /^0001_b.sql: is in meta\/_journal.json, and there is no/,
    ],
  ],
  [
    "an entry twice",
    { "0000_a.sql": "", "meta/_journal.json": journal("0000_a", "0000_a") },
    [/more than one file for the entry 0000_a/],
  ],
  [
    "a journal that is none",
    { "0000_a.sql": "", "meta/_journal.json": "[" },
    [/^meta\/_journal.json: is missing, or holds no list/],
  ],
  [
    "a journal without tags",
    { "0000_a.sql": "", "meta/_journal.json": '{"entries":[1]}' },
    [/holds no list of entries/],
  ],
])("refused is %s", async (_, files, messages) => {
  expect(await messagesOf(files)).toEqual(messages.map((message) => expect.stringMatching(message)));
});

test("a folder without its journal is refused when this format is set", async () => {
  expect(await messagesOf({ "0000_a.sql": "" }, { format: "drizzle" })).toEqual([
    expect.stringContaining("meta/_journal.json: is missing"),
  ]);
});
