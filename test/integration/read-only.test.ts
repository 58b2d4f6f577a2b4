import { setTimeout as sleep } from "node:timers/promises";
import { ask } from "../support/ask";
import { createTestDatabase } from "../support/database";
import { durable } from "../support/durable";
import { code, sql as parse, run } from "../support/migrator";
import { privateServer } from "../support/private-server";

const refused = { code: "READ_ONLY", message: "This endpoint takes no writes: it is a reader, or fails over." };
const brief = { call: { patienceMs: 3_000 } };

describe("a MySQL-family server whose read_only is on", () => {
  const server = privateServer();
  const set = (value: 0 | 1) => ask(server().adminUrl, `SET GLOBAL read_only = ${value}`);
  const query = (sql: string) => ask(server().url, sql);
  const target = (...migrations: readonly ReturnType<typeof code>[]) => ({ url: server().url, migrations });

  afterEach(async () => {
    await set(0);
    for (const table of ["migration", "migration_step", "migration_run", "seen"])
      await query(`DROP TABLE IF EXISTS ${table}`);
  });

  test("is told of by name when it stays so, nothing is run, and status works", async () => {
    await set(1);
    const migrations = [parse("1_a", "CREATE TABLE seen (n INT);")];
    await expect(run({ ...target(), migrations }, "migrate", brief)).rejects.toMatchObject(refused);
    expect(await run({ ...target(), migrations }, "status")).toMatchObject({ outcome: "done", remaining: ["1_a"] });
    expect(await query("SHOW TABLES")).toEqual([]);
  });

  test("is waited for while it fails over", async () => {
    await set(1);
    sleep(1_200).then(() => set(0));
    const migrations = [parse("1_a", "CREATE TABLE seen (n INT);")];
    expect(await run({ ...target(), migrations }, "migrate")).toMatchObject({ outcome: "done" });
  });

  test("in the middle of a run ends that, and what took effect before it is not run again", async () => {
    const text =
      "CREATE TABLE seen (n INT);\nINSERT INTO seen VALUES (1);\nALTER TABLE seen ADD COLUMN m INT;\nDO SLEEP(1);\nUPDATE seen SET n = n + 1;";
    const migrations = [parse("1_a", text)];
    const first = run({ ...target(), migrations }, "migrate", { runId: "first" });
    await sleep(700);
    await set(1);
    expect(await first).toMatchObject({ outcome: "incomplete", message: expect.stringContaining("takes no writes") });
    await set(0);
    expect(await run({ ...target(), migrations }, "migrate")).toMatchObject({ outcome: "done" });
    expect(await query("SELECT n FROM seen")).toEqual([{ n: 2 }]);
  });

  test("in the middle of code ends its run, and the next call goes on", async () => {
    let calls = 0;
    const migration = durable(async ({ context }) => {
      calls += 1;
      await context.query("CREATE TABLE seen (n INT)");
      await context.query("INSERT INTO seen VALUES (1)");
      if (calls === 1) await set(1);
      await context.query("UPDATE seen SET n = n + 1");
    });
    expect(await run(target(migration), "migrate")).toMatchObject({ outcome: "incomplete" });
    await set(0);
    expect(await run(target(migration), "migrate")).toMatchObject({ outcome: "done", done: [{ recovered: true }] });
    expect(await query("SELECT n FROM seen")).toEqual([{ n: 2 }]);
  });

  test("a session that a migration made read-only does not keep it from being recorded", async () => {
    const text = "SET SESSION TRANSACTION READ ONLY;\nDO 0;\nSET TRANSACTION READ ONLY;";
    expect(await run({ ...target(), migrations: [parse("1_a", text)] }, "migrate")).toMatchObject({ outcome: "done" });
  });
});

describe("on PostgreSQL", () => {
  const prepared = async () => {
    const database = await createTestDatabase({ server: "postgres18" });
    const set = (value: "on" | "off") =>
      database.query(`ALTER ROLE ${new URL(database.url).username} SET default_transaction_read_only = ${value}`);
    return { ...database, set };
  };
  const migrations = [parse("1_a", "CREATE TABLE seen (n INT);", "postgres")];

  test("a login whose transactions are read-only is refused by name when it stays so", async () => {
    const { url, query, set } = await prepared();
    await set("on");
    await expect(run({ url, migrations }, "migrate", brief)).rejects.toMatchObject(refused);
    expect(await run({ url, migrations }, "status")).toMatchObject({ outcome: "done", remaining: ["1_a"] });
    expect(await query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).toEqual([]);
  });

  test("it is waited for while that may pass", async () => {
    const { url, set } = await prepared();
    await set("on");
    sleep(1_200).then(() => set("off"));
    expect(await run({ url, migrations }, "migrate")).toMatchObject({ outcome: "done" });
  });

  const READ_ONLY = "SET TRANSACTION READ ONLY";
  test.each([
    ["code", code("1_a", ({ context }) => context.query(READ_ONLY))],
    ["a file", parse("1_a", `${READ_ONLY};`, "postgres")],
  ])("%s that makes its own transaction read-only fails, and is told why", async (_what, migration) => {
    const { url } = await prepared();
    expect(await run({ url, migrations: [migration] }, "migrate")).toMatchObject({
      outcome: "failed",
      failure: {
        message: expect.stringContaining("cannot be recorded in its own transaction"),
        advice: expect.stringContaining("SET TRANSACTION READ ONLY"),
      },
    });
    expect(await run({ url, migrations }, "migrate")).toMatchObject({ outcome: "done" });
  });
});
