import { remarkOn, segmentsOf, unendedIn } from "../../lib/database/postgres-segments";
import type { SqlScript } from "../../lib/migration";

const script = (statements: readonly string[], more: Partial<SqlScript> = {}): SqlScript => ({
  kind: "sql",
  file: "1_x.sql",
  statements: statements.map((sql, index) => ({ sql, line: index + 1 })),
  ...more,
});
/** `transaction 0+2: a; b` says which statements it covers, and which are sent. */
const cut = (of: SqlScript, from = 0) =>
  segmentsOf(of, from).map(
    ({ kind, first, count, statements }) => `${kind} ${first}+${count}: ${statements.map(({ sql }) => sql).join("; ")}`,
  );

test("a script is one transaction", () => {
  const plain = script(["CREATE TABLE a (n int)", "INSERT INTO a VALUES (1)", "CREATE INDEX i ON a (n)"]);
  expect(cut(plain)).toEqual([
    "transaction 0+3: CREATE TABLE a (n int); INSERT INTO a VALUES (1); CREATE INDEX i ON a (n)",
  ]);
  expect(remarkOn(plain)).toBeUndefined();
});

test("a BEGIN and COMMIT around everything are ours", () => {
  for (const [begin, commit] of [
    ["BEGIN", "COMMIT"],
    ["START TRANSACTION", "END"],
    ["begin transaction", "COMMIT WORK"],
  ] as const) {
    const around = script([begin, "SELECT 1", commit]);
    expect(cut(around)).toEqual(["transaction 0+3: SELECT 1"]);
    expect(remarkOn(around)).toBeUndefined();
  }
});

test("who asks for no transaction gets one for each statement, and one for each of his own", () => {
  const asked = script(["SELECT 1", "BEGIN", "SELECT 2", "SELECT 3", "COMMIT", "SELECT 4"], { transaction: false });
  expect(cut(asked)).toEqual([
    "transaction 0+1: SELECT 1",
    "transaction 1+4: SELECT 2; SELECT 3",
    "transaction 5+1: SELECT 4",
  ]);
  expect(remarkOn(asked)).toBe("it asks for none");
});

test.each([
  ["CREATE INDEX CONCURRENTLY i ON a (n)", "CREATE INDEX CONCURRENTLY"],
  ["create unique index concurrently i on a (n)", "CREATE INDEX CONCURRENTLY"],
  ["DROP INDEX CONCURRENTLY i", "DROP INDEX CONCURRENTLY"],
  ["REINDEX INDEX CONCURRENTLY i", "REINDEX CONCURRENTLY"],
  ["REINDEX (VERBOSE) DATABASE d", "REINDEX"],
  ["VACUUM ANALYZE a", "VACUUM"],
  ["CREATE DATABASE d", "CREATE DATABASE"],
  ["ALTER SYSTEM SET work_mem = '1MB'", "ALTER SYSTEM"],
  ["CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p", "CREATE SUBSCRIPTION"],
  ["ALTER TABLE a DETACH PARTITION b CONCURRENTLY", "ALTER TABLE CONCURRENTLY"],
  ["/* why */ -- and how\nVACUUM", "VACUUM"],
  ["CLUSTER", "CLUSTER"],
])("%s goes alone, and the Report says so", (sql, words) => {
  const mixed = script(["SELECT 1", "SELECT 2", sql, "SELECT 3"]);
  expect(cut(mixed)).toEqual([
    "transaction 0+2: SELECT 1; SELECT 2",
    `implicit 2+1: ${sql}`,
    "transaction 3+1: SELECT 3",
  ]);
  expect(remarkOn(mixed)).toBe(`PostgreSQL refuses ${words} (line 3) inside one`);
});

test.each([
  "CLUSTER a USING i",
  "REINDEX TABLE a",
  "CREATE INDEX i ON a (n)",
  "COMMENT ON TABLE a IS 'VACUUM'",
  "ALTER TABLE a DETACH PARTITION b",
  "CREATE TABLE concurrently (n int)",
])("%s joins the others", (sql) => {
  expect(remarkOn(script([sql, "SELECT 1"]))).toBeUndefined();
});

