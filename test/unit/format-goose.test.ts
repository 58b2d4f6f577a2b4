import type { ReadOptions } from "../../lib/source/reader";
import { messagesOf, problemsOf, readFiles } from "../support/folder";

async function read(text: string, options: Partial<ReadOptions> = {}) {
  const [migration] = (await readFiles({ "1_a.sql": text }, { format: "goose", ...options })).migrations;
  if (migration?.kind !== "sql") throw new Error("no SQL");
  return migration;
}
const upOf = async (lines: readonly string[], options: Partial<ReadOptions> = {}) =>
  (await read(["-- +goose Up", ...lines].join("\n"), options)).up.statements;

test("a folder is known by the annotation in one of its files", async () => {
  const { format, migrations } = await readFiles({ "00010_b.sql": "-- +goose Up\n", "00009_a.sql": "-- +goose up\n" });
  expect([format, migrations.map(({ name }) => name)]).toEqual(["goose", ["00009_a", "00010_b"]]);
});

test("Up and Down divide a file", async () => {
  expect(await read("-- a file\n\n-- +goose Up\nSELECT 1;\nSELECT\n 2;\n-- +goose Down\nSELECT 3;")).toMatchObject({
    up: {
      statements: [
        { sql: "SELECT 1", line: 4 },
        { sql: "SELECT\n 2", line: 5 },
      ],
    },
    down: { statements: [{ sql: "SELECT 3", line: 8 }] },
  });
});

test("a file without Down cannot be rolled back", async () => {
  expect(await read("-- +goose Up\nSELECT 1;")).not.toHaveProperty("down");
});

test("an empty Down does nothing", async () => {
  expect((await read("-- +goose Up\nSELECT 1;\n-- +goose Down\n-- nothing")).down?.statements).toEqual([]);
});

describe("a statement between StatementBegin and StatementEnd", () => {
  const block = (...lines: readonly string[]) => ["-- +goose StatementBegin", ...lines, "-- +goose StatementEnd"];

  test("is one, when its body is of a kind that we do not know", async () => {
    const lines = ["CREATE PACKAGE BODY p AS", "  x INT;", "END;"];
    expect(await upOf(["SELECT 1;", ...block(...lines), "SELECT 2;"])).toEqual([
      { sql: "SELECT 1", line: 2 },
      { sql: "CREATE PACKAGE BODY p AS\n  x INT;\nEND", line: 4 },
      { sql: "SELECT 2", line: 8 },
    ]);
  });

  test("may end without a semicolon", async () => {
    expect(await upOf(block("SELECT 1"))).toMatchObject([{ sql: "SELECT 1" }]);
  });

  test("is several, when whole statements stand there", async () => {
    expect(await upOf(block("CREATE TABLE a (b INT);", "CREATE TABLE c (d INT);"))).toHaveLength(2);
  });

  test("does not make the statements around it part of its strings", async () => {
    expect(await upOf(["SELECT 'a;b';", ...block("SELECT 'c;d';")])).toMatchObject([
      { sql: "SELECT 'a;b'" },
      { sql: "SELECT 'c;d'" },
    ]);
  });
});

test("NO TRANSACTION counts for both directions, wherever it stands", async () => {
  const { up, down } = await read("-- +goose Up\nSELECT 1;\n-- +goose Down\n-- +goose NO TRANSACTION\nSELECT 2;");
  expect([up.transaction, down?.transaction]).toEqual([false, false]);
});

test("annotations within a body are taken out of it", async () => {
  const lines = [
    "-- +goose StatementBegin",
    "DO $$",
    "-- +goose ENVSUB ON",
    "BEGIN NULL; END",
    "-- +goose ENVSUB OFF",
    "$$;",
    "-- +goose StatementEnd",
  ];
  expect(await upOf(lines, { dialect: "postgres" })).toMatchObject([{ sql: "DO $$\n\nBEGIN NULL; END\n\n$$" }]);
});

test("the checksum is of what stands between Up and Down", async () => {
  const checksum = async (text: string) => (await read(text)).checksum;
  const one = await checksum("-- +goose Up\nSELECT 1;\n");
  expect(await checksum("-- more\n-- +goose Up\r\n\r\nSELECT 1;\r\n-- +goose Down\r\nSELECT 2;")).toBe(one);
  expect(await checksum("-- +goose Up\nSELECT 1; -- x\n")).not.toBe(one);
});

test.each([
  ["no Up", ["SELECT 1;"], [[1, "there is no -- \\+goose Up"]]],
  ["a statement before Up", ["SELECT 1;", "-- +goose Up"], [[1, "a statement before -- \\+goose Up"]]],
  ["two Ups", ["-- +goose Up", "-- +goose Up"], [[2, "a second -- \\+goose Up"]]],
  ["two Downs", ["-- +goose Up", "-- +goose Down", "-- +goose Down"], [[3, "a second -- \\+goose Down"]]],
  ["Down alone", ["-- +goose Down"], [[1, "before -- \\+goose Up"]]],
  [
    "a missing StatementEnd",
    ["-- +goose Up", "-- +goose StatementBegin", "SELECT 1;"],
    [[2, "without its StatementEnd"]],
  ],
  [
    "a Down within a block",
    ["-- +goose Up", "-- +goose StatementBegin", "-- +goose Down"],
    [[3, "before the StatementEnd"]],
  ],
  ["a missing StatementBegin", ["-- +goose Up", "-- +goose StatementEnd"], [[2, "without its StatementBegin"]]],
  [
    "a block within a block",
    ["-- +goose Up", "-- +goose StatementBegin", "-- +goose StatementBegin", "-- +goose StatementEnd"],
    [[3, "within another one"]],
  ],
  ["an unknown annotation", ["-- +goose Up", "-- +goose Sideways"], [[2, "Sideways is none of goose's: Up, Down"]]],
  ["an annotation that is indented", ["-- +goose Up", "  -- +goose Down"], [[2, "must begin its line"]]],
  [
    "an open end before a block",
    ["-- +goose Up", "SELECT 1", "-- +goose StatementBegin", "SELECT 2;", "-- +goose StatementEnd"],
    [[3, "without a semicolon"]],
  ],
] as const)("refused is %s", async (_, lines, faults) => {
  const problems = await problemsOf({ "1_a.sql": lines.join("\n") }, { format: "goose" });
  expect(problems.map(({ line, message }) => [line, message])).toEqual(
    faults.map(([line, message]) => [line, expect.stringMatching(message)]),
  );
});

test("refused are Go migrations, versions alike, version 0 and files without one", async () => {
  const text = "-- +goose Up\n";
  const files = { "1_a.sql": text, "01_b.sql": text, "0_c.sql": text, "d.sql": text, "2_e.go": "", "embed.go": "" };
  expect(await messagesOf(files)).toEqual([
    expect.stringMatching(/^0_c.sql: is no migration/),
    expect.stringMatching(/^d.sql: is no migration/),
    "2_e.go: is written in Go",
    "01_b.sql and 1_a.sql: more than one file for the version 1",
  ]);
});
