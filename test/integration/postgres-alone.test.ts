import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { run, sql } from "../support/migrator";

const create = () => createTestDatabase({ server: "postgres18" });
const migrate = (database: TestDatabase, ...texts: readonly string[]) =>
  run(
    { url: database.url, migrations: texts.map((text, index) => sql(`${index + 1}_x`, text, "postgres")) },
    "migrate",
  );
const tables = async (database: TestDatabase) =>
  (
    await database.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'migration%' ORDER BY 1",
    )
  ).map(({ name }) => name);
const numbers = async (database: TestDatabase, from = "seen") =>
  (await database.query<{ n: number }>(`SELECT n FROM ${from} ORDER BY n`)).map(({ n }) => n);

test("a concurrent index on a table in use is not taken for built, and is built when the table is free", async () => {
  const database = await create();
  const target = {
    url: database.url,
    migrations: [
      sql("1_t", "CREATE TABLE seen (n int);\nINSERT INTO seen VALUES (1);", "postgres"),
      sql("2_i", "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON seen (n);", "postgres"),
    ],
  };
  await run(target, "migrate", { steps: 1 });
  const using = database.query("DO $$ BEGIN INSERT INTO seen VALUES (2); PERFORM pg_sleep(8); END $$");
  await sleep(200);
  expect(await run(target, "migrate", { call: { patienceMs: 6_000 } })).toMatchObject({ outcome: "failed" });
  await using;
  expect(await run(target, "migrate")).toMatchObject({ outcome: "done", done: [{ name: "2_i" }] });
  expect(await database.query("SELECT indisvalid AS v FROM pg_index WHERE indexrelid = 'i'::regclass")).toEqual([
    { v: true },
  ]);
});

test("what goes alone is finished and recorded by the server when nobody waits for it any more", async () => {
  const database = await create();
  await database.query(
    "CREATE FUNCTION slow(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1); RETURN n; END'",
  );
  const target = {
    url: database.url,
    migrations: [
      sql("1_t", "CREATE TABLE seen (n int);\nINSERT INTO seen VALUES (1), (2);", "postgres"),
      sql("2_i", "CREATE INDEX CONCURRENTLY i ON seen (slow(n));", "postgres"),
    ],
  };
  const left = await run(target, "migrate", { call: { patienceMs: 1_800 } });
  expect(left).toMatchObject({ outcome: "running", remaining: ["2_i"] });
  expect(await run(target, "migrate")).toMatchObject({ outcome: "done", done: [{ name: "1_t" }, { name: "2_i" }] });
  expect(await database.query("SELECT indisvalid AS v FROM pg_index WHERE indexrelid = 'i'::regclass")).toEqual([
    { v: true },
  ]);
});

test("a lock that is lost in what goes alone is told of as such", async () => {
  const database = await create();
  await database.query(`CREATE FUNCTION lose(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql
 AS 'BEGIN PERFORM pg_advisory_unlock_all(); RETURN n; END'`);
  const report = await migrate(
    database,
    "CREATE TABLE seen (n int);\nINSERT INTO seen VALUES (1);",
    "CREATE INDEX CONCURRENTLY i ON seen (lose(n));",
  );
  expect(report).toMatchObject({ outcome: "incomplete", message: expect.stringContaining("lock") });
});

test.each([
  ["notices", "DROP TABLE IF EXISTS a; DROP TABLE IF EXISTS b; DROP TABLE IF EXISTS c;"],
  ["rows", "SELECT repeat('x', 20000); SELECT repeat('x', 20000);"],
  ["answers", "INSERT INTO seen VALUES (1);".repeat(1_500)],
  ["requests for data", "COPY seen FROM stdin;\n1\n\\.\n"],
])("the server finishes a migration that nobody waits for, in spite of the %s that it sends", async (_what, text) => {
  const database = await create();
  const target = {
    url: database.url,
    migrations: [sql("1_t", `CREATE TABLE seen (n int);\nSELECT pg_sleep(4);\n${text}`, "postgres")],
  };
  expect(await run(target, "migrate", { call: { patienceMs: 3_000 } })).toMatchObject({ outcome: "running" });
  expect(await run(target, "migrate")).toMatchObject({ outcome: "done", done: [{ name: "1_t", recovered: true }] });
});

test("procedures that commit by themselves can be called where no transaction is asked for", async () => {
  const database = await create();
  const text = `-- migration: no transaction
CREATE TABLE seen (n int);
CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen VALUES (1); COMMIT; INSERT INTO seen VALUES (2); END $$;
CALL fill();
DO $$ BEGIN INSERT INTO seen VALUES (3); COMMIT; END $$;`;
  expect(await migrate(database, text)).toMatchObject({ outcome: "done" });
  expect(await numbers(database)).toEqual([1, 2, 3]);
});

test("comments between the words hide nothing", async () => {
  const database = await create();
  const text = `CREATE TABLE seen (n int);
CREATE /* a /* nested */ one */ INDEX -- and another
CONCURRENTLY i ON seen (n);
COPY /* c */ seen (n) FROM /* d */ stdin;\n5\n\\.\n`;
  expect(await migrate(database, text)).toMatchObject({ outcome: "done" });
  expect(await numbers(database)).toEqual([5]);
});

test("the isolation that a transaction of the file's asks for is what it gets", async () => {
  const database = await create();
  const text = `BEGIN ISOLATION LEVEL REPEATABLE READ;
CREATE TABLE seen AS SELECT 1 AS n WHERE current_setting('transaction_isolation') = 'repeatable read';
COMMIT;`;
  expect(await migrate(database, text)).toMatchObject({ outcome: "done" });
  expect(await numbers(database)).toEqual([1]);
});

test("of a transaction that is to be rolled back nothing has taken effect, whatever fails in it", async () => {
  const database = await create();
  const text = "BEGIN; CREATE TABLE seen (n int); INSERT INTO nowhere VALUES (1); ROLLBACK; SELECT 1;";
  expect(await migrate(database, text)).toMatchObject({ outcome: "failed", failure: { statement: 3, applied: 0 } });
  expect(await tables(database)).toEqual([]);
});
