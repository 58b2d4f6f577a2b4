import { createTestDatabase } from "../support/database";
import { code, run } from "../support/migrator";

const create = () => createTestDatabase({ server: "postgres18" });

test("code runs in one transaction with its row: when it fails nothing stays", async () => {
  const database = await create();
  const failing = code("1_x", async ({ context }) => {
    await context.query("CREATE TABLE seen (n int)");
    throw new Error("it's over");
  });
  const report = await run({ url: database.url, migrations: [failing] }, "migrate");
  expect(report).toMatchObject({ outcome: "failed", failure: { message: "it's over", migration: "1_x" } });
  expect(await database.query("SELECT to_regclass('seen') AS t")).toEqual([{ t: null }]);
  expect(await run({ url: database.url, migrations: [] }, "status")).toMatchObject({ outcome: "done", applied: [] });
});

test("code that asks for no transaction keeps what it did, and is begun again", async () => {
  const database = await create();
  let fails = true;
  const own = code("1_x", async ({ context }) => {
    await context.query("CREATE TABLE IF NOT EXISTS seen (n int)");
    await context.query("CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON seen (n)");
    if (fails) throw new Error("not yet");
  });
  const target = { url: database.url, migrations: [{ ...own, up: { ...own.up, transaction: false as const } }] };
  expect(await run(target, "migrate")).toMatchObject({ outcome: "failed" });
  expect(await run(target, "status")).toMatchObject({ inProgress: { name: "1_x", error: "not yet" } });
  fails = false;
  expect(await run(target, "migrate")).toMatchObject({ outcome: "done", done: [{ name: "1_x" }] });
});

test("values fill the placeholders, and what a statement did is told", async () => {
  const database = await create();
  const results: unknown[] = [];
  const values = code("1_x", async ({ context }) => {
    await context.query("CREATE TABLE seen (n int, t text)");
    results.push(await context.execute("INSERT INTO seen VALUES ($1, $2), (2, 'b')", [1, "it's"]));
    results.push(await context.query("SELECT n, t FROM seen WHERE t = $1", ["it's"]));
    results.push(context.dialect);
  });
  await run({ url: database.url, migrations: [values] }, "migrate");
  expect(results).toEqual([{ rows: [], affectedRows: 2 }, [{ n: 1, t: "it's" }], "postgres"]);
});

test("statements that code starts at once are run one after the other", async () => {
  const database = await create();
  const atOnce = code("1_x", async ({ context }) => {
    await context.query("CREATE TABLE seen (n int)");
    await Promise.all(Array.from({ length: 20 }, (_, n) => context.query("INSERT INTO seen VALUES ($1)", [n])));
  });
  expect(await run({ url: database.url, migrations: [atOnce] }, "migrate")).toMatchObject({ outcome: "done" });
  expect(await database.query("SELECT count(*)::int AS n FROM seen")).toEqual([{ n: 20 }]);
});

test("what code puts off to the commit fails before it is recorded", async () => {
  const database = await create();
  const deferred = code("1_x", async ({ context }) => {
    await context.query("CREATE TABLE a (n int PRIMARY KEY)");
    await context.query("CREATE TABLE b (n int REFERENCES a DEFERRABLE INITIALLY DEFERRED)");
    await context.query("INSERT INTO b VALUES (1)");
  });
  const report = await run({ url: database.url, migrations: [deferred] }, "migrate");
  expect(report).toMatchObject({ outcome: "failed", failure: { code: "23503", migration: "1_x" } });
  expect(await database.query("SELECT to_regclass('a') AS t")).toEqual([{ t: null }]);
});

test("code that goes on after an error that it caught is not recorded: PostgreSQL has undone it", async () => {
  const database = await create();
  const careless = code("1_x", async ({ context }) => {
    await context.query("CREATE TABLE seen (n int)");
    await context.query("INSERT INTO nowhere VALUES (1)").catch(() => undefined);
  });
  const report = await run({ url: database.url, migrations: [careless] }, "migrate");
  expect(report).toMatchObject({ outcome: "failed", failure: { code: "25P02" } });
  expect(await database.query("SELECT count(*)::int AS n FROM migration")).toEqual([{ n: 0 }]);
});

test("code that is cut off by the time is undone, and begun again by the next call", async () => {
  const database = await create();
  let seconds = 5;
  const long = code("1_x", async ({ context }) => {
    await context.query("CREATE TABLE seen (n int)");
    await context.query("SELECT pg_sleep($1)", [seconds]);
  });
  const target = { url: database.url, migrations: [long] };
  expect(await run(target, "migrate", { call: { patienceMs: 1_500 } })).toMatchObject({
    outcome: "incomplete",
    remaining: ["1_x"],
  });
  seconds = 0;
  expect(await run(target, "migrate")).toMatchObject({ outcome: "done" });
});

test("code that ends the transaction it runs in is not taken for applied, and what it committed is not forgotten", async () => {
  const database = await create();
  const ending = code("1_x", async ({ context }) => {
    await context.query("CREATE TABLE IF NOT EXISTS seen (n int)");
    await context.query("COMMIT");
  });
  const target = { url: database.url, migrations: [ending] };
  expect(await run(target, "migrate")).toMatchObject({
    outcome: "failed",
    failure: { code: "TRANSACTION_ENDED", message: expect.stringContaining("no transaction") },
  });
  expect(await run(target, "status")).toMatchObject({ applied: [], inProgress: { name: "1_x" } });
});
