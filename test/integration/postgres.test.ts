import { setTimeout as sleep } from "node:timers/promises";
import { asleep } from "../support/blocked";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { run, sql } from "../support/migrator";
import { postgres } from "../support/servers";

const create = () => createTestDatabase({ server: "postgres18" });
const migrate = (database: TestDatabase, ...texts: readonly string[]) =>
  run(
    { url: database.url, migrations: texts.map((text, index) => sql(`${index + 1}_x`, text, "postgres")) },
    "migrate",
  );
const TABLES =
  "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'migration%' ORDER BY 1";
const tables = async ({ query }: TestDatabase) => (await query<{ name: string }>(TABLES)).map(({ name }) => name);
const numbers = async (database: TestDatabase, from = "seen") =>
  (await database.query<{ n: number }>(`SELECT n FROM ${from} ORDER BY n`)).map(({ n }) => n);

test("of a migration that fails nothing stays, and nothing is half way", async () => {
  const database = await create();
  const report = await migrate(
    database,
    "CREATE TABLE a (n int);\nINSERT INTO a VALUES (1);\nINSERT INTO nowhere VALUES (2);",
  );
  expect(report).toMatchObject({
    outcome: "failed",
    failure: { statement: 3, statements: 3, line: 3, applied: 0, code: "42P01", sql: "INSERT INTO nowhere VALUES (2)" },
  });
  expect(await tables(database)).toEqual([]);
  const other = { url: database.url, migrations: [sql("2_other", "CREATE TABLE other (n int);", "postgres")] };
  expect(await run(other, "migrate")).toMatchObject({ outcome: "done", done: [{ name: "2_other" }] });
});

test.each(["postgres14", "postgres18"] as const)(
  "on %s a migration commits as its database has it, whatever its intent does",
  async (server) => {
    const database = await createTestDatabase({ server });
    await database.query(`ALTER DATABASE "${database.name}" SET synchronous_commit = 'remote_write'`);
    await migrate(database, "CREATE TABLE seen AS SELECT current_setting('synchronous_commit') AS n;");
    expect(await numbers(database)).toEqual(["remote_write"]);
  },
);

test("a syntax error is found by its position, beyond characters of four bytes too", async () => {
  const database = await create();
  expect(await migrate(database, "SELECT '🙂🙂🙂ü';\nSELECT 2;\nSELEC 3;\nSELECT 4;")).toMatchObject({
    failure: { statement: 3, line: 3, code: "42601", sql: "SELEC 3" },
  });
});

test("what is put off to the commit fails there, and no statement is blamed for it", async () => {
  const database = await create();
  const report = await migrate(
    database,
    `CREATE TABLE a (n int PRIMARY KEY);
     CREATE TABLE b (n int REFERENCES a DEFERRABLE INITIALLY DEFERRED);
     INSERT INTO b VALUES (1);`,
  );
  expect(report).toMatchObject({ outcome: "failed", failure: { code: "23503", applied: 0 } });
  expect(report.failure?.statement).toBeUndefined();
  expect(report.failure?.advice).toContain("commit was refused");
  expect(await tables(database)).toEqual([]);
});

test("what a transaction refuses is run by itself, and the Report says so", async () => {
  const database = await create();
  const report = await migrate(
    database,
    "CREATE TABLE seen (n int);\nINSERT INTO seen VALUES (1);\nCREATE INDEX CONCURRENTLY i ON seen (n);\nVACUUM seen;\nINSERT INTO seen VALUES (2);",
  );
  expect(report).toMatchObject({
    outcome: "done",
    notices: ["1_x is not run in one transaction: PostgreSQL refuses CREATE INDEX CONCURRENTLY (line 3) inside one."],
  });
  expect(await numbers(database)).toEqual([1, 2]);
});

test("a concurrent index that fails leaves nothing behind, and the next call builds it", async () => {
  const database = await create();
  const target = {
    url: database.url,
    migrations: [
      sql(
        "1_x",
        'CREATE TABLE seen (n int);\nINSERT INTO seen VALUES (1), (1);\nCREATE UNIQUE INDEX CONCURRENTLY "The index" ON seen (n);',
        "postgres",
      ),
    ],
  };
  expect(await run(target, "migrate")).toMatchObject({ outcome: "failed", failure: { statement: 3, applied: 2 } });
  expect(await database.query("SELECT 1 FROM pg_class WHERE relname = 'The index'")).toEqual([]);
  await database.query("DELETE FROM seen WHERE ctid = (SELECT max(ctid) FROM seen)");
  expect(await run(target, "migrate")).toMatchObject({ outcome: "done", done: [{ recovered: true }] });
  expect(await database.query("SELECT indisvalid FROM pg_index WHERE indexrelid = '\"The index\"'::regclass")).toEqual([
    { indisvalid: true },
  ]);
});

