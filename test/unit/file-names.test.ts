import { MigratorError } from "../../lib/errors";
import { compareNames, readFileNames } from "../../lib/source/file-names";

const namesOf = (files: readonly string[]) => readFileNames(files, "migrations").map(({ name }) => name);

function messagesOf(files: readonly string[]): readonly string[] {
  try {
    readFileNames(files, "migrations");
  } catch (error) {
    if (error instanceof MigratorError && error.code === "INVALID_MIGRATIONS")
      return error.problems.map(({ message }) => message);
    throw error;
  }
  return [];
}

describe("the order of migrations", () => {
  test("is that of their leading numbers' values", () => {
    expect(namesOf(["10_c.sql", "2_b.sql", "001_a.sql"])).toEqual(["001_a", "2_b", "10_c"]);
  });

  test("is exact for numbers that a double cannot hold", () => {
    const names = ["20261121093000124_a", "20261121093000123_b"];
    expect(names.sort(compareNames)).toEqual(["20261121093000123_b", "20261121093000124_a"]);
  });

  test("is that of the bytes where the numbers are equal", () => {
    expect(namesOf(["01_é.sql", "01_b.sql", "01_Z.sql", "01_a.sql"])).toEqual(["01_Z", "01_a", "01_b", "01_é"]);
  });

  test("puts names without a number last", () => {
    expect(namesOf(["alpha.sql", "99_z.sql"])).toEqual(["99_z", "alpha"]);
  });
});

describe("the files of a migration", () => {
  test.each([["ts"], ["js"], ["mts"], ["cts"], ["mjs"], ["cjs"]])("a .%s file is code", (extension) => {
    expect(readFileNames([`01_a.${extension}`], "migrations")).toEqual([
      { kind: "code", name: "01_a", file: `01_a.${extension}` },
    ]);
  });

  test("an up and a down file are a pair", () => {
    expect(readFileNames(["01_a.down.sql", "01_a.up.sql"], "migrations")).toEqual([
      { kind: "pair", name: "01_a", up: "01_a.up.sql", down: "01_a.down.sql" },
    ]);
  });

  test("an up file may stand alone", () => {
    expect(readFileNames(["01_a.up.sql"], "migrations")).toEqual([{ kind: "pair", name: "01_a", up: "01_a.up.sql" }]);
  });

  test("hidden files and a README are passed over", () => {
    expect(namesOf([".gitkeep", ".DS_Store", "README.md", "readme", "01_a.sql"])).toEqual(["01_a"]);
  });

  test("a name may hold quotes, blanks, dots and letters of any script", () => {
    expect(namesOf(["01_it's a `name`.v2 день 😀.sql"])).toEqual(["01_it's a `name`.v2 день 😀"]);
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
  ])("%s", (_, files, messages) => {
    expect(messagesOf(files)).toEqual(messages);
  });

  test.each([
    ["a text file", "notes.txt", /is no migration/],
    ["a misspelt extension", "01_a.sqll", /is no migration/],
    ["an extension in capitals", "01_a.SQL", /is no migration/],
    ["a declaration file", "01_a.d.ts", /is no migration/],
    ["a name with a line break", "01_a\nb.sql", /01_a\\nb\.sql: its name holds control/],
    ["a name with an invisible character", "01_a\u202Eb.sql", /control or invisible/],
    ["a name that ends with a blank", "01_a .sql", /begins or ends with a blank/],
    ["a name that leaves the folder", "../01_a.sql", /slash/],
    ["a name longer than the journal's column", `${"1".repeat(256)}.sql`, /longer than 255 characters/],
  ])("%s", (_, file, message) => {
    expect(messagesOf(["00_ok.sql", file])).toEqual([expect.stringMatching(message)]);
  });

  test("a folder with several faults, all of them at once", () => {
    expect(messagesOf(["x.txt", "01_a.sql", "01_a.ts", "02_b.down.sql"])).toHaveLength(3);
  });
});
