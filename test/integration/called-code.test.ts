import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { cut } from "../support/durable";
import { run, sql } from "../support/migrator";
import { mysql } from "../support/servers";
import { openSession } from "../support/session";

/** Counts how often it has run, then commits by what it does. `rest` comes after that. */
const procedure = (rest: string) =>
  `CREATE PROCEDURE p() BEGIN UPDATE seen SET times = times + 1; CREATE TABLE IF NOT EXISTS made (id INT); ${rest}; END`;

async function counting(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  await database.query("CREATE TABLE seen (times INT)");
  await database.query("INSERT INTO seen VALUES (0)");
  return database;
}

const seen = (database: TestDatabase) => database.query("SELECT times FROM seen");
const asked = { outcome: "refused", problems: [{ code: "CUT_OFF", statement: 2 }] };
const answer = { migration: "1_x", statement: 2, reason: "Looked at the table" };

test("a procedure that has committed when it fails is asked about, and not called again", async () => {
  const database = await counting();
  const migrations = [
    sql("1_x", `${procedure("INSERT INTO later VALUES (1)")};\nCALL p();\nCREATE TABLE last (id INT);`),
  ];
  const target = { url: database.url, migrations };
  expect(await run(target, "migrate")).toMatchObject({ outcome: "failed", failure: { statement: 2 } });
  await database.query("CREATE TABLE later (id INT)");
  expect(await run(target, "migrate")).toMatchObject(asked);
  await run(target, "settle", { ...answer, as: "applied" });
  expect(await run(target, "migrate")).toMatchObject({ outcome: "done", done: [{ name: "1_x", recovered: true }] });
  expect(await seen(database)).toEqual([{ times: 1 }]);
});

test("a procedure that is the first statement and has committed when it fails is asked about too", async () => {
  const database = await counting();
  await database.query(procedure("INSERT INTO later VALUES (1)"));
  const target = { url: database.url, migrations: [sql("1_x", "CALL p();")] };
  expect(await run(target, "migrate")).toMatchObject({
    outcome: "failed",
    failure: { applied: 0, advice: expect.stringContaining("answer with settle. Nothing stands before it.") },
  });
  expect(await run(target, "migrate")).toMatchObject({ problems: [{ code: "CUT_OFF", statement: 1 }] });
});

test("a procedure that has committed when it is cut off is asked about, and called again when that is right", async () => {
  const database = await counting();
  await database.query("CREATE TABLE gate (id INT)");
  const holder = await openSession(database.url);
  await holder.query("LOCK TABLES gate WRITE");
  const migrations = [sql("1_x", `${procedure("INSERT INTO gate VALUES (1)")};\nCALL p();`)];
  const target = { url: database.url, migrations };
  const running = run(target, "migrate", { call: { patienceMs: 10_000 } });
  while ((await database.query("SHOW TABLES LIKE 'made'")).length === 0) await sleep(50);
  await cut(database, mysql);
  expect(await running).toMatchObject({ outcome: "incomplete" });
  await holder.end();
  expect(await run(target, "migrate")).toMatchObject(asked);
  await run(target, "settle", { ...answer, as: "not applied" });
  expect(await run(target, "migrate")).toMatchObject({ outcome: "done" });
  expect(await seen(database)).toEqual([{ times: 2 }]);
});

test("a procedure that commits nothing is undone where it fails, and called again", async () => {
  const database = await counting();
  const plain = "CREATE PROCEDURE p() BEGIN UPDATE seen SET times = times + 1; INSERT INTO later VALUES (1); END";
  const target = { url: database.url, migrations: [sql("1_x", `${plain};\nCALL p();`)] };
  expect(await run(target, "migrate")).toMatchObject({ outcome: "failed", failure: { statement: 2 } });
  await database.query("CREATE TABLE later (id INT)");
  expect(await run(target, "migrate")).toMatchObject({ outcome: "done" });
  expect(await seen(database)).toEqual([{ times: 1 }]);
});

test("the plan names a procedure call beforehand", async () => {
  const database = await counting();
  const target = { url: database.url, migrations: [sql("1_x", "DO 0;\nCALL p();")] };
  const { notices } = await run(target, "migrate", { dryRun: true });
  expect(notices).toEqual([expect.stringContaining("statement 2,")]);
});

test("the statement that failed after a prepared procedure call is the right one, and nothing is left out", async () => {
  const database = await createTestDatabase();
  const text =
    "CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; SELECT 3; END;\nPREPARE s FROM 'CALL p()';\nEXECUTE s;\nCREATE TABLE fine (id INT);\nALTER TABLE later ADD COLUMN n INT;\nCREATE TABLE last (id INT);";
  const target = { url: database.url, migrations: [sql("1_x", text)] };
  expect(await run(target, "migrate")).toMatchObject({ outcome: "failed", failure: { statement: 5, applied: 4 } });
  await database.query("CREATE TABLE later (id INT)");
  expect(await run(target, "migrate")).toMatchObject({ outcome: "done" });
  expect(await database.query("SELECT n FROM later")).toEqual([]);
});

test("on PostgreSQL a procedure that may have committed when it fails is asked about too", async () => {
  const database = await createTestDatabase({ server: "postgres18" });
  const text =
    "CREATE TABLE seen (times int);\nINSERT INTO seen VALUES (0);\nCREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN UPDATE seen SET times = times + 1; COMMIT; PERFORM 1 / 0; END $$;\nCALL p();";
  const migration = sql("1_x", `-- migrate:up transaction:false\n${text}`, "postgres");
  const target = { url: database.url, migrations: [migration] };
  expect(await run(target, "migrate")).toMatchObject({ outcome: "failed", failure: { statement: 4 } });
  expect(await run(target, "migrate")).toMatchObject({ problems: [{ code: "CUT_OFF", statement: 4 }] });
  await run(target, "settle", { ...answer, statement: 4, as: "applied" });
  expect(await run(target, "migrate")).toMatchObject({ outcome: "done", done: [{ name: "1_x", recovered: true }] });
  expect(await seen(database)).toEqual([{ times: 1 }]);
});
