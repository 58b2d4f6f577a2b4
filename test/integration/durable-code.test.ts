import { createTestDatabase, type TestDatabase } from "../support/database";
import { cut, cutAt, durable, untilDone } from "../support/durable";
import { run } from "../support/migrator";
import { SERVERS } from "../support/servers";

const place = (dialect: string, n: number) => (dialect === "mysql" ? "?" : `$${n}`);

describe.each(SERVERS)("on $dialect", (server) => {
  const { dialect } = server;
  const create = () => createTestDatabase({ server: server.server });
  const rows = (database: TestDatabase, sql: string) => database.query(sql);

  test("what ran before a cut is not run again, wherever it is cut", async () => {
    const database = await create();
    const migration = cutAt(database, server, async (context, here) => {
      await context.query("CREATE TABLE seen (n INT)");
      await here();
      await context.query("INSERT INTO seen VALUES (1)");
      await here();
      await context.query("UPDATE seen SET n = n + 1");
      await here();
      await context.query("ALTER TABLE seen ADD COLUMN m INT");
      await here();
      await context.query("UPDATE seen SET n = n + 1, m = 7");
    });
    expect(await untilDone(database, [migration])).toMatchObject({ outcome: "done", calls: 5 });
    expect(await rows(database, "SELECT n, m FROM seen")).toEqual([{ n: 3, m: 7 }]);
    expect(await rows(database, "SELECT id FROM migration_step WHERE id > 0")).toEqual([{ id: 1 }]);
  });

  test("what ends a statement may stand behind it, and nothing or blanks after that", async () => {
    const database = await create();
    const migration = durable(async ({ context }) => {
      await context.query("CREATE TABLE seen (n INT);");
      await context.query("INSERT INTO seen VALUES (1) ;\n ; \n");
      await context.query("UPDATE seen SET n = 2;;");
    });
    expect(await untilDone(database, [migration])).toMatchObject({ outcome: "done", calls: 1 });
    expect(await rows(database, "SELECT n FROM seen")).toEqual([{ n: 2 }]);
  });

  test("a statement that is cut off while it runs leaves nothing, and is run again", async () => {
    const database = await create();
    let calls = 0;
    const migration = durable(async ({ context }) => {
      calls += 1;
      await context.query("CREATE TABLE seen (n INT)");
      await context.query("INSERT INTO seen VALUES (1), (2)");
      const slow = dialect === "mysql" ? "SLEEP(1) + 1" : "CASE WHEN pg_sleep(1)::text = '' THEN 1 ELSE 0 END";
      const done = context.query(`UPDATE seen SET n = n + ${calls === 1 ? slow : slow}`);
      if (calls === 1) setTimeout(() => cut(database, server), 1_200);
      await done;
    });
    expect(await untilDone(database, [migration])).toMatchObject({ outcome: "done", calls: 2 });
    expect(await rows(database, "SELECT n FROM seen ORDER BY n")).toEqual([{ n: 2 }, { n: 3 }]);
  });

  test("a replay gives what was given, in the same types, although the data has changed", async () => {
    const database = await create();
    const seen: unknown[] = [];
    const migration = cutAt(database, server, async (context, here) => {
      await context.query(
        dialect === "mysql"
          ? "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, d DATETIME, b BLOB, j JSON, big BIGINT, x INT)"
          : "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, d timestamptz, b bytea, j json, big bigint, x int)",
      );
      const values = [new Date("2026-01-02T03:04:05Z"), Buffer.from([0, 255]), '{"a":[1]}', "9007199254740993"];
      const places = values.map((_, index) => place(dialect, index + 1)).join(", ");
      const made = await context.execute(`INSERT INTO t (d, b, j, big) VALUES (${places})`, values);
      const read = await context.execute("SELECT * FROM t ORDER BY id");
      seen.push([made, read]);
      await context.query("INSERT INTO t (x) VALUES (5)");
      await here();
      seen.push("end");
    });
    expect(await untilDone(database, [migration])).toMatchObject({ outcome: "done", calls: 2 });
    const [first, second] = seen as [unknown[], unknown[]];
    expect(second).toStrictEqual(first);
    expect(first[1]).toMatchObject({ rows: [{ d: expect.any(Date), b: Buffer.from([0, 255]), x: null }] });
    expect(await rows(database, "SELECT COUNT(*) AS n FROM t")).toMatchObject([{ n: expect.anything() }]);
  });

  test("an error that the migration has caught is thrown again", async () => {
    const database = await create();
    const codes: unknown[] = [];
    const migration = cutAt(database, server, async (context, here) => {
      await context.query("CREATE TABLE seen (n INT)");
      await context.query("INSERT INTO nowhere VALUES (1)").catch((error) => codes.push(error.code));
      await database.query("CREATE TABLE IF NOT EXISTS nowhere (n INT)");
      await context.query("INSERT INTO seen VALUES (1)");
      await here();
    });
    expect(await untilDone(database, [migration])).toMatchObject({ outcome: "done", calls: 2 });
    expect(codes[0]).toEqual(codes[1]);
    expect(await rows(database, "SELECT n FROM nowhere")).toEqual([]);
  });

  test("a migration that failed goes on with the statement that failed, once it is corrected", async () => {
    const database = await create();
    const migration = (third: string) =>
      durable(async ({ context }) => {
        await context.query("CREATE TABLE seen (n INT)");
        await context.query("INSERT INTO seen VALUES (1)");
        await context.query(third);
      }, third);
    const broken = await run(
      { url: database.url, migrations: [migration("INSERT INTO nowhere VALUES (3)")] },
      "migrate",
    );
    expect(broken).toMatchObject({ outcome: "failed", failure: { migration: "1_x" } });
    const corrected = { url: database.url, migrations: [migration("INSERT INTO seen VALUES (3)")] };
    expect(await run(corrected, "migrate")).toMatchObject({ outcome: "done" });
    expect(await rows(database, "SELECT n FROM seen ORDER BY n")).toEqual([{ n: 1 }, { n: 3 }]);
  });

  test("the same file goes on when the data is repaired", async () => {
    const database = await create();
    const migration = durable(async ({ context }) => {
      await context.query("CREATE TABLE seen (n INT)");
      await context.query("INSERT INTO nowhere VALUES (3)");
    });
    const target = { url: database.url, migrations: [migration] };
    expect(await run(target, "migrate")).toMatchObject({ outcome: "failed" });
    await database.query("CREATE TABLE nowhere (n INT)");
    await database.query(server.share("nowhere"));
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done" });
    expect(await rows(database, "SELECT n FROM nowhere")).toEqual([{ n: 3 }]);
  });

  test("times and ids that differ with every run are no divergence", async () => {
    const database = await create();
    const migration = cutAt(database, server, async (context, here) => {
      await context.query("CREATE TABLE seen (t VARCHAR(100))");
      await context.query(`INSERT INTO seen VALUES ('${new Date().toISOString()} ${crypto.randomUUID()}')`);
      await context.query(`INSERT INTO seen VALUES (${place(dialect, 1)})`, [String(Date.now())]);
      await here();
    });
    expect(await untilDone(database, [migration])).toMatchObject({ outcome: "done", calls: 2 });
    expect(await rows(database, "SELECT t FROM seen")).toHaveLength(2);
  });

  test("the transaction of a migration that is cut off is begun again as a whole", async () => {
    const database = await create();
    const migration = cutAt(database, server, async (context, here) => {
      await context.query("CREATE TABLE seen (n INT)");
      await context.query("START TRANSACTION");
      await context.query("INSERT INTO seen VALUES (1)");
      await context.query("UPDATE seen SET n = n + 1");
      await here();
      await context.query("COMMIT");
      await here();
      await context.query("START TRANSACTION");
      await context.query("DELETE FROM seen");
      await context.query("ROLLBACK");
      await here();
      await context.query("UPDATE seen SET n = n + 1");
    });
    expect(await untilDone(database, [migration])).toMatchObject({ outcome: "done", calls: 4 });
    expect(await rows(database, "SELECT n FROM seen")).toEqual([{ n: 3 }]);
  });

  test("a result that is too large is told of at once, and the migration cannot go on after it", async () => {
    const database = await create();
    const warnings: string[] = [];
    const log = { debug: () => {}, info: () => {}, warn: (text: string) => warnings.push(text), error: () => {} };
    const migration = cutAt(database, server, async (context, here) => {
      const [row] = await context.query<{ text: string }>(
        dialect === "mysql" ? "SELECT REPEAT('x', 70000) AS text" : "SELECT repeat('x', 70000) AS text",
      );
      await context.query(`CREATE TABLE seen_${row?.text.length} (n INT)`);
      await here();
    });
    const target = { url: database.url, migrations: [migration], log };
    expect(await run(target, "migrate")).toMatchObject({ outcome: "incomplete" });
    expect(warnings).toEqual([expect.stringContaining("statement 1 is too large")]);
    expect(await run(target, "migrate")).toMatchObject({ outcome: "failed", failure: { code: "NOT_REPLAYABLE" } });
  });

  test("statements that are begun at once are run one after the other, and replayed as such", async () => {
    const database = await create();
    const migration = cutAt(database, server, async (context, here) => {
      await context.query("CREATE TABLE seen (n INT)");
      await Promise.all(Array.from({ length: 20 }, (_, n) => context.query(`INSERT INTO seen VALUES (${n})`)));
      await here();
    });
    expect(await untilDone(database, [migration])).toMatchObject({ outcome: "done", calls: 2 });
    expect(await rows(database, "SELECT n FROM seen")).toHaveLength(20);
  });

  test("what is set in the session is set again", async () => {
    const database = await create();
    const set = dialect === "mysql" ? "SET SESSION sql_mode = 'ANSI_QUOTES'" : "SET search_path = other, public";
    const migration = cutAt(database, server, async (context, here) => {
      if (dialect === "postgres") await context.query("CREATE SCHEMA other");
      await context.query("CREATE TABLE seen (n INT)");
      await context.query(set);
      await here();
      await context.query(dialect === "mysql" ? 'ALTER TABLE "seen" ADD m INT' : "CREATE TABLE there (n int)");
    });
    expect(await untilDone(database, [migration])).toMatchObject({ outcome: "done", calls: 2 });
    const there = dialect === "mysql" ? "SELECT m FROM seen" : "SELECT n FROM other.there";
    expect(await rows(database, there)).toEqual([]);
  });

  test("a temporary table that went with its session is missed by name", async () => {
    const database = await create();
    const migration = cutAt(database, server, async (context, here) => {
      await context.query("CREATE TEMPORARY TABLE draft (n INT)");
      await context.query("CREATE TABLE seen (n INT)");
      await here();
      await context.query("INSERT INTO seen SELECT n FROM draft");
    });
    expect(await untilDone(database, [migration])).toMatchObject({
      outcome: "failed",
      failure: { code: "NOT_REPLAYABLE", message: expect.stringContaining("draft") },
    });
  });
});
