import { createHash } from "node:crypto";
import { messagesOf, readFiles } from "../support/folder";

const read = async (files: Readonly<Record<string, string>>) => (await readFiles(files)).migrations;

test("each folder is a migration, with a down.sql if somebody wrote one", async () => {
  const { format, migrations } = await readFiles({
    "migration_lock.toml": "",
    "20240101090000_init/migration.sql": "SELECT 1;",
    "20240101090000_init/down.sql": "SELECT 2;",
    "0_baseline/migration.sql": "SELECT 3;",
  });
  expect([format, migrations]).toMatchObject([
    "prisma",
    [
      { name: "0_baseline", up: { statements: [{ sql: "SELECT 3" }] } },
      {
        name: "20240101090000_init",
        up: { file: "20240101090000_init/migration.sql" },
        down: { statements: [{ sql: "SELECT 2" }] },
      },
    ],
  ]);
  expect(migrations[0]).not.toHaveProperty("down");
});

test("Prisma's own checksums are known, of the file with LF and with CRLF", async () => {
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const [migration] = await read({ "1_a/migration.sql": "-- a\nSELECT 1;\n" });
  expect(migration?.source?.sha256).toEqual([sha256("-- a\nSELECT 1;\n"), sha256("-- a\r\nSELECT 1;\r\n")]);
});

test.each([
  [
    "a folder without its SQL",
    { "1_a/migration.sql": "", "2_b/": "" },
    ["2_b: there is no migration.sql in this folder"],
  ],
  [
    "a file beside the folders",
    { "1_a/migration.sql": "", "2_b.sql": "" },
    [expect.stringContaining("2_b.sql: is no migration; known are NAME/migration.sql")],
  ],
  [
    "another file in a folder",
    { "1_a/migration.sql": "", "1_a/seed.sql": "" },
    [expect.stringContaining("1_a/seed.sql: is no migration")],
  ],
])("refused is %s", async (_, files, messages) => {
  expect(await messagesOf(files)).toEqual(messages);
});
