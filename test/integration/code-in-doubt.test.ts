import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase } from "../support/database";
import { cut, cutAt, durable, untilDone } from "../support/durable";
import { run } from "../support/migrator";
import { SERVERS } from "../support/servers";
import { openSession } from "../support/session";

describe.each(SERVERS)("on $dialect", (server) => {
  const { dialect } = server;
  const build = dialect === "mysql" ? "ALTER TABLE seen ADD COLUMN m INT" : "CREATE INDEX CONCURRENTLY i ON seen (n)";

  /** A migration that is cut off in the middle of a statement that commits by itself. */
  async function inDoubt(statement: string) {
    const database = await createTestDatabase({ server: server.server });
    const reader = await openSession(database.url);
    let calls = 0;
    const migration = durable(async ({ context }) => {
      calls += 1;
      await context.query("CREATE TABLE seen (n INT)");
      await context.query("INSERT INTO seen VALUES (1)");
      if (calls === 1) {
        // Makes the statement wait.
        await reader.query("BEGIN");
        await reader.query("INSERT INTO seen VALUES (2)");
        sleep(400).then(() => cut(database, server));
      }
      await context.query(statement);
      await context.query("UPDATE seen SET n = n + 1");
    });
    const target = { url: database.url, migrations: [migration] };
    expect(await run(target, "migrate")).toMatchObject({ outcome: "incomplete" });
    await reader.query("ROLLBACK");
    return { database, target, calls: () => calls };
  }

  test("a statement that commits by itself, and was cut off, is asked about before the code begins again", async () => {
    const { target, calls } = await inDoubt(build);
    expect(await run(target, "migrate")).toMatchObject({
      outcome: "refused",
      problems: [{ code: "CUT_OFF", migration: "1_x", message: expect.stringContaining(`statement 3, and`) }],
    });
    expect(calls()).toBe(1);
  });

  const question = { migration: "1_x", statement: 3, reason: "Looked at the table" };

  test("status and a dry run show the question, and how it is answered", async () => {
    const { target } = await inDoubt(build);
    for (const report of [await run(target, "status"), await run(target, "migrate", { dryRun: true })])
      expect(report.problems).toMatchObject([
        {
          code: "CUT_OFF",
          statement: 3,
          advice: expect.stringContaining('{"action":"settle","migration":"1_x","statement":3,"as":"applied" or'),
        },
      ]);
  });

  test("it goes on when it is settled that the statement did not take effect", async () => {
    const { database, target } = await inDoubt(build);
    if (dialect === "postgres") await database.query("DROP INDEX IF EXISTS i");
    expect(await run(target, "settle", { ...question, as: "not applied" })).toMatchObject({ outcome: "done" });
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done", done: [{ name: "1_x", recovered: true }] });
    expect(await database.query("SELECT n FROM seen")).toEqual([{ n: 2 }]);
  });

  test("it goes on after the statement when it is settled that it did take effect", async () => {
    const { database, target } = await inDoubt(build);
    if (dialect === "postgres") await database.query("DROP INDEX IF EXISTS i");
    await database.query(build);
    expect(await run(target, "settle", { ...question, as: "applied" })).toMatchObject({ outcome: "done" });
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done", done: [{ name: "1_x", recovered: true }] });
    expect(await database.query("SELECT n FROM seen")).toEqual([{ n: 2 }]);
  });

  test("an answer about another statement is refused, and so is a second answer", async () => {
    const { target } = await inDoubt(build);
    const refused = { outcome: "refused", problems: [{ code: "NOT_IN_DOUBT" }] };
    expect(await run(target, "settle", { ...question, statement: 2, as: "applied" })).toMatchObject(refused);
    await run(target, "settle", { ...question, as: "not applied" });
    expect(await run(target, "settle", { ...question, as: "applied" })).toMatchObject(refused);
    expect((await run(target, "status")).problems).toEqual([]);
  });

  test("one that does no harm the second time is run again", async () => {
    const harmless = dialect === "mysql" ? "ALTER TABLE seen ADD COLUMN IF NOT EXISTS m INT" : "VACUUM FULL seen";
    const { target, database } = await inDoubt(harmless);
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done" });
    expect(await database.query("SELECT n FROM seen")).toEqual([{ n: 2 }]);
  });
});