test("an invalid index that was there before is left alone", async () => {
  const database = await create();
  await database.query("CREATE TABLE seen (n int)");
  await database.query(`ALTER TABLE seen OWNER TO "${new URL(database.url).username}"`);
  await database.query("INSERT INTO seen VALUES (1), (1)");
  await database.query("CREATE UNIQUE INDEX CONCURRENTLY i ON seen (n)").catch(() => undefined);
  expect(await migrate(database, "CREATE UNIQUE INDEX CONCURRENTLY i ON public.seen (n);")).toMatchObject({
    outcome: "failed",
    failure: { code: "INVALID_INDEX", message: expect.stringContaining("public.i already, and it is not valid") },
  });
  expect(await database.query("SELECT 1 AS one FROM pg_class WHERE relname = 'i'")).toEqual([{ one: 1 }]);
});

test("a marker asks for a transaction for each statement, and what has taken effect stays", async () => {
  const database = await create();
  const text =
    "-- migration: no transaction\nCREATE TABLE seen (n int);\nINSERT INTO seen VALUES (1);\nINSERT INTO nowhere VALUES (2);";
  expect(await migrate(database, text)).toMatchObject({ outcome: "failed", failure: { statement: 3, applied: 2 } });
  await database.query("CREATE TABLE nowhere (n int)");
  await database.query("GRANT ALL ON nowhere TO public");
  expect(await migrate(database, text)).toMatchObject({ outcome: "done", done: [{ recovered: true }] });
  expect([await numbers(database), await numbers(database, "nowhere")]).toEqual([[1], [2]]);
});

test("a new value of an enum may be used in the migration that adds it", async () => {
  const database = await create();
  expect(
    await migrate(
      database,
      "CREATE TYPE mood AS ENUM ('sad');\nCREATE TABLE seen (n int, mood mood);",
      "ALTER TYPE mood ADD VALUE 'happy';\nINSERT INTO seen VALUES (1, 'happy');",
    ),
  ).toMatchObject({ outcome: "done" });
  expect(await numbers(database)).toEqual([1]);
});

test("transactions of the file's own are respected, and one that is rolled back has no effect", async () => {
  const database = await create();
  const text = `BEGIN; CREATE TABLE seen (n int); INSERT INTO seen VALUES (1); COMMIT;
    BEGIN; INSERT INTO seen VALUES (2); ROLLBACK;
    INSERT INTO seen VALUES (3);`;
  expect(await migrate(database, text)).toMatchObject({ outcome: "done" });
  expect(await numbers(database)).toEqual([1, 3]);
});

test("what one migration sets in the session reaches neither our own statements nor the next migration", async () => {
  const database = await create();
  const report = await migrate(
    database,
    `CREATE TABLE seen (n int); CREATE TEMP TABLE gone (n int);
     SELECT pg_catalog.set_config('search_path', '', false);
     SET default_transaction_read_only = on; SET TimeZone = 'Asia/Tokyo';
     SET DateStyle = 'German'; SET IntervalStyle = 'sql_standard'; SET row_security = off; SET lock_timeout = 1;`,
    `INSERT INTO seen SELECT 1 WHERE current_schema() = 'public' AND 'a\\' || 'b' = 'a\\b';
     CREATE TEMP TABLE gone (n int);`,
  );
  expect(report).toMatchObject({ outcome: "done", done: [{}, {}] });
  expect(await numbers(database)).toEqual([1]);
});

test("a migration that takes on another role is recorded all the same", async () => {
  const database = await create();
  const user = new URL(database.url).username;
  await database.query(`CREATE ROLE "${user}_owner"`);
  await database.query(`GRANT "${user}_owner" TO "${user}"`);
  await database.query(`GRANT CREATE ON SCHEMA public TO "${user}_owner"`);
  try {
    expect(await migrate(database, `SET ROLE "${user}_owner";\nCREATE TABLE seen (n int);`)).toMatchObject({
      outcome: "done",
    });
    expect(await database.query("SELECT tableowner AS o FROM pg_tables WHERE tablename = 'seen'")).toEqual([
      { o: `${user}_owner` },
    ]);
  } finally {
    await database.query(`DROP OWNED BY "${user}_owner"`);
    await database.query(`DROP ROLE "${user}_owner"`);
  }
});

