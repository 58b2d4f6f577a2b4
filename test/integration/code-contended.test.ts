import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../support/blocked";
import { createTestDatabase } from "../support/database";
import { durable } from "../support/durable";
import { run } from "../support/migrator";
import { SERVERS } from "../support/servers";
import { openSession } from "../support/session";

/** Longer than one statement waits in these tests, which is a second. */
const HELD_MS = 1_300;

describe.each(SERVERS)("on $dialect", ({ server, dialect }) => {
  /** A table that somebody else has locked for a while. */
  const held = async () => {
    const database = await createTestDatabase({ server });
    const other = await openSession(database.url);
    await other.query("CREATE TABLE seen (id INT PRIMARY KEY, n INT)");
    await other.query("INSERT INTO seen VALUES (1, 0), (2, 0), (3, 0)");
    const hold = async () => {
      await other.query("START TRANSACTION");
      await other.query("UPDATE seen SET n = n WHERE id = 2");
      sleep(HELD_MS).then(() => other.query("COMMIT"));
    };
    return { ...database, hold };
  };

  test.each(["ALTER TABLE seen ADD COLUMN m INT", "UPDATE seen SET n = n + 1"])(
    "a statement that waited in vain for somebody else's lock is sent again: %s",
    async (statement) => {
      const { url, hold, query } = await held();
      const migration = durable(async ({ context }) => {
        await context.query("UPDATE seen SET n = n + 1 WHERE id = 1");
        await hold();
        await context.query(statement);
      });
      expect(await run({ url, migrations: [migration] }, "migrate")).toMatchObject({ outcome: "done" });
      const rest = statement.startsWith("UPDATE") ? 1 : 0;
      expect(await query("SELECT n FROM seen ORDER BY id")).toEqual([{ n: 1 + rest }, { n: rest }, { n: rest }]);
    },
  );

  test("a range of a batch that waited in vain is begun again as a whole", async () => {
    const { url, hold, query } = await held();
    let ranges = 0;
    const migration = durable(({ context }) =>
      context.batch({ table: "seen", key: "id", size: 2 }, async ({ from, to }) => {
        ranges += 1;
        if (ranges === 1) await hold();
        const places = dialect === "mysql" ? ["?", "?"] : ["$1", "$2"];
        await context.query(`UPDATE seen SET n = n + 1 WHERE id BETWEEN ${places.join(" AND ")}`, [from, to]);
      }),
    );
    expect(await run({ url, migrations: [migration] }, "migrate")).toMatchObject({ outcome: "done" });
    expect(await query("SELECT n FROM seen ORDER BY id")).toEqual([{ n: 1 }, { n: 1 }, { n: 1 }]);
    expect(ranges).toBeGreaterThan(2);
  });

  test("a migration's own transaction is not sent again piece by piece", async () => {
    const { url, hold, query } = await held();
    let calls = 0;
    const migration = durable(async ({ context }) => {
      calls += 1;
      await context.query("START TRANSACTION");
      await context.query("UPDATE seen SET n = n + 1 WHERE id = 1");
      if (calls === 1) await hold();
      await context.query("UPDATE seen SET n = n + 1 WHERE id = 2");
      await context.query("COMMIT");
    });
    const target = { url, migrations: [migration] };
    expect(await run(target, "migrate")).toMatchObject({ outcome: "failed" });
    await sleep(HELD_MS);
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done" });
    expect(await query("SELECT n FROM seen ORDER BY id")).toEqual([{ n: 1 }, { n: 1 }, { n: 0 }]);
  });
});

test("DDL whose record was refused counts as what it is, done", async () => {
  const { url, query } = await createTestDatabase();
  const [reader, holder] = [await openSession(url), await openSession(url)];
  await reader.query("CREATE TABLE seen (n INT)");
  const migration = durable(async ({ context }) => {
    await reader.query("START TRANSACTION");
    await reader.query("SELECT * FROM seen");
    await context.query("ALTER TABLE seen ADD COLUMN m INT");
  });
  const migrating = run({ url, migrations: [migration] }, "migrate");
  await until(async () => (await query("SELECT id FROM migration_step WHERE id = 2").catch(() => []))[0]);
  await holder.query("START TRANSACTION");
  await holder.query("SELECT * FROM migration_step WHERE id = 2 FOR UPDATE");
  await reader.query("COMMIT");
  await sleep(HELD_MS);
  await holder.query("COMMIT");
  expect(await migrating).toMatchObject({ outcome: "done" });
});
