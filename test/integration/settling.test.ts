import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, createConnection } from "mysql2/promise";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { run, sql } from "../support/migrator";

/** Each waits for whoever has t locked. */
const STATEMENTS = [
  "ALTER TABLE t ADD COLUMN m INT",
  "ALTER TABLE t ADD INDEX by_n (n), ALGORITHM=COPY",
  "ALTER TABLE t DROP COLUMN k",
  "ALTER TABLE t MODIFY n BIGINT NOT NULL COMMENT 'wider'",
  "ALTER TABLE t RENAME TO u",
  "CREATE INDEX by_k ON t (k)",
  "RENAME TABLE t TO u",
  "CREATE TABLE u AS SELECT * FROM t",
  "CREATE VIEW v AS SELECT n FROM t",
  "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.n = NEW.n + 1",
  "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW IF EXISTS (SELECT 1 FROM seen) THEN SET NEW.n = NEW.n + 1; END IF",
  "DROP TABLE t",
];

const script = (statement: string) => sql("1_x", `${statement};\nINSERT INTO seen VALUES (1);`);

async function prepared(): Promise<{ readonly database: TestDatabase; readonly admin: Connection }> {
  const database = await createTestDatabase();
  await database.query("CREATE TABLE t (n INT NOT NULL PRIMARY KEY, k INT)");
  await database.query("CREATE TABLE seen (n INT)");
  // The journal is there from an earlier migration.
  await run({ url: database.url, migrations: [sql("0_first", "DO 0;")] }, "migrate");
  const uri = process.env.TEST_MYSQL_URL ?? "";
  return { database, admin: await createConnection({ uri, database: database.name }) };
}

/** The connection of the step in progress, once there is one. */
async function session(database: TestDatabase): Promise<number> {
  for (const until = Date.now() + 10_000; Date.now() < until; await sleep(50)) {
    const [row] = await database.query<{ c: number }>(
      "SELECT connection AS c FROM migration_step WHERE name IS NOT NULL",
    );
    if (row) return row.c;
  }
  throw new Error("nothing is in progress");
}

const names = async (database: TestDatabase) =>
  (await database.query<{ name: string }>("SELECT name FROM migration ORDER BY id")).map(({ name }) => name);
const seen = (database: TestDatabase) => database.query("SELECT n FROM seen");

describe.each(STATEMENTS)("%s", (statement) => {
  test("is run by the next call when it was cut off before it took effect", async () => {
    const { database, admin } = await prepared();
    const target = { url: database.url, migrations: [sql("0_first", "DO 0;"), script(statement)] };
    await admin.query("LOCK TABLES t WRITE");
    const cut = run(target, "migrate");
    await sleep(400);
    await admin.query(`KILL ${await session(database)}`);
    expect(await cut).toMatchObject({ outcome: "incomplete" });
    await admin.query("UNLOCK TABLES");
    await admin.end();
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done", done: [{ name: "1_x" }] });
    expect([await names(database), await seen(database)]).toEqual([["0_first", "1_x"], [{ n: 1 }]]);
  });

  test("is not run again when it was cut off before it was recorded", async () => {
    const { database, admin } = await prepared();
    const target = { url: database.url, migrations: [sql("0_first", "DO 0;"), script(statement)] };
    await admin.query("LOCK TABLES t WRITE");
    const cut = run(target, "migrate");
    await sleep(400);
    const connection = await session(database);
    // From here on the mark cannot be written.
    const holder = await createConnection({ uri: process.env.TEST_MYSQL_URL ?? "", database: database.name });
    await holder.query("START TRANSACTION");
    await holder.query("SELECT * FROM migration_step WHERE id = 1 FOR UPDATE");
    await admin.query("UNLOCK TABLES");
    await sleep(400);
    await admin.query(`KILL ${connection}`);
    expect(await cut).toMatchObject({ outcome: "incomplete" });
    await holder.end();
    await admin.end();
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done", done: [{ name: "1_x", recovered: true }] });
    expect([await names(database), await seen(database)]).toEqual([["0_first", "1_x"], [{ n: 1 }]]);
  });
});

test("what nobody can tell is refused by name", async () => {
  const { database, admin } = await prepared();
  const target = { url: database.url, migrations: [sql("0_first", "DO 0;"), script("TRUNCATE TABLE t")] };
  await admin.query("LOCK TABLES t WRITE");
  const cut = run(target, "migrate");
  await sleep(400);
  await admin.query(`KILL ${await session(database)}`);
  await cut;
  await admin.end();
  expect(await run(target, "migrate")).toMatchObject({
    outcome: "refused",
    problems: [{ code: "CUT_OFF", migration: "1_x", line: 1 }],
  });
});

test("what somebody else has changed meanwhile is refused", async () => {
  const { database, admin } = await prepared();
  const target = {
    url: database.url,
    migrations: [sql("0_first", "DO 0;"), script("ALTER TABLE t ADD COLUMN m INT, ADD INDEX by_k (k)")],
  };
  await admin.query("LOCK TABLES t WRITE");
  const cut = run(target, "migrate");
  await sleep(400);
  await admin.query(`KILL ${await session(database)}`);
  await cut;
  await admin.query("ALTER TABLE t ADD COLUMN other INT");
  await admin.end();
  expect(await run(target, "migrate")).toMatchObject({ outcome: "refused", problems: [{ code: "CUT_OFF" }] });
});

test("what a session was told is said again to the next one", async () => {
  const { database, admin } = await prepared();
  const text = `SET @five = 5, SESSION sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES';\nCREATE TABLE "first" (n INT);\nALTER TABLE t ADD COLUMN m INT;\nINSERT INTO "seen" VALUES (@five);`;
  const target = { url: database.url, migrations: [sql("0_first", "DO 0;"), sql("1_x", text)] };
  await admin.query("LOCK TABLES t WRITE");
  const cut = run(target, "migrate");
  await sleep(400);
  await admin.query(`KILL ${await session(database)}`);
  await cut;
  await admin.query("UNLOCK TABLES");
  await admin.end();
  expect(await run(target, "migrate")).toMatchObject({ outcome: "done" });
  expect(await seen(database)).toEqual([{ n: 5 }]);
});

test("what only the lost session knew is refused by name, and was said beforehand", async () => {
  const { database, admin } = await prepared();
  const text =
    "CREATE TEMPORARY TABLE kept AS SELECT 7 AS n;\nALTER TABLE t ADD COLUMN m INT;\nINSERT INTO seen SELECT n FROM kept;";
  const target = { url: database.url, migrations: [sql("0_first", "DO 0;"), sql("1_x", text)] };
  expect(await run(target, "migrate", { dryRun: true })).toMatchObject({
    notices: expect.arrayContaining([
      expect.stringContaining("statement 3 uses the temporary table kept, which statement 1 has made"),
    ]),
  });
  await admin.query("LOCK TABLES t WRITE");
  const cut = run(target, "migrate");
  await sleep(400);
  await admin.query(`KILL ${await session(database)}`);
  await cut;
  await admin.query("UNLOCK TABLES");
  await admin.end();
  expect(await run(target, "migrate")).toMatchObject({ outcome: "refused", problems: [{ code: "NOT_RESUMABLE" }] });
});