test("a new value of an enum is committed before it is used", () => {
  const used = script([
    "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'so''so'",
    "SELECT 1",
    "INSERT INTO a VALUES ('so''so')",
  ]);
  expect(cut(used)).toEqual([
    "transaction 0+2: ALTER TYPE mood ADD VALUE IF NOT EXISTS 'so''so'; SELECT 1",
    "transaction 2+1: INSERT INTO a VALUES ('so''so')",
  ]);
  expect(remarkOn(used)).toContain("cannot be used before it is committed (line 3)");
  const unused = script([
    "ALTER TYPE mood ADD VALUE 'fine'",
    "ALTER TYPE mood ADD VALUE 'good' AFTER 'fine'",
    "SELECT 1",
  ]);
  expect(remarkOn(unused)).toBeUndefined();
});

test("several transactions stay several, and what stands between them commits together", () => {
  const several = script(["BEGIN", "SELECT 1", "COMMIT", "SELECT 2", "SELECT 3", "BEGIN", "SELECT 4", "COMMIT"]);
  expect(cut(several)).toEqual([
    "transaction 0+3: SELECT 1",
    "transaction 3+2: SELECT 2; SELECT 3",
    "transaction 5+3: SELECT 4",
  ]);
  expect(remarkOn(several)).toBe("it has transactions of its own");
});

test("a ROLLBACK is sent as it lies, with its beginning", () => {
  const undone = script(["SELECT 1", "BEGIN", "SELECT 2", "ROLLBACK", "SELECT 3"]);
  expect(cut(undone)).toEqual([
    "transaction 0+1: SELECT 1",
    "block 1+3: BEGIN; SELECT 2; ROLLBACK",
    "transaction 4+1: SELECT 3",
  ]);
  expect(cut(script(["SAVEPOINT s", "SELECT 1", "ROLLBACK TO s", "ROLLBACK TO SAVEPOINT s"]))).toHaveLength(1);
});

test("what is left of a script is cut as the whole of it was", () => {
  const mixed = script(["SELECT 1", "VACUUM a", "SELECT 2", "SELECT 3"]);
  expect(cut(mixed, 1)).toEqual(cut(mixed).slice(1));
  expect(cut(mixed, 2)).toEqual(["transaction 2+2: SELECT 2; SELECT 3"]);
  expect(cut(mixed, 4)).toEqual([]);
});

test("only what leaves nothing behind is run again where it is not known whether it took effect", () => {
  const repeatable = (sql: string) => segmentsOf(script([sql]), 0)[0]?.repeatable;
  expect(repeatable("VACUUM a")).toBe(true);
  expect(repeatable("DROP INDEX CONCURRENTLY IF EXISTS i")).toBe(true);
  expect(repeatable("DROP INDEX CONCURRENTLY i")).toBe(false);
  expect(repeatable("CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON a (n)")).toBe(false);
  expect(repeatable("INSERT INTO a VALUES (1)")).toBe(true);
});

test.each<[string, readonly string[], string | undefined]>([
  ["one that is ended", ["BEGIN", "SELECT 1", "COMMIT"], undefined],
  ["one that is undone", ["BEGIN", "SELECT 1", "ROLLBACK"], undefined],
  ["one that goes back to a savepoint only", ["BEGIN", "SAVEPOINT s", "ROLLBACK TO s"], "BEGIN"],
  ["the last of several", ["BEGIN", "COMMIT", "START TRANSACTION", "SELECT 1"], "START TRANSACTION"],
])("of transactions in a file it is known which never ends: %s", (_title, statements, open) => {
  expect(unendedIn(script(statements))?.sql).toBe(open);
});

test("a BEGIN that stands first and never ends is one transaction all the same", () => {
  const open = script(["BEGIN", "SELECT 1", "SELECT 2"]);
  expect([cut(open), remarkOn(open)]).toEqual([["transaction 0+3: SELECT 1; SELECT 2"], undefined]);
});
