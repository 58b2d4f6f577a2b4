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

test("code that throws is named, and runs again from its beginning", async () => {
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

test("credentials in statements are neither shown nor stored", async () => {
  const database = await createTestDatabase();
  const target = {
    url: database.url,
    migrations: [sql("1_user", "CREATE TABLE x (id INT);\nCREATE USER nobody IDENTIFIED BY 'hunter2';")],
  };
  const report = await run(target, "migrate");
  expect(report).toMatchObject({
    outcome: "failed",
    failure: { statement: 2, sql: "CREATE USER nobody IDENTIFIED BY '***'" },
  });
  const stored = [
    report,
    await database.query("SELECT * FROM migration_step"),
    await database.query("SELECT * FROM migration_run"),
  ];
  expect(JSON.stringify(stored)).not.toContain("hunter2");
});

test("what one migration sets in the session does not reach the next, nor our own statements", async () => {
  const database = await createTestDatabase();
  const settings =
    "SET SESSION sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES', autocommit = 0, foreign_key_checks = 0;\nSET NAMES latin1;\nCREATE TABLE \"a\" (id INT);\nINSERT INTO a VALUES (1);\nUSE information_schema;";
  const lock =
    "LOCK TABLES a WRITE;\nINSERT INTO a VALUES (2);\nUNLOCK TABLES;\nINSERT INTO a SELECT CASE WHEN @@foreign_key_checks AND @@autocommit AND \"ü\" = 'ü' THEN 3 END;";
  expect(
    await run({ url: database.url, migrations: [sql("1_set", settings), sql("2_lock", lock)] }, "migrate"),
  ).toMatchObject({ outcome: "done", done: [{}, {}] });
  expect(await database.query("SELECT id FROM a ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
});

test("what this server's version takes for a comment is left out of the message", async () => {
  const database = await createTestDatabase();
  const text =
    "CREATE TABLE seen (n INT);\n/*!99998 SET @never = 1 */;\nINSERT INTO seen VALUES (1);\n/*!40101 SET NAMES utf8mb4 */;\n/*!99998 SET @never = 1 */;";
  expect(await run({ url: database.url, migrations: [sql("1_dump", text)] }, "migrate")).toMatchObject({
    outcome: "done",
  });
  expect(await seen(database)).toEqual([1]);
});

test("a script larger than a packet travels in several messages", async () => {
  const database = await createTestDatabase();
  const [{ bytes } = { bytes: 0 }] = await database.query<{ bytes: number }>("SELECT @@max_allowed_packet AS bytes");
  const large = `INSERT INTO big VALUES ('${"x".repeat(Math.floor(bytes * 0.45))}');`;
  const text = `CREATE TABLE big (t LONGTEXT);\n${large}\n${large}\n${large}\nCREATE TABLE after_big (id INT);`;
  expect(await run({ url: database.url, migrations: [sql("1_big", text)] }, "migrate")).toMatchObject({
    outcome: "done",
  });
  expect(await database.query("SELECT COUNT(*) AS n FROM big")).toEqual([{ n: 3 }]);
});

test("a statement larger than a packet is refused before anything is sent", async () => {
  const database = await createTestDatabase();
  const [{ bytes } = { bytes: 0 }] = await database.query<{ bytes: number }>("SELECT @@max_allowed_packet AS bytes");
  const text = `CREATE TABLE big (t LONGTEXT);\nINSERT INTO big VALUES ('${"x".repeat(bytes)}');`;
  expect(await run({ url: database.url, migrations: [sql("1_big", text)] }, "migrate")).toMatchObject({
    outcome: "failed",
    failure: { statement: 2, applied: 0, code: "ER_NET_PACKET_TOO_LARGE" },
  });
  expect(await database.query("SHOW TABLES LIKE 'big'")).toEqual([]);
});
