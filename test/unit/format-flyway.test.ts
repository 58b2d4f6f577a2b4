// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of other tools look so
import { load } from "../support/fill";
import { messagesOf, problemsOf, readFiles } from "../support/folder";

const read = async (files: Readonly<Record<string, string>>) => (await readFiles(files)).migrations;
const namesOf = async (...files: readonly string[]) =>
  (await read(Object.fromEntries(files.map((file) => [file, "SELECT 1;"])))).map(({ name }) => name);

test("the order is that of the versions, then of the repeatables' descriptions", async () => {
  expect(
    await namesOf("R__b.sql", "V1.10__c.sql", "V1_9__b.sql", "R__a_z.sql", "V1__a.sql", "V20260102030405__d.sql"),
  ).toEqual(["V1__a", "V1_9__b", "V1.10__c", "V20260102030405__d", "R__a_z", "R__b"]);
});

test("files lie in any folder below", async () => {
  expect(await namesOf("2026/V2__b.sql", "V1__a.sql", "2025/more/V1.1__c.sql")).toEqual(["V1__a", "V1.1__c", "V2__b"]);
});

test("a U file is the down of the V file of its version", async () => {
  const migrations = await read({
    "V1.0__a.sql": "SELECT 1;",
    "U1__whatever.sql": "SELECT 2;",
    "V2__b.sql": "SELECT 3;",
  });
  expect(migrations).toMatchObject([
    { down: { file: "U1__whatever.sql", statements: [{ sql: "SELECT 2" }] } },
    { name: "V2__b" },
  ]);
  expect(migrations[1]).not.toHaveProperty("down");
});

test("an R file is run again when it changes", async () => {
  expect(await read({ "R__a.sql": "SELECT 1;" })).toMatchObject([{ name: "R__a", repeatable: true }]);
});

test("the checksum is of the whole file, and Flyway's own is known", async () => {
  const [one, other] = await Promise.all([
    read({ "V1__a.sql": "SELECT 1;\r\n\r\n" }),
    read({ "V1__a.sql": "\uFEFFSELECT 1;\n\n" }),
  ]);
  expect(other[0]?.checksum).toBe(one[0]?.checksum);
  expect((await read({ "V1__a.sql": "-- a\nSELECT 1;" }))[0]?.checksum).not.toBe(one[0]?.checksum);
  // Of the nine characters, as zlib has it.
  expect([one[0]?.source?.crc32, other[0]?.source?.crc32]).toEqual([78_787_420, 78_787_420]);
});

test("a .conf beside a script says how that script is run", async () => {
  const files = {
    "V1__a.sql": "SELECT '${x}';",
    "V1__a.sql.conf": "# ours\nexecuteInTransaction = false\nplaceholderReplacement=false\nencoding=UTF-8\n",
    "U1__a.sql": "SELECT 2;",
  };
  const [migration] = await load(files, {});
  expect(migration).toMatchObject({ up: { statements: [{ sql: "SELECT '${x}'" }], transaction: false } });
  expect(migration?.down).not.toHaveProperty("transaction");
});

describe("a repeatable's checksum", () => {
  const checksum = async (text: string, value: string) =>
    (await load({ "R__a.sql": text }, { WHO: value }))[0]?.checksum;

  test("is another with another value of a placeholder", async () => {
    expect(await checksum("SELECT '${who}';", "a")).not.toBe(await checksum("SELECT '${who}';", "b"));
    expect(await checksum("SELECT '${who}';", "a")).toBe(await checksum("SELECT '${who}';", "a"));
  });

  test("does not depend on values that it does not use", async () => {
    expect(await checksum("SELECT 1;", "a")).toBe(await checksum("SELECT 1;", "b"));
  });

  test("of a migration that runs once is the file's whatever the values are", async () => {
    const [one, other] = await Promise.all(
      ["a", "b"].map((who) => load({ "V1__a.sql": "SELECT '${who}';" }, { WHO: who })),
    );
    expect(other?.[0]?.checksum).toBe(one?.[0]?.checksum);
  });
});

test.each([
  [
    "one version twice",
    { "V1__a.sql": "", "V1.0__b.sql": "" },
    [/^V1.0__b.sql and V1__a.sql: more than one file for the version V1$/],
  ],
  [
    "one repeatable twice",
    { "R__a.sql": "", "x/R__a.sql": "" },
    [/^R__a.sql and x\/R__a.sql: more than one file for the repeatable a$/],
  ],
  ["a U without its V", { "U1__a.sql": "" }, [/^U1__a.sql: there is no V file of its version/]],
  [
    "a repeatable with a version",
    { "R__a.sql": "", "R1__b.sql": "" },
    [/^R1__b.sql: a repeatable migration has no version/],
  ],
  ["a version that is none", { "V1__a.sql": "", "V1x__b.sql": "" }, [/^V1x__b.sql: has the version 1x, which is none/]],
  ["a baseline", { "B1__a.sql": "" }, [/^B1__a.sql: is a baseline migration of Flyway/]],
  ["a callback", { "V1__a.sql": "", "afterMigrate__b.sql": "" }, [/^afterMigrate__b.sql: is a callback of Flyway/]],
  [
    "a migration in Java",
    { "V1__a.sql": "", "V2__b.java": "" },
    [/^V2__b.java: is no migration; known are V1.2__name.sql/],
  ],
  ["another file", { "V1__a.sql": "", "01_b.sql": "" }, [/^01_b.sql: is no migration/]],
  ["a .conf without its script", { "V1__a.sql": "", "V2__a.sql.conf": "" }, [/^V2__a.sql.conf: there is no script/]],
  [
    "a .conf with other things in it",
    { "V1__a.sql": "", "V1__a.sql.conf": "shouldExecute=true\nencoding=latin1\nexecuteInTransaction=no\noops" },
    [
      /^V1__a.sql.conf, line 1: shouldExecute is not supported/,
      /^V1__a.sql.conf, line 2: encoding=latin1 is not supported/,
      /^V1__a.sql.conf, line 3: executeInTransaction must be true or false/,
      /^V1__a.sql.conf, line 4: oops is not supported/,
    ],
  ],
])("refused is %s", async (_, files, messages) => {
  expect(await messagesOf(files)).toEqual(messages.map((message) => expect.stringMatching(message)));
});

test("what shows the format is named with a file that is of another", async () => {
  const [problem] = await problemsOf({ "V1__a.sql": "", "01_b.sql": "" });
  expect(problem?.advice).toBe(
    "V1__a.sql shows the folder to be one of the format flyway; MIGRATIONS_FORMAT can say otherwise.",
  );
});