test("data that a dump brings along is copied", async () => {
  const database = await create();
  const text =
    "CREATE TABLE seen (n int, t text);\nCOPY seen (n, t) FROM stdin;\n1\tit's \\\\ ü; -- $$\n2\t\\N\n\\.\nINSERT INTO seen VALUES (3);\nCOPY seen FROM stdin;\n\\.\n";
  expect(await migrate(database, text)).toMatchObject({ outcome: "done" });
  expect(await database.query("SELECT n, t FROM seen ORDER BY n")).toEqual([
    { n: 1, t: "it's \\ ü; -- $$" },
    { n: 2, t: null },
    { n: 3, t: null },
  ]);
});

test("data that does not fit is a failure of its statement", async () => {
  const database = await create();
  expect(await migrate(database, "CREATE TABLE seen (n int);\nCOPY seen FROM stdin;\nx\n\\.\nSELECT 1;")).toMatchObject(
    {
      outcome: "failed",
      failure: { statement: 2, code: "22P02", applied: 0 },
    },
  );
  expect(await tables(database)).toEqual([]);
});

test("a statement that waits too long for a lock is tried again while there is time", async () => {
  const database = await create();
  await database.query("CREATE TABLE seen (n int)");
  await database.query(`ALTER TABLE seen OWNER TO "${new URL(database.url).username}"`);
  const holding = database.query("DO $$ BEGIN LOCK TABLE seen; PERFORM pg_sleep(2); END $$");
  await sleep(200);
  expect(await migrate(database, "ALTER TABLE seen ADD COLUMN t text;\nINSERT INTO seen VALUES (1);")).toMatchObject({
    outcome: "done",
  });
  await holding;
  expect(await numbers(database)).toEqual([1]);
});

test("a session that is ended by somebody else ends the run, and the next call goes on", async () => {
  const database = await create();
  const texts = [
    "CREATE TABLE seen (n int);\nSELECT pg_sleep(2);\nINSERT INTO seen VALUES (1);",
    "INSERT INTO seen VALUES (2);",
  ];
  const cut = migrate(database, ...texts);
  await database.query(postgres.kill(await asleep(database, postgres)));
  expect(await cut).toMatchObject({ outcome: "incomplete", done: [] });
  expect(await tables(database)).toEqual([]);
  expect(await migrate(database, ...texts)).toMatchObject({ outcome: "done", done: [{}, {}] });
  expect(await numbers(database)).toEqual([1, 2]);
});

const OURS = "SELECT (classid::int8 << 32) | objid::int8 FROM pg_locks WHERE objsubid = 1 AND pid = pg_backend_pid()";

test.each([
  ["all locks back", "pg_advisory_unlock_all()"],
  ["our lock back once", `pg_advisory_unlock((${OURS}))`],
])("a migration that gives %s is stopped before it is recorded, and has no effect", async (_, giveBack) => {
  const database = await create();
  const report = await migrate(database, `CREATE TABLE seen (n int);\nDO $$ BEGIN PERFORM ${giveBack}; END $$;`);
  expect(report).toMatchObject({ outcome: "incomplete", message: expect.stringContaining("no longer holds the lock") });
  expect([report.done, await tables(database)]).toEqual([[], []]);
});

test("a large script travels in several messages and is one transaction", async () => {
  const database = await create();
  const rows = Array.from({ length: 20 }, (_, n) => `INSERT INTO seen VALUES (${n}, '${"x".repeat(1_000_000)}');`);
  const script = `CREATE TABLE seen (n int, t text);\n${rows.join("\n")}\n`;
  expect(await migrate(database, `${script}INSERT INTO nowhere VALUES (1);`)).toMatchObject({
    failure: { statement: 22, applied: 0 },
  });
  expect(await tables(database)).toEqual([]);
  expect(await migrate(database, script)).toMatchObject({ outcome: "done" });
  expect(await numbers(database)).toHaveLength(20);
});
