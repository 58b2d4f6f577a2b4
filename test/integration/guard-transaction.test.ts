import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { startContainer } from "../support/guarded";
import { code, run, sql } from "../support/migrator";
import { SERVERS } from "../support/servers";

const refused = (error: string) => expect.objectContaining({ code: error });

/** Something to wait for. */
function signal() {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}

describe.each(SERVERS)("$server", ({ server, dialect, sleep: sleeping, nothing }) => {
  const parse = (name: string, text: string) => sql(name, text, dialect);
  const first = parse("1_first", "CREATE TABLE item (id INT PRIMARY KEY);");
  const contract = parse("2_contract", "-- migration: post\nCREATE TABLE gone (id INT);");
  const insert = "INSERT INTO item VALUES (1)";
  const items = (database: TestDatabase) => database.query("SELECT id FROM item");
  const intents = (database: TestDatabase) =>
    database.query("SELECT name, direction FROM migration_step WHERE id = 1 AND name IS NOT NULL");

  async function migrated(migrations = [first]): Promise<TestDatabase> {
    const database = await createTestDatabase({ server });
    await run({ url: database.url, migrations }, "migrate");
    return database;
  }

  /** A guarded transaction that is under way until it is told to end. */
  async function underWay(url: string) {
    const [begun, end] = [signal(), signal()];
    const done = startContainer(url, [first]).guard.transaction(async (query) => {
      begun.give();
      await end.given;
      await query(insert);
    });
    await begun.given;
    return { done, end: end.give };
  }

  test("what is done is committed, and what fails is not", async () => {
    const database = await migrated();
    const { guard } = startContainer(database.url, [first]);
    const failing = guard.transaction(async (query) => {
      await query(insert);
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await items(database)).toEqual([]);
    const work = guard.transaction(async (query) => {
      await query(insert);
      return "yes";
    });
    expect(await work).toBe("yes");
    expect(await items(database)).toEqual([{ id: 1 }]);
  });

  test.each([
    ["SQL", contract],
    ["code", { ...code("2_contract", async ({ context }) => context.query(nothing)), phase: "post" as const }],
  ])(
    "a migration in %s begins after the transactions that are under way, and none begins before it",
    async (_, next) => {
      const database = await migrated();
      const { url } = database;
      const earlier = await underWay(url);
      const migrating = run({ url, migrations: [first, next] }, "migrate");
      const { guard } = startContainer(url, [first], { waitMs: 0 });
      const attempt = () => guard.transaction(async () => "served").catch((error) => error.code);
      while ((await attempt()) === "served") await sleep(10);
      expect([await attempt(), await intents(database)]).toEqual(["MIGRATING", []]);
      earlier.end();
      await earlier.done;
      expect(await migrating).toMatchObject({ outcome: "done", done: [{ name: "2_contract" }] });
      expect([await attempt(), await items(database)]).toEqual(["OUT_OF_DATE", [{ id: 1 }]]);
    },
  );

  test("an additive migration does not stop the application", async () => {
    const database = await migrated();
    const { url } = database;
    const added = parse("2_added", `${sleeping(0.5)};\nCREATE TABLE added (id INT);\n${sleeping(0.5)};`);
    const migrating = run({ url, migrations: [first, added] }, "migrate");
    const { guard } = startContainer(url, [first], { waitMs: 0 });
    while ((await intents(database)).length === 0) await sleep(10);
    let served = 0;
    while ((await intents(database)).length > 0) {
      await guard.transaction(async (query) => query(insert.replace("1", String(served))));
      served += 1;
    }
    expect(served).toBeGreaterThan(0);
    expect(await migrating).toMatchObject({ outcome: "done" });
  });

  test("undoing what was added stops the code that knows it, and no other", async () => {
    const database = await migrated();
    const { url } = database;
    const added = parse("2_added", `-- migrate:up\n${nothing};\n-- migrate:down\n${sleeping(0.7)};`);
    await run({ url, migrations: [first, added] }, "migrate");
    const [older, newer] = [[first], [first, added]].map((set) => startContainer(url, set, { waitMs: 0 }).guard);
    const undoing = run({ url, migrations: [first, added] }, "rollback");
    while ((await intents(database)).length === 0) await sleep(10);
    await expect(newer?.transaction(async () => "served")).rejects.toEqual(refused("MIGRATING"));
    expect(await older?.transaction(async () => "served")).toBe("served");
    expect(await undoing).toMatchObject({ outcome: "done" });
    await expect(newer?.transaction(async () => "served")).rejects.toEqual(refused("OUT_OF_DATE"));
  });

  test("work waits for a migration that ends in time", async () => {
    const database = await migrated();
    const { url } = database;
    const slow = parse("2_slow", `-- migration: post\n${sleeping(0.5)};`);
    const migrating = run({ url, migrations: [first, slow] }, "migrate");
    while ((await intents(database)).length === 0) await sleep(10);
    const { guard } = startContainer(url, [first, slow], { waitMs: 20_000 });
    await guard.transaction(async (query) => query(insert));
    expect(await items(database)).toEqual([{ id: 1 }]);
    expect(await migrating).toMatchObject({ outcome: "done" });
  });

  test("a destructive migration that has stopped half way is not waited for", async () => {
    const database = await migrated();
    const { url } = database;
    const halves = "CREATE TABLE half (id INT);\nINSERT INTO missing VALUES (1);";
    const text = `-- migration: post\n-- migration: no transaction\n${halves}`;
    const failed = await run({ url, migrations: [first, parse("2_half", text)] }, "migrate");
    expect(failed).toMatchObject({ outcome: "failed" });
    const { guard } = startContainer(url, [first], { waitMs: 60_000 });
    await expect(guard.transaction(async () => "served")).rejects.toEqual(refused("OUT_OF_DATE"));
  });
});

test("a migration that the application leaves no room for says so, and has done nothing", async () => {
  const results = await Promise.all(
    SERVERS.flatMap(({ server, dialect, nothing }) => {
      const first = sql("1_first", "CREATE TABLE item (id INT);", dialect);
      const block = { mysql: "LOCK TABLES item WRITE;\nUNLOCK TABLES;", postgres: `${nothing};` }[dialect];
      const next = [sql("2_next", block, dialect), code("2_next", async () => undefined)];
      return next.map(async (migration) => {
        const database = await createTestDatabase({ server });
        const { url } = database;
        await run({ url, migrations: [first] }, "migrate");
        const [begun, end] = [signal(), signal()];
        const done = startContainer(url, [first]).guard.transaction(() => {
          begun.give();
          return end.given;
        });
        await begun.given;
        const report = await run({ url, migrations: [first, migration] }, "migrate");
        end.give();
        await done;
        const names = await database.query("SELECT name FROM migration_step WHERE id = 1");
        const again = await run({ url, migrations: [first, migration] }, "migrate");
        return { outcome: report.outcome, code: report.failure?.code, names, again: again.outcome };
      });
    }),
  );
  expect(results).toEqual(
    results.map(() => ({ outcome: "failed", code: "IN_USE", names: [{ name: null }], again: "done" })),
  );
});
