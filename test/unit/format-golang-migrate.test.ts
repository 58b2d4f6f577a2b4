import { messagesOf, readFiles } from "../support/folder";

const set = { format: "golang-migrate" } as const;
const read = async (files: Readonly<Record<string, string>>) => (await readFiles(files, set)).migrations;

test("files of one version are a pair, whatever else they are called", async () => {
  const { format, migrations } = await readFiles({ "001_a.up.sql": "SELECT 1;", "1_b.down.sql": "SELECT 2;" });
  expect([format, migrations]).toMatchObject([
    "golang-migrate",
    [
      {
        name: "001_a",
        up: { file: "001_a.up.sql" },
        down: { file: "1_b.down.sql", statements: [{ sql: "SELECT 2" }] },
      },
    ],
  ]);
});

test("the order is that of the versions' values", async () => {
  const files = { "10_c.up.sql": "", "9_b.up.sql": "", "18446744073709551615_d.up.sql": "", "001_a.up.sql": "" };
  expect((await read(files)).map(({ name }) => name)).toEqual(["001_a", "9_b", "10_c", "18446744073709551615_d"]);
});

test("a version without a down cannot be rolled back", async () => {
  expect((await read({ "1_a.up.sql": "SELECT 1;" }))[0]).not.toHaveProperty("down");
});

test("a version with a down alone has an up that does nothing", async () => {
  expect(await read({ "1_a.down.sql": "SELECT 1;" })).toMatchObject([
    { name: "1_a", up: { statements: [] }, down: { statements: [{ sql: "SELECT 1" }] } },
  ]);
});

test("a missing up is not taken for this format by itself", async () => {
  expect(await messagesOf({ "1_a.down.sql": "SELECT 1;" })).toEqual([
    expect.stringContaining("there is no 1_a.up.sql"),
  ]);
});

test("markers mean nothing", async () => {
  const text = "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;";
  expect(await read({ "1_a.up.sql": text })).toMatchObject([{ up: { statements: [{}, {}] } }]);
});

test("a file that both formats read is the same migration in both", async () => {
  const files = { "1_a.up.sql": "\nSELECT 1; -- one\n\n", "1_a.down.sql": "SELECT 2;" };
  const own = await readFiles(files);
  expect(own.format).toBe("native");
  expect(await read(files)).toEqual(own.migrations);
});

test("a program's sources among them are passed over", async () => {
  expect((await readFiles({ "1_a.up.sql": "", "embed.go": "package x" })).format).toBe("golang-migrate");
});

test.each([
  [
    "two ups of one version",
    { "1_a.up.sql": "", "001_b.up.sql": "" },
    /^001_b.up.sql and 1_a.up.sql: more than one file for the version 1$/,
  ],
  [
    "a name without a direction",
    { "1_a.up.sql": "", "2_b.sql": "" },
    /^2_b.sql: is no migration; known are VERSION_title.up/,
  ],
  ["a version beyond 64 bits", { "18446744073709551616_a.up.sql": "" }, /is no migration/],
  ["a file in a folder", { "1_a.up.sql": "", "sub/2_b.up.sql": "" }, /^sub\/2_b.up.sql: is no migration/],
])("refused is %s", async (_, files, message) => {
  expect(await messagesOf(files, set)).toEqual([expect.stringMatching(message)]);
});
