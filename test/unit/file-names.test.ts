import { compareNames } from "../../lib/source/file-names";
import { messagesOf, readFiles } from "../support/folder";

const contents = (files: readonly string[]) =>
  Object.fromEntries(files.map((file) => [file, /s$/.test(file) ? "export const up = async () => {};" : "SELECT 1;"]));
const read = async (files: readonly string[]) => (await readFiles(contents(files))).migrations;
const namesOf = async (files: readonly string[]) => (await read(files)).map(({ name }) => name);

describe("the order of migrations", () => {
  test("is that of their leading numbers' values", async () => {
    expect(await namesOf(["10_c.sql", "2_b.sql", "001_a.sql"])).toEqual(["001_a", "2_b", "10_c"]);
  });

  test("is exact for numbers that a double cannot hold", () => {
    const names = ["20261121093000124_a", "20261121093000123_b"];
    expect(names.sort(compareNames)).toEqual(["20261121093000123_b", "20261121093000124_a"]);
  });

  test("is that of the bytes where the numbers are equal", async () => {
    expect(await namesOf(["01_é.sql", "01_b.sql", "01_Z.sql", "01_a.sql"])).toEqual(["01_Z", "01_a", "01_b", "01_é"]);
  });

  test.each([
    ["dots", ["1.10_b", "1.9_a", "1_c"], ["1_c", "1.9_a", "1.10_b"]],
    ["underscores", ["2024_01_10_b", "2024_01_9_a"], ["2024_01_9_a", "2024_01_10_b"]],
  ])("takes %s for what divides the parts of a version", (_, names, ordered) => {
    expect(names.toSorted(compareNames)).toEqual(ordered);
  });

  test("takes a number with letters after it for part of the name", () => {
    expect(["001_10x", "001_2fa"].sort(compareNames)).toEqual(["001_10x", "001_2fa"]);
  });

  test("puts names without a number last", async () => {
    expect(await namesOf(["alpha.sql", "99_z.sql"])).toEqual(["99_z", "alpha"]);
  });
});

describe("the files of a migration", () => {
  test.each([["ts"], ["js"], ["mts"], ["cts"], ["mjs"], ["cjs"]])("a .%s file is code", async (extension) => {
    expect(await read([`01_a.${extension}`])).toMatchObject([
      { kind: "code", name: "01_a", file: `01_a.${extension}` },
    ]);
  });

  test("an up and a down file are a pair", async () => {
    expect(await read(["01_a.down.sql", "01_a.up.sql"])).toMatchObject([
      { kind: "sql", name: "01_a", up: { file: "01_a.up.sql" }, down: { file: "01_a.down.sql" } },
    ]);
  });

  test("an up file may stand alone", async () => {
    const [migration] = await read(["01_a.up.sql"]);
    expect(migration).not.toHaveProperty("down");
  });

  test("hidden files, a README and Markdown are passed over", async () => {
    expect(
      await namesOf([".gitkeep", ".DS_Store", ".git/config.sql", "README.md", "readme", "V1__notes.md", "01_a.sql"]),
    ).toEqual(["01_a"]);
  });

  test("a name may hold quotes, blanks, dots and letters of any script", async () => {
    expect(await namesOf(["01_it's a `name`.v2 день 😀.sql"])).toEqual(["01_it's a `name`.v2 день 😀"]);
  });
});

describe("refused is", () => {
  test.each([
    ["a folder without migrations", [".gitkeep"], ["migrations holds no migrations"]],
    [
      "one name with two files",
      ["01_a.sql", "01_a.ts"],
      ["01_a.sql and 01_a.ts: more than one file for the migration 01_a"],
    ],
    [
      "one name as a pair and as one file",
      ["01_a.sql", "01_a.up.sql", "01_a.down.sql"],
      ["01_a.down.sql and 01_a.sql and 01_a.up.sql: more than one file for the migration 01_a"],
    ],
    ["a down without its up", ["01_a.down.sql"], ["01_a.down.sql: there is no 01_a.up.sql to go with it"]],
    [
      "names that differ only in case",
      ["01_a.sql", "01_A.sql"],
      ["01_A and 01_a: names that differ only in case or in the form of an accent"],
    ],
  ])("%s", async (_, files, messages) => {
    expect(await messagesOf(contents(files))).toEqual(messages);
  });

  test.each([
    ["a text file", "notes.txt", /is no migration/],
    ["a misspelt extension", "01_a.sqll", /is no migration/],
    ["an extension in capitals", "01_a.SQL", /is no migration/],
    ["a declaration file", "01_a.d.ts", /is no migration/],
    ["a name with a line break", "01_a\nb.sql", /01_a\\nb\.sql: its name holds control/],
    ["a name with an invisible character", "01_a\u202Eb.sql", /control or invisible/],
    ["a name that ends with a blank", "01_a .sql", /begins or ends with a blank/],
    ["a name that leaves the folder", "../01_a.sql", /\.\. is a folder/],
    ["a name with a backslash", "a\\01_a.sql", /slash/],
    ["a name longer than the journal's column", `${"1".repeat(256)}.sql`, /longer than 255 characters/],
  ])("%s", async (_, file, message) => {
    expect(await messagesOf(contents(["00_ok.sql", file]))).toEqual([expect.stringMatching(message)]);
  });

  test("a folder with several faults, all of them at once", async () => {
    expect(await messagesOf(contents(["x.txt", "01_a.sql", "01_a.ts", "02_b.down.sql"]))).toHaveLength(3);
  });
});
