import { setTimeout as sleep } from "node:timers/promises";
import { holdTable, patient, until } from "../support/blocked";
import { createTestDatabase } from "../support/database";
import { code, sql as parse, run } from "../support/migrator";
import { SERVERS } from "../support/servers";

describe.each(SERVERS)("$server", ({ server, dialect, tables, nothing }) => {
  const sql = (name: string, text: string) => parse(name, text, dialect);
  const blocked = (name: string) =>
    sql(
      name,
      "-- migrate:up\nCREATE TABLE one (id INT);\nALTER TABLE held ADD COLUMN n INT;\nCREATE TABLE two (id INT);\n-- migrate:down\nDROP TABLE IF EXISTS two;\nDROP TABLE IF EXISTS one;",
    );
  const migrations = [blocked("1_a"), sql("2_b", nothing)];

  /** Where a migration waits at its second statement, for as long as nobody releases the table. */
  const waiting = async () => {
    const database = await createTestDatabase({ server });
    const { release } = await holdTable(database.url);
    const target = { url: database.url, database: patient(database.url), migrations };
    const names = async () => (await database.query<{ name: string }>(tables)).map(({ name }) => name);
    const begun = () =>
      until(async () => {
        const { inProgress } = await run(target, "status");
        await sleep(300);
        return inProgress?.connection === undefined ? undefined : inProgress;
      });
    return { ...database, target, release, names, begun };
  };

  test("a statement is stopped, and its own run tells of it as of any failure", async () => {
    const { target, begun, release, query } = await waiting();
    const first = run(target, "migrate", { runId: "first" });
    await begun();
    const report = await run(target, "cancel");
    expect(report).toMatchObject({ action: "cancel", outcome: "done", inProgress: { name: "1_a", runId: "first" } });
    const code = dialect === "mysql" ? "ER_QUERY_INTERRUPTED" : "57014";
    expect(await first).toMatchObject({ outcome: "failed", failure: { migration: "1_a", statement: 2, code } });
    expect(report.failure).toEqual((await first).failure);
    await release();
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done", done: [{ name: "1_a" }, { name: "2_b" }] });
    expect(await query("SELECT action, outcome FROM migration_run ORDER BY id")).toEqual([
      { action: "migrate", outcome: "failed" },
      { action: "cancel", outcome: "done" },
      { action: "migrate", outcome: "done" },
    ]);
  });

  test("a statement whose runner has left is stopped, and the next call goes on with it", async () => {
    const { target, release, names } = await waiting();
    const left = await run(target, "migrate", { runId: "first", call: { patienceMs: 1_000, whenRunning: "answer" } });
    expect(left).toMatchObject({ outcome: "running" });
    const report = await run(target, "cancel", { runId: "first" });
    expect(report).toMatchObject({
      outcome: "done",
      failure: { code: "CANCELLED", migration: "1_a" },
      notices: [expect.stringMatching(/^The next migrate goes on with 1_a at statement \d of 3/)],
    });
    expect(await run(target, "status")).toMatchObject({
      inProgress: { error: expect.stringContaining("cancelled by run") },
    });
    expect(await run(target, "migrate", { runId: "first" })).toMatchObject({
      outcome: "failed",
      remaining: ["1_a", "2_b"],
    });
    expect(await names()).not.toContain("two");
    await release();
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done", done: [{ name: "1_a" }, { name: "2_b" }] });
    expect(await names()).toEqual(expect.arrayContaining(["one", "two"]));
  });

  test("what was stopped can be rolled back instead", async () => {
    const { target, names } = await waiting();
    await run(target, "migrate", { call: { patienceMs: 1_000, whenRunning: "answer" } });
    await run(target, "cancel");
    expect(await run(target, "rollback")).toMatchObject({
      outcome: "done",
      done: [{ name: "1_a", direction: "down" }],
    });
    expect(await names()).not.toContain("one");
  });

  test("another run than the one in progress is not stopped", async () => {
    const { target, begun, release } = await waiting();
    const first = run(target, "migrate", { runId: "first" });
    await begun();
    expect(await run(target, "cancel", { runId: "other" })).toMatchObject({
      outcome: "refused",
      problems: [{ code: "NOTHING_RUNNING", message: "Run other is not in progress; first is." }],
    });
    await release();
    expect(await first).toMatchObject({ outcome: "done" });
  });

  test("a statement of a migration in code is stopped", async () => {
    const database = await createTestDatabase({ server });
    await holdTable(database.url);
    const slow = code("1_code", async ({ context }) => {
      await context.query("ALTER TABLE held ADD COLUMN n INT");
    });
    const target = { url: database.url, database: patient(database.url), migrations: [slow] };
    const first = run(target, "migrate");
    await until(async () => (await run(target, "status")).inProgress?.connection);
    await sleep(300);
    expect(await run(target, "cancel")).toMatchObject({ outcome: "done", failure: { migration: "1_code" } });
    expect(await first).toMatchObject({ outcome: "failed" });
  });

  test("code that does nothing in the database is not stopped", async () => {
    const { url } = await createTestDatabase({ server });
    const ends: (() => void)[] = [];
    const idle = code("1_idle", () => new Promise<void>((resolve) => ends.push(resolve)));
    const target = { url, migrations: [idle] };
    const first = run(target, "migrate");
    await until(async () => (await run(target, "status")).inProgress?.connection);
    expect(await run(target, "cancel")).toMatchObject({
      outcome: "refused",
      problems: [{ code: "NOTHING_RUNNING", message: "1_idle is in progress, but no statement of it is running." }],
    });
    for (const end of ends) end();
    expect(await first).toMatchObject({ outcome: "done" });
  });

  test("with nothing in progress there is nothing to cancel, before the first migration and after", async () => {
    const { url } = await createTestDatabase({ server });
    const target = { url, migrations: [sql("1_a", nothing)] };
    const refused = { outcome: "refused", problems: [{ code: "NOTHING_RUNNING", message: "Nothing is in progress." }] };
    expect(await run(target, "cancel")).toMatchObject(refused);
    expect((await run(target, "status")).applied).toEqual([]);
    await run(target, "migrate");
    expect(await run(target, "cancel")).toMatchObject(refused);
  });

  test("a call that is sent again is told the same and stops nothing more", async () => {
    const { target, begun, release } = await waiting();
    const first = run(target, "migrate");
    await begun();
    const report = await run(target, "cancel", { call: { requestId: "sent-twice" } });
    await first;
    const second = run(target, "migrate");
    await begun();
    expect(await run(target, "cancel", { call: { requestId: "sent-twice" } })).toEqual(report);
    await release();
    expect(await second).toMatchObject({ outcome: "done" });
  });
});
