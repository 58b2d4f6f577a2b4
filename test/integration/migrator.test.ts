import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { code, sql as parse, run } from "../support/migrator";
import { SERVERS } from "../support/servers";

describe.each(SERVERS)("$server", ({ server, dialect, tables: tableNames }) => {
  const sql = (name: string, text: string) => parse(name, text, dialect);
  const users = sql(
    "1_users",
    "-- migrate:up\nCREATE TABLE users (id INT PRIMARY KEY);\nINSERT INTO users VALUES (1);\n-- migrate:down\nDROP TABLE users;",
  );
  const log = code(
    "2_log",
    async ({ context }) => {
      await context.query("CREATE TABLE log (id INT)");
    },
    {
      down: async ({ context }) => {
        await context.query("DROP TABLE log");
      },
    },
  );
  const orders = sql("10_orders", "-- migrate:up\nCREATE TABLE orders (id INT);\n-- migrate:down\nDROP TABLE orders;");
  const all = [users, log, orders];

  const names = async (database: TestDatabase) =>
    (await database.query<{ name: string }>("SELECT name FROM migration ORDER BY id")).map(({ name }) => name);
  const tables = async (database: TestDatabase) =>
    (await database.query<{ name: string }>(tableNames)).map(({ name }) => name);
  const JOURNAL = ["migration", "migration_run", "migration_step"];

  test("applies what is pending, in order, and records it", async () => {
    const database = await createTestDatabase({ server });
    const report = await run({ url: database.url, migrations: all }, "migrate");
    expect(report).toMatchObject({ outcome: "done", message: "3 applied.", database: database.name, remaining: [] });
    expect(report.done.map(({ name }) => name)).toEqual(["1_users", "2_log", "10_orders"]);
    expect(await names(database)).toEqual(["1_users", "2_log", "10_orders"]);
    expect(await tables(database)).toEqual(["log", ...JOURNAL, "orders", "users"]);
  });

  test("a second call finds nothing to do and leaves no trace", async () => {
    const database = await createTestDatabase({ server });
    await run({ url: database.url, migrations: all }, "migrate");
    const runs = await database.query("SELECT * FROM migration_run");
    expect(await run({ url: database.url, migrations: all }, "migrate")).toMatchObject({
      outcome: "done",
      done: [],
      message: "Nothing to do.",
    });
    expect(await database.query("SELECT * FROM migration_run")).toEqual(runs);
  });

  test("status and dry runs create nothing", async () => {
    const database = await createTestDatabase({ server });
    const target = { url: database.url, migrations: all };
    expect(await run(target, "status")).toMatchObject({
      outcome: "done",
      remaining: ["1_users", "2_log", "10_orders"],
      applied: [],
    });
    expect(await run(target, "migrate", { dryRun: true })).toMatchObject({
      outcome: "done",
      done: [],
      remaining: ["1_users", "2_log", "10_orders"],
    });
    expect(await tables(database)).toEqual([]);
  });

  test("rolls back by order of application, not by name", async () => {
    const database = await createTestDatabase({ server });
    await run({ url: database.url, migrations: [users, orders] }, "migrate");
    await run({ url: database.url, migrations: all, late: "apply" }, "migrate");
    const report = await run({ url: database.url, migrations: all }, "rollback", { steps: 2 });
    expect(report.done.map(({ name }) => name)).toEqual(["2_log", "10_orders"]);
    expect(await names(database)).toEqual(["1_users"]);
  });

  test("stops at the migration that is asked for, and that again is nothing to do", async () => {
    const database = await createTestDatabase({ server });
    const target = { url: database.url, migrations: all };
    expect((await run(target, "migrate", { to: "2_log" })).done).toHaveLength(2);
    expect(await run(target, "migrate", { to: "2_log" })).toMatchObject({ outcome: "done", done: [] });
    expect((await run(target, "migrate", { steps: 1 })).done).toHaveLength(1);
  });

  test("refuses to roll back a migration without down, and keeps its row", async () => {
    const database = await createTestDatabase({ server });
    const target = { url: database.url, migrations: [users, sql("2_x", "CREATE TABLE x (id INT);")] };
    await run(target, "migrate");
    expect(await run(target, "rollback", { steps: 2 })).toMatchObject({
      outcome: "refused",
      problems: [{ code: "NO_DOWN", migration: "2_x" }],
    });
    expect(await names(database)).toEqual(["1_users", "2_x"]);
  });

  test("reverts an SQL migration whose file is gone, from what the journal kept", async () => {
    const database = await createTestDatabase({ server });
    await run({ url: database.url, migrations: all }, "migrate");
    const target = { url: database.url, migrations: [users, log] };
    expect(await run(target, "status")).toMatchObject({ ahead: ["10_orders"] });
    expect(await run(target, "rollback")).toMatchObject({
      outcome: "done",
      done: [{ name: "10_orders", direction: "down" }],
    });
    expect(await tables(database)).not.toContain("orders");
  });

  test("refuses to revert code whose file is gone, and names the bundle that has it", async () => {
    const database = await createTestDatabase({ server });
    await run({ url: database.url, migrations: [users, log], bundle: "42+1f0c2ab" }, "migrate");
    const report = await run({ url: database.url, migrations: [users] }, "rollback");
    expect(report).toMatchObject({
      outcome: "refused",
      problems: [{ code: "FILE_GONE", advice: expect.stringContaining("42+1f0c2ab") }],
    });
  });

  test("refuses to migrate when an applied file has changed", async () => {
    const database = await createTestDatabase({ server });
    await run({ url: database.url, migrations: [users] }, "migrate");
    const edited = sql("1_users", "CREATE TABLE users (id BIGINT PRIMARY KEY);");
    const target = { url: database.url, migrations: [edited, orders] };
    expect(await run(target, "migrate")).toMatchObject({
      outcome: "refused",
      problems: [{ code: "CHANGED", migration: "1_users", file: "1_users.sql" }],
    });
    expect(await run(target, "status")).toMatchObject({ changed: ["1_users"] });
    expect(await tables(database)).not.toContain("orders");
  });

  test("refuses a late migration unless told to apply it", async () => {
    const database = await createTestDatabase({ server });
    await run({ url: database.url, migrations: [users, orders] }, "migrate");
    const target = { url: database.url, migrations: all };
    expect(await run(target, "migrate")).toMatchObject({
      outcome: "refused",
      problems: [{ code: "LATE", migration: "2_log" }],
    });
    expect(await run({ ...target, late: "apply" }, "migrate")).toMatchObject({
      outcome: "done",
      done: [{ name: "2_log" }],
    });
  });

  test("a refusal is in the audit", async () => {
    const database = await createTestDatabase({ server });
    await run({ url: database.url, migrations: all }, "migrate");
    await run({ url: database.url, migrations: all }, "migrate", {
      to: "nope",
      call: { requestId: "asked", caller: "arn:aws:iam::1:user/anna" },
    });
    expect(await database.query("SELECT * FROM migration_run ORDER BY id")).toMatchObject([
      { outcome: "done" },
      { runId: "asked", outcome: "refused", caller: "arn:aws:iam::1:user/anna", action: "migrate" },
    ]);
  });

  test("the same run id gets the stored Report, and another command may not use it", async () => {
    const database = await createTestDatabase({ server });
    const target = { url: database.url, migrations: all };
    const first = await run(target, "rollback", { steps: 1, runId: "deploy-7" });
    expect(first).toMatchObject({ outcome: "done", done: [] });
    await run(target, "migrate", { runId: "deploy-8" });
    expect(await run(target, "migrate", { runId: "deploy-8" })).toMatchObject({
      runId: "deploy-8",
      done: [{}, {}, {}],
    });
    expect(await run(target, "rollback", { steps: 1, runId: "deploy-8" })).toMatchObject({
      outcome: "refused",
      problems: [{ code: "RUN_ID_TAKEN" }],
    });
    expect(await run(target, "status", { runId: "deploy-8" })).toMatchObject({
      runId: "deploy-8",
      action: "migrate",
      outcome: "done",
    });
    expect(await names(database)).toHaveLength(3);
  });

  test("a table of somebody else's is recognised and left alone", async () => {
    const database = await createTestDatabase({ server });
    await database.query(
      "CREATE TABLE migration (name VARCHAR(255), createdAt TIMESTAMP NULL, updatedAt TIMESTAMP NULL)",
    );
    await expect(run({ url: database.url, migrations: all }, "migrate")).rejects.toMatchObject({
      code: "FOREIGN_TABLE",
      message: expect.stringContaining("checksum"),
    });
    expect(await tables(database)).toEqual(["migration"]);
  });

  test("a journal whose making was cut off is completed", async () => {
    const database = await createTestDatabase({ server });
    const target = { url: database.url, migrations: all };
    await run(target, "migrate");
    await run(target, "rollback", { steps: 3 });
    await database.query("DROP TABLE migration");
    await database.query("DELETE FROM migration_run");
    expect(await run(target, "status")).toMatchObject({ outcome: "done", applied: [] });
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done", done: [{}, {}, {}] });
  });

  test("a journal that has lost what was applied is not begun anew", async () => {
    const database = await createTestDatabase({ server });
    const target = { url: database.url, migrations: all };
    await run(target, "migrate");
    await database.query("DROP TABLE migration");
    await expect(run(target, "migrate")).rejects.toMatchObject({
      code: "FOREIGN_TABLE",
      message: expect.stringContaining("the table migration is gone"),
    });
  });

  test("statements that code does not wait for are waited for, and what they throw fails it", async () => {
    const database = await createTestDatabase({ server });
    const careless = code("1_careless", async ({ context }) => {
      await context.query("CREATE TABLE seen (n INT)");
      void context.query("INSERT INTO seen VALUES (1)");
    });
    const wrong = code("2_wrong", async ({ context }) => {
      void context.query("INSERT INTO nowhere VALUES (1)");
    });
    const report = await run({ url: database.url, migrations: [careless, wrong] }, "migrate");
    expect(report).toMatchObject({
      outcome: "failed",
      done: [{ name: "1_careless" }],
      failure: { migration: "2_wrong" },
    });
    expect(await database.query("SELECT n FROM seen")).toEqual([{ n: 1 }]);
  });

  test("what code goes on to do after it has failed does not reach the database", async () => {
    const database = await createTestDatabase({ server });
    let later: Promise<unknown> = Promise.resolve();
    const forked = code("1_forked", async ({ context }) => {
      const branch = async () => {
        await sleep(100);
        await context.query("CREATE TABLE seen (n INT)");
      };
      later = branch().catch((error: unknown) => error);
      throw new Error("the other branch");
    });
    await run({ url: database.url, migrations: [forked, log] }, "migrate");
    expect(await later).toMatchObject({ code: "STATEMENT_FAILED", message: expect.stringContaining("has ended") });
    expect(await tables(database)).toEqual(JOURNAL);
  });
});