describe("on MySQL", () => {
  const server = SERVERS[0] as (typeof SERVERS)[number];

  test("a statement that commits by itself is finished by the server when the time is up", async () => {
    const database = await createTestDatabase();
    const migration = durable(async ({ context }) => {
      await context.query("CREATE TABLE seen AS SELECT SLEEP(0.5) AS n FROM seq_1_to_4");
      await context.query("UPDATE seen SET n = n + 1");
    });
    const target = { url: database.url, migrations: [migration] };
    expect(await run(target, "migrate", { call: { patienceMs: 2_000 } })).toMatchObject({ outcome: "incomplete" });
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done" });
    expect(await database.query("SELECT n FROM seen")).toEqual([{ n: 1 }, { n: 1 }, { n: 1 }, { n: 1 }]);
  });

  test("what a procedure does is undone with it, unless it commits", async () => {
    const database = await createTestDatabase();
    const procedure = (name: string, commit: string) =>
      `CREATE PROCEDURE ${name}() BEGIN INSERT INTO seen VALUES (1); ${commit} DO SLEEP(1); END`;
    let calls = 0;
    const migration = durable(async ({ context }) => {
      calls += 1;
      await context.query("CREATE TABLE seen (n INT)");
      await context.query(procedure("mild", ""));
      await context.query(procedure("wild", "COMMIT;"));
      if (calls === 1) sleep(500).then(() => cut(database, server));
      await context.query("CALL mild()");
      if (calls === 2) sleep(500).then(() => cut(database, server));
      await context.query("CALL wild()");
    });
    const target = { url: database.url, migrations: [migration] };
    expect(await run(target, "migrate")).toMatchObject({ outcome: "incomplete" });
    expect(await run(target, "migrate")).toMatchObject({ outcome: "incomplete" });
    expect(await database.query("SELECT n FROM seen")).toHaveLength(2);
    expect(await run(target, "migrate")).toMatchObject({ outcome: "refused", problems: [{ code: "CUT_OFF" }] });
  });

  test("locked tables are one block: it is replayed as a whole, and asked about when it was cut off", async () => {
    const database = await createTestDatabase();
    const migration = cutAt(database, server, async (context, here) => {
      await context.query("CREATE TABLE seen (n INT)");
      await context.query("LOCK TABLES seen WRITE");
      await context.query("INSERT INTO seen VALUES (1)");
      await context.query("UNLOCK TABLES");
      await here();
      await context.query("LOCK TABLES seen WRITE");
      await context.query("UPDATE seen SET n = n + 1");
      await here();
      await context.query("UNLOCK TABLES");
    });
    expect(await untilDone(database, [migration])).toMatchObject({
      outcome: "refused",
      problems: [{ code: "CUT_OFF", message: expect.stringContaining("statement 5, and") }],
      calls: 3,
    });
    expect(await database.query("SELECT n FROM seen")).toEqual([{ n: 2 }]);
    const target = { url: database.url, migrations: [migration] };
    const question = { migration: "1_x", statement: 5, reason: "Looked" };
    expect(await run(target, "settle", { ...question, as: "applied" })).toMatchObject({
      outcome: "refused",
      problems: [{ code: "CUT_OFF", advice: expect.stringContaining('"as":"not applied"') }],
    });
    await database.query("UPDATE seen SET n = n - 1");
    await run(target, "settle", { ...question, as: "not applied" });
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done" });
    expect(await database.query("SELECT n FROM seen")).toEqual([{ n: 2 }]);
  });

  test("the last AUTO_INCREMENT value is known again after a cut", async () => {
    const database = await createTestDatabase();
    const migration = cutAt(database, server, async (context, here) => {
      await context.query("CREATE TABLE parent (id INT AUTO_INCREMENT PRIMARY KEY, n INT) AUTO_INCREMENT = 41");
      await context.query("INSERT INTO parent (n) VALUES (1)");
      await context.query("CREATE TABLE child (parent INT)");
      await here();
      await context.query("INSERT INTO child VALUES (LAST_INSERT_ID())");
    });
    expect(await untilDone(database, [migration])).toMatchObject({ outcome: "done", calls: 2 });
    expect(await database.query("SELECT parent FROM child")).toEqual([{ parent: 41 }]);
  });

  test("a deadlock that the migration has caught is replayed with the transaction that it undid", async () => {
    const database = await createTestDatabase();
    const other = await openSession(database.url);
    let calls = 0;
    const migration = durable(async ({ context }) => {
      calls += 1;
      await context.query("CREATE TABLE seen (id INT PRIMARY KEY, n INT)");
      await context.query("INSERT INTO seen VALUES (1, 0), (2, 0)");
      await context.query("START TRANSACTION");
      await context.query("UPDATE seen SET n = 5 WHERE id = 1");
      if (calls === 1) {
        // The one that has changed less is undone.
        await other.query("BEGIN");
        await other.query("INSERT INTO seen VALUES (3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0), (9, 0)");
        await other.query("UPDATE seen SET n = 7 WHERE id = 2");
      }
      const blocked = calls === 1 ? other.query("UPDATE seen SET n = 7 WHERE id = 1") : undefined;
      if (blocked) await sleep(200);
      const failed = await context.query("UPDATE seen SET n = 6 WHERE id = 2").then(
        () => undefined,
        (error) => error.code,
      );
      await blocked;
      if (calls === 1) await other.query("COMMIT");
      await context.query(`INSERT INTO seen VALUES (10, ${failed === "ER_LOCK_DEADLOCK" ? 1 : 0})`);
      if (calls === 1) {
        await cut(database, server);
        await context.query("DO 0");
      }
    });
    expect(await untilDone(database, [migration])).toMatchObject({ outcome: "done", calls: 2 });
    expect(await database.query("SELECT id, n FROM seen WHERE id IN (1, 2, 10)")).toEqual([
      { id: 1, n: 7 },
      { id: 2, n: 7 },
      { id: 10, n: 1 },
    ]);
  });

  test("what would make everything one transaction is refused", async () => {
    const { url } = await createTestDatabase();
    const migration = durable(({ context }) => context.query("SET autocommit = 0"));
    expect(await run({ url, migrations: [migration] }, "migrate")).toMatchObject({
      outcome: "failed",
      failure: { code: "STATEMENT_FAILED", advice: expect.stringContaining("START TRANSACTION") },
    });
  });
});
