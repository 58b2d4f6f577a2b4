import { messagesOf, readFiles } from "../support/folder";

const set = { format: "dbmate" } as const;
const twice =
  "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 11;\n-- migrate:up\nSELECT 2;\n-- migrate:down\nSELECT 12;\n";
const read = async (text: string) => (await readFiles({ "1_a.sql": text }, set)).migrations[0];

test("several ups and downs in one file run in order, and back the other way round", async () => {
  const { format, migrations } = await readFiles({ "1_a.sql": twice, "2_b.sql": "-- migrate:up\n-- migrate:down" });
  expect([format, migrations[0]]).toMatchObject([
    "dbmate",
    {
      up: { statements: [{ sql: "SELECT 1" }, { sql: "SELECT 2", line: 6 }] },
      down: { statements: [{ sql: "SELECT 12" }, { sql: "SELECT 11", line: 4 }] },
    },
  ]);
});

test("transaction:false counts for its own direction", async () => {
  const migration = await read("-- migrate:up\nSELECT 1;\n-- migrate:down transaction:false\nSELECT 2;");
  expect(migration).toMatchObject({ down: { transaction: false } });
  expect(migration?.kind === "sql" && migration.up).not.toHaveProperty("transaction");
});

test("a file that both formats read is the same migration in both", async () => {
  const files = { "1_a.sql": "-- migrate:up\n\nSELECT 1; -- one\n\n-- migrate:down\nSELECT 2;\n" };
  const own = await readFiles(files);
  expect(own.format).toBe("native");
  expect((await readFiles(files, set)).migrations).toEqual(own.migrations);
});

test("the checksum is of the ups alone", async () => {
  const [one, other] = [await read(twice), await read(twice.replace("SELECT 11", "SELECT 111"))];
  expect(other?.checksum).toBe(one?.checksum);
  expect((await read(twice.replace("SELECT 2", "SELECT 22")))?.checksum).not.toBe(one?.checksum);
});

test.each([
  ["a file without markers", "SELECT 1;", [[1, "there is no -- migrate:up"]]],
  ["an up without its down", "-- migrate:up\nSELECT 1;", [[2, "there is no -- migrate:down"]]],
  [
    "a down before its up",
    "-- migrate:down\n-- migrate:up",
    [
      [1, "a -- migrate:up must stand"],
      [2, "a -- migrate:down must"],
    ],
  ],
  ["statements before the first up", "SELECT 1;\n-- migrate:up\n-- migrate:down", [[1, "statements before the first"]]],
  ["an option that it does not know", "-- migrate:up fast\n-- migrate:down", [[1, "has an option fast"]]],
])("refused is %s", async (_, text, faults) => {
  const messages = await messagesOf({ "1_a.sql": text }, set);
  expect(messages).toEqual(
    faults.map(([line, message]) => expect.stringMatching(new RegExp(`^1_a.sql, line ${line}: .*${message}`))),
  );
});

test("refused are two files of one version, and other files", async () => {
  const text = "-- migrate:up\n-- migrate:down";
  expect(await messagesOf({ "1_a.sql": text, "1_b.sql": text, "c.sql": text }, set)).toEqual([
    "c.sql: is no migration; known are VERSION_name.sql",
    "1_a.sql and 1_b.sql: more than one file for the version 1",
  ]);
});
