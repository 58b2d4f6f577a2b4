import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Context } from "../../lib/migration";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { cut, cutAt, durable, untilDone } from "../support/durable";
import { code, run, sql } from "../support/migrator";
import { SERVERS } from "../support/servers";

const ROWS = 10_000;

describe.each(SERVERS)("on $dialect", (server) => {
  const { dialect } = server;
  const create = () => createTestDatabase({ server: server.server });
  const at = (n: number) => (dialect === "mysql" ? "?" : `$${n}`);

  /** A table of so many rows, each of which counts how often it was worked on. */
  async function filled(database: TestDatabase): Promise<void> {
    await database.query("CREATE TABLE thing (id INT PRIMARY KEY, hits INT NOT NULL)");
    const numbers =
      dialect === "mysql" ? `SELECT seq, 0 FROM seq_1_to_${ROWS}` : `SELECT n, 0 FROM generate_series(1, ${ROWS}) AS n`;
    await database.query(`INSERT INTO thing ${numbers}`);
    await database.query(server.share("thing"));
  }

  const hit = (context: Context) => (range: { readonly from: unknown; readonly to: unknown }) =>
    context.query(`UPDATE thing SET hits = hits + 1 WHERE id BETWEEN ${at(1)} AND ${at(2)}`, [range.from, range.to]);

  const hits = (database: TestDatabase) =>
    database.query<{ hits: number; n: unknown }>("SELECT hits, COUNT(*) AS n FROM thing GROUP BY hits ORDER BY hits");

  test.each([
    ["one that is one transaction where that is possible", code],
    ["one without a transaction", (_: string, up: Parameters<typeof durable>[0]) => durable(up)],
  ])("a migration goes on from its checkpoint, over as many calls as it takes: %s", async (_, migration) => {
    const database = await create();
    let begun = 0;
    const counting = migration("1_x", async ({ context }) => {
      begun += 1;
      const { next = 0 } = (context.state ?? {}) as { readonly next?: number };
      if (next === 0) await context.query("CREATE TABLE seen (n INT)");
      for (let n = next; n < 6; n += 1) {
        await context.query(`INSERT INTO seen VALUES (${n})`);
        await context.query(dialect === "mysql" ? "DO SLEEP(0.2)" : "SELECT pg_sleep(0.2)");
        await context.checkpoint({ next: n + 1 });
      }
    });
    expect(await untilDone(database, [counting], 1_200)).toMatchObject({ outcome: "done" });
    expect(begun).toBeGreaterThan(2);
    expect(await database.query("SELECT n FROM seen ORDER BY n")).toEqual([0, 1, 2, 3, 4, 5].map((n) => ({ n })));
    expect(await database.query("SELECT state FROM migration_step WHERE id = 1")).toEqual([{ state: null }]);
  });

  test("what came after the last checkpoint is gone, or replayed, when it is cut off", async () => {
    const database = await create();
    const states: unknown[] = [];
    const migration = cutAt(database, server, async (context, here) => {
      states.push(context.state);
      if (context.state === undefined) {
        await context.query("CREATE TABLE seen (n INT)");
        await context.checkpoint({ at: new Date(0), big: 1n });
      }
      await context.query("INSERT INTO seen VALUES (1)");
      await here();
      await context.query("UPDATE seen SET n = n + 1");
    });
    expect(await untilDone(database, [migration])).toMatchObject({ outcome: "done", calls: 2 });
    expect(states).toEqual([undefined, { at: new Date(0), big: 1n }]);
    expect(await database.query("SELECT n FROM seen")).toEqual([{ n: 2 }]);
  });

  test("when it fails after a checkpoint, what was done until then stays, and it goes on from there", async () => {
    const database = await create();
    let fails = true;
    const migration = code("1_x", async ({ context }) => {
      if (context.state === undefined) {
        await context.query("CREATE TABLE seen (n INT)");
        await context.checkpoint("made");
      }
      await context.query("INSERT INTO seen VALUES (1)");
      if (fails) throw new Error("not yet");
    });
    const target = { url: database.url, migrations: [migration] };
    expect(await run(target, "migrate")).toMatchObject({ outcome: "failed" });
    fails = false;
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done" });
    expect(await database.query("SELECT n FROM seen")).toEqual([{ n: 1 }]);
  });

  test("a batch works on every row once, however often it is cut off", async () => {
    const database = await create();
    await filled(database);
    let ranges = 0;
    const backfill = durable(async ({ context }) => {
      await context.query("CREATE TABLE seen (n INT)");
      const done = await context.batch({ table: "thing", key: "id", size: 500 }, async (range) => {
        ranges += 1;
        await hit(context)(range);
        if (ranges % 7 === 0) {
          await cut(database, server);
          await context.query(server.nothing);
        }
      });
      await context.query(`INSERT INTO seen VALUES (${done.batches})`);
    });
    expect(await untilDone(database, [backfill])).toMatchObject({ outcome: "done", calls: 4 });
    expect(await hits(database)).toEqual([{ hits: 1, n: dialect === "mysql" ? ROWS : String(ROWS) }]);
    expect(await database.query("SELECT n FROM seen")).toEqual([{ n: 20 }]);
  });

  test("a batch ends in time and goes on with the next call", async () => {
    const database = await create();
    await filled(database);
    const backfill = durable(async ({ context }) => {
      await context.batch({ table: "thing", key: "id", size: 1_000, where: "id <> 3", from: 2 }, async (range) => {
        await hit(context)(range);
        await context.query(dialect === "mysql" ? "DO SLEEP(0.15)" : "SELECT pg_sleep(0.15)");
      });
    });
    const end = await untilDone(database, [backfill], 1_000);
    expect(end).toMatchObject({ outcome: "done" });
    expect(end.calls).toBeGreaterThan(2);
    const [none, ...rest] = await hits(database);
    expect([none?.hits, Number(none?.n), rest.length]).toEqual([0, 1, 1]);
  });

  test("a batch whose work fails undoes that range only", async () => {
    const database = await create();
    await filled(database);
    let fails = true;
    const backfill = durable(async ({ context }) => {
      await context.batch({ table: "thing", key: "id", size: 4_000 }, async (range) => {
        await hit(context)(range);
        if (fails && range.from === 4_001) throw new Error("not yet");
      });
    });
    const target = { url: database.url, migrations: [backfill] };
    expect(await run(target, "migrate")).toMatchObject({ outcome: "failed", failure: { message: "not yet" } });
    expect((await hits(database)).map(({ n }) => Number(n))).toEqual([6_000, 4_000]);
    fails = false;
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done" });
    expect((await hits(database)).map(({ hits: n }) => n)).toEqual([1]);
  });
});

