import { createTestDatabase, type TestDatabase } from "../support/database";
import { code, run, sql } from "../support/migrator";

const seen = async (database: TestDatabase) =>
  (await database.query<{ n: number }>("SELECT n FROM seen ORDER BY n")).map(({ n }) => n);
const five = (third: string) =>
  sql(
    "1_five",
    `-- migrate:up\nCREATE TABLE seen (n INT);\nINSERT INTO seen VALUES (2);\n-- the third\n${third};\nINSERT INTO seen VALUES (4);\nCREATE TABLE last (id INT);\n-- migrate:down\nDROP TABLE IF EXISTS last;\nDROP TABLE seen;`,
  );

test("a statement that fails is named with file, number, line, text and what to do", async () => {
  const { url } = await createTestDatabase();
  const report = await run(
    { url, migrations: [five("ALTER TABLE seen ADD COLUMN n INT"), sql("2_never", "CREATE TABLE never (id INT);")] },
    "migrate",
  );
  expect(report).toMatchObject({
    outcome: "failed",
    done: [],
    remaining: ["1_five", "2_never"],
    failure: {
      migration: "1_five",
      file: "1_five.sql",
      statement: 3,
      statements: 5,
      line: 5,
      code: "ER_DUP_FIELDNAME",
      applied: 2,
      sql: "ALTER TABLE seen ADD COLUMN n INT",
    },
  });
  expect(report.message).toContain("1_five failed at statement 3 (1_five.sql:5)");
  expect(report.failure?.advice).toContain("2 of 5");
});

test("after the file is corrected the next call goes on with the statement that failed", async () => {
  const database = await createTestDatabase();
  await run({ url: database.url, migrations: [five("INSERT INTO nowhere VALUES (3)")] }, "migrate");
  const corrected = { url: database.url, migrations: [five("INSERT INTO seen VALUES (3)")] };
  expect(await run(corrected, "status")).toMatchObject({
    inProgress: { name: "1_five", statement: 2, error: expect.stringContaining("nowhere") },
  });
  expect(await run(corrected, "migrate")).toMatchObject({
    outcome: "done",
    done: [{ name: "1_five", recovered: true }],
  });
  expect(await seen(database)).toEqual([2, 3, 4]);
});

test("after the data is repaired the same file goes on", async () => {
  const database = await createTestDatabase();
  const target = { url: database.url, migrations: [five("INSERT INTO nowhere VALUES (3)")] };
  await run(target, "migrate");
  await database.query("CREATE TABLE nowhere (n INT)");
  expect(await run(target, "migrate")).toMatchObject({ outcome: "done" });
  expect(await seen(database)).toEqual([2, 4]);
});

test("what has taken effect must not read differently", async () => {
  const database = await createTestDatabase();
  await run({ url: database.url, migrations: [five("CREATE BROKEN")] }, "migrate");
  const edited = sql("1_five", "-- migrate:up\nCREATE TABLE seen (n BIGINT);\nINSERT INTO seen VALUES (2);");
  const report = await run({ url: database.url, migrations: [edited] }, "migrate");
  expect(report).toMatchObject({
    outcome: "refused",
    problems: [{ code: "HALF_APPLIED_CHANGED", file: "1_five.sql", line: 2 }],
  });
});

test("when the file is gone nothing else runs, until it is rolled back", async () => {
  const database = await createTestDatabase();
  await run({ url: database.url, migrations: [five("CREATE BROKEN")] }, "migrate");
  const without = { url: database.url, migrations: [sql("2_other", "CREATE TABLE other (id INT);")] };
  expect(await run(without, "migrate")).toMatchObject({
    outcome: "refused",
    problems: [{ code: "FILE_GONE", migration: "1_five" }],
  });
  expect(await run(without, "rollback")).toMatchObject({
    outcome: "done",
    done: [{ name: "1_five", direction: "down" }],
  });
  expect(await run(without, "migrate")).toMatchObject({ outcome: "done", done: [{ name: "2_other" }] });
  expect((await database.query<Record<string, string>>("SHOW TABLES")).flatMap(Object.values)).not.toContain("seen");
});

test("rolling back undoes the half applied one first, as one step", async () => {
  const database = await createTestDatabase();
  const first = sql("0_first", "-- migrate:up\nCREATE TABLE first (id INT);\n-- migrate:down\nDROP TABLE first;");
  await run({ url: database.url, migrations: [first, five("CREATE BROKEN")] }, "migrate");
  expect(await run({ url: database.url, migrations: [first, five("CREATE BROKEN")] }, "rollback")).toMatchObject({
    done: [{ name: "1_five", direction: "down" }],
  });
  expect(await database.query("SELECT name FROM migration")).toEqual([{ name: "0_first" }]);
});

test("when the first statement fails, nothing is left half way", async () => {
  const database = await createTestDatabase();
  const target = { url: database.url, migrations: [sql("1_bad", "CREATE TABEL x (id INT);")] };
  expect(await run(target, "migrate")).toMatchObject({
    outcome: "failed",
    failure: { statement: 1, applied: 0, code: "ER_PARSE_ERROR" },
  });
  expect((await run(target, "status")).inProgress).toBeUndefined();
});

