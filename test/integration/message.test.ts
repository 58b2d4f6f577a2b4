import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { code, run, sql } from "../support/migrator";

const seen = async (database: TestDatabase) =>
  (await database.query<{ n: number }>("SELECT n FROM seen ORDER BY n")).map(({ n }) => n);

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

test("a missing privilege on the journal is a failure, not something to call again for", async () => {
  const database = await createTestDatabase({ grants: ["SELECT", "INSERT", "UPDATE", "CREATE"] });
  const report = await run({ url: database.url, migrations: [sql("1_x", "CREATE TABLE x (id INT);")] }, "migrate");
  expect(report).toMatchObject({
    outcome: "failed",
    failure: { migration: "1_x", code: "ACCESS_DENIED", advice: expect.stringContaining("docs/privileges.md") },
  });
  expect(report.message).not.toMatch(/'t_/);
  expect(await database.query("SELECT outcome FROM migration_run")).toEqual([{ outcome: "failed" }]);
  expect(await database.query("SHOW TABLES LIKE 'x'")).toEqual([]);
});

test.each([
  ["done", "INSERT INTO seen VALUES (1);"],
  ["failed", "CREATE TABLE other (n INT);\nINSERT INTO nowhere VALUES (1);"],
])("a migration that leaves autocommit off and tables locked is recorded as %s all the same", async (outcome, rest) => {
  const database = await createTestDatabase();
  await database.query("CREATE TABLE seen (n INT)");
  const text = `SET autocommit = 0;\n${rest}\nLOCK TABLES seen WRITE;`;
  const target = { url: database.url, migrations: [sql("1_off", text)] };
  expect(await run(target, "migrate", { runId: "off" })).toMatchObject({ outcome });
  expect(await database.query("SELECT outcome FROM migration_run")).toEqual([{ outcome }]);
  const kept = outcome === "done" ? [] : [{ name: "1_off", failed: 1 }];
  expect(
    await database.query("SELECT name, error IS NOT NULL AS failed FROM migration_step WHERE name IS NOT NULL"),
  ).toEqual(kept);
});

test("code that ends in the last moment is recorded", async () => {
  const database = await createTestDatabase();
  const late = code("1_late", async ({ context }) => {
    await context.query("CREATE TABLE late (n INT)");
    // Blocks the process, so that nobody can step in when the time is up.
    const until = Date.now() + 900;
    while (Date.now() < until);
  });
  const target = { url: database.url, migrations: [late] };
  expect(await run(target, "migrate", { call: { patienceMs: 1_200 } })).toMatchObject({
    outcome: "done",
    done: [{ name: "1_late" }],
  });
  expect(await database.query("SELECT name FROM migration")).toEqual([{ name: "1_late" }]);
  expect(await database.query("SELECT outcome FROM migration_run")).toEqual([{ outcome: "done" }]);
});

test("another transaction in the way is waited out", async () => {
  const database = await createTestDatabase();
  await database.query("CREATE TABLE seen (name VARCHAR(20))");
  const target = { url: database.url, migrations: [sql("1_a", "ALTER TABLE seen ADD COLUMN more INT;")] };
  const blocker = run({ ...target, migrations: [] }, "status").then(() =>
    database.query("SELECT name, SLEEP(2.5) FROM seen UNION SELECT 'x', SLEEP(2.5) FROM seen"),
  );
  await database.query("INSERT INTO seen VALUES ('row')");
  await sleep(200);
  expect(await run(target, "migrate")).toMatchObject({ outcome: "done" });
  await blocker;
});

test("an error that is younger than the driver fails its statement like any other", async () => {
  const database = await createTestDatabase();
  const text =
    "CREATE TABLE x (id INT);\nSIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 6125, MESSAGE_TEXT = 'no such key';";
  expect(await run({ url: database.url, migrations: [sql("1_x", text)] }, "migrate")).toMatchObject({
    outcome: "failed",
    failure: { code: "ER_6125", message: "no such key", statement: 2 },
  });
});

test("what the server quotes of a syntax error is the migration's own", async () => {
  const database = await createTestDatabase();
  const report = await run(
    { url: database.url, migrations: [sql("1_x", "DROP INDEX x;\nSELECT 'the next';"), sql("2_y", "SELECT 1;")] },
    "migrate",
  );
  expect(report.failure?.message).toMatch(/near ''$/);
  const last = await run({ url: database.url, migrations: [sql("1_x", "DROP INDEX x;")] }, "migrate");
  expect(last.failure?.message).toMatch(/near ''$/);
});

test.each([
  [
    "a SELECT",
    "SELECT n, (SELECT n FROM seen WHERE n >= IF(outside.n < 2, 2, 1)) FROM seen AS outside;",
    "ER_SUBQUERY_NO_1_ROW",
  ],
  ["an INSERT that gives rows back", "INSERT INTO seen VALUES (3), (1) RETURNING n;", "ER_DUP_ENTRY"],
])("%s that is refused when rows have gone out is the statement that failed", async (_, statement, code) => {
  const database = await createTestDatabase();
  const text = `CREATE TABLE seen (n INT PRIMARY KEY);\nINSERT INTO seen VALUES (1), (2);\n${statement}\nCREATE TABLE later (n INT);`;
  expect(await run({ url: database.url, migrations: [sql("1_x", text)] }, "migrate")).toMatchObject({
    outcome: "failed",
    failure: { statement: 3, applied: 1, code },
  });
});

test("the last statement of a migration that is refused when rows have gone out is told as its own", async () => {
  const database = await createTestDatabase();
  const text = "CREATE TABLE seen (n INT PRIMARY KEY);\nINSERT INTO seen VALUES (1), (1) RETURNING n;";
  expect(await run({ url: database.url, migrations: [sql("1_x", text)] }, "migrate")).toMatchObject({
    outcome: "failed",
    failure: { statement: 2, applied: 1, code: "ER_DUP_ENTRY" },
  });
});

test("a value that the driver cannot read is none of the migration's business", async () => {
  const database = await createTestDatabase();
  const text = `CREATE TABLE seen (n INT, j JSON);\nSET check_constraint_checks = 0;\nINSERT INTO seen VALUES (1, '{');\nSELECT j FROM seen;\nCREATE TABLE later (n INT);`;
  expect(await run({ url: database.url, migrations: [sql("1_x", text)] }, "migrate")).toMatchObject({
    outcome: "done",
  });
});