test("on PostgreSQL a batch asks for a migration without a transaction", async () => {
  const database = await createTestDatabase({ server: "postgres18" });
  const migration = code("1_x", ({ context }) => context.batch({ table: "t", key: "id" }, async () => undefined));
  expect(await run({ url: database.url, migrations: [migration] }, "migrate")).toMatchObject({
    outcome: "failed",
    failure: { advice: expect.stringContaining("no transaction") },
  });
});

test("the page shows a procedure that works through a table", async () => {
  const database = await createTestDatabase();
  const page = readFileSync(resolve(__dirname, "../../docs/migrations.md"), "utf8");
  const [text = ""] = /(?<=```sql\n)CREATE TABLE backfill[\s\S]*?(?=```)/.exec(page) ?? [];
  await database.query("CREATE TABLE orders (id INT PRIMARY KEY, price INT, amount INT, total INT)");
  await database.query(`INSERT INTO orders SELECT seq, 2, 3, NULL FROM seq_1_to_${ROWS}`);
  expect(await run({ url: database.url, migrations: [sql("1_totals", text)] }, "migrate")).toMatchObject({
    outcome: "done",
  });
  expect(await database.query("SELECT COUNT(*) AS n FROM orders WHERE total = 6")).toEqual([{ n: ROWS }]);
});