test("a transaction that fails leaves nothing of itself", async () => {
  const database = await createTestDatabase();
  const text =
    "CREATE TABLE seen (n INT PRIMARY KEY);\nINSERT INTO seen VALUES (1);\nINSERT INTO seen VALUES (2);\nINSERT INTO seen VALUES (1);";
  const target = { url: database.url, migrations: [sql("1_twice", text)] };
  expect(await run(target, "migrate")).toMatchObject({
    outcome: "failed",
    failure: { statement: 4, applied: 1, code: "ER_DUP_ENTRY" },
  });
  expect(await seen(database)).toEqual([]);
});

test("the statement that failed after a procedure call is still the right one", async () => {
  const database = await createTestDatabase();
  const text =
    "CREATE TABLE seen (n INT);\nCREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; INSERT INTO seen VALUES (1); END;\nCALL p();\nSELECT 3;\nSELECT nothing;";
  expect(await run({ url: database.url, migrations: [sql("1_call", text)] }, "migrate")).toMatchObject({
    failure: { statement: 5, line: 5 },
  });
  expect(await seen(database)).toEqual([1]);
});

test("code that throws is named, and goes on with the next call", async () => {
  const { url } = await createTestDatabase();
  let broken = true;
  const flaky = code("1_flaky", async ({ context }) => {
    await context.query("CREATE TABLE IF NOT EXISTS flaky (id INT)");
    if (broken) throw new Error("not today: IDENTIFIED BY 'secret'");
  });
  const report = await run({ url, migrations: [flaky] }, "migrate");
  expect(report).toMatchObject({
    outcome: "failed",
    failure: { migration: "1_flaky", file: "1_flaky.ts", message: "not today: IDENTIFIED BY '***'" },
  });
  broken = false;
  expect(await run({ url, migrations: [flaky] }, "migrate")).toMatchObject({ outcome: "done" });
});

test("a rollback of a half applied migration that fails leaves it as it was", async () => {
  const database = await createTestDatabase();
  const half = (third: string, down: string) =>
    sql("1_half", `-- migrate:up\nCREATE TABLE one (id INT);\n${third};\n-- migrate:down\n${down};\nDROP TABLE one;`);
  await run({ url: database.url, migrations: [half("CREATE BROKEN", "DROP TABLE nowhere")] }, "migrate");
  const failed = await run(
    { url: database.url, migrations: [half("CREATE BROKEN", "DROP TABLE nowhere")] },
    "rollback",
  );
  expect(failed).toMatchObject({ outcome: "failed", failure: { direction: "down", statement: 1, applied: 0 } });
  const corrected = { url: database.url, migrations: [half("CREATE TABLE two (id INT)", "DROP TABLE two")] };
  expect(await run(corrected, "migrate")).toMatchObject({
    outcome: "done",
    done: [{ name: "1_half", recovered: true }],
  });
  expect(await run(corrected, "rollback")).toMatchObject({ outcome: "done" });
});

test("a rollback that is stopped half way is brought to its end before anything is applied again", async () => {
  const database = await createTestDatabase();
  const undone = (second: string) =>
    sql(
      "1_undone",
      `-- migrate:up\nCREATE TABLE one (id INT);\nCREATE TABLE two (id INT);\n-- migrate:down\nDROP TABLE two;\n${second};`,
    );
  await run({ url: database.url, migrations: [undone("DROP BROKEN")] }, "migrate");
  expect(await run({ url: database.url, migrations: [undone("DROP BROKEN")] }, "rollback")).toMatchObject({
    outcome: "failed",
    failure: { applied: 1 },
  });
  const corrected = { url: database.url, migrations: [undone("DROP TABLE one")] };
  expect(await run(corrected, "migrate")).toMatchObject({
    done: [{ direction: "down", recovered: true }, { direction: "up" }],
  });
});

test("what fails among locked tables is named, and what they did is not run again unasked", async () => {
  const database = await createTestDatabase();
  const text =
    "CREATE TABLE seen (n INT);\nLOCK TABLES seen WRITE;\nINSERT INTO seen VALUES (1);\nINSERT INTO nowhere VALUES (2);\nUNLOCK TABLES;";
  const target = { url: database.url, migrations: [sql("1_lock", text)] };
  expect(await run(target, "migrate")).toMatchObject({ outcome: "failed", failure: { statement: 4, applied: 3 } });
  expect(await run(target, "migrate")).toMatchObject({ outcome: "refused", problems: [{ code: "CUT_OFF", line: 2 }] });
  expect(await seen(database)).toEqual([1]);
});

test("a syntax error quotes the migration's statement and none of ours", async () => {
  const { url } = await createTestDatabase();
  const target = { url, migrations: [sql("1_bad", "CREATE TABEL x\n  (id INT);\nDO 0;")] };
  const { failure } = await run(target, "migrate");
  expect(failure?.message).toMatch(/near 'TABEL x \(id INT\)'$/);
});

test("code that throws nothing of use says at least that", async () => {
  const { url } = await createTestDatabase();
  const migrations = [code("1_odd", () => Promise.reject(undefined))];
  expect(await run({ url, migrations }, "migrate")).toMatchObject({ failure: { message: "it threw undefined" } });
});
