import { createTestDatabase } from "../support/database";
import { code, sql as parse, run } from "../support/migrator";
import { SERVERS } from "../support/servers";

describe.each(SERVERS)("$server", ({ server, dialect, nothing }) => {
  const sql = (name: string, text: string) => parse(name, text, dialect);
  const good = sql("1_good", nothing);

  test("runs that were done, failed and refused are kept with who asked, by which code, and their Reports", async () => {
    const { url, query } = await createTestDatabase({ server });
    const call = { caller: "arn:aws:iam::123456789012:user/somebody" };
    const target = (...migrations: (typeof good)[]) => ({ url, migrations, bundle: "7+abc" });
    const reports = [
      await run(target(good), "migrate", { runId: "one", call }),
      await run(target(good, sql("2_bad", "INSERT INTO nowhere VALUES (1)")), "migrate", { runId: "two", call }),
      await run(target(good), "rollback", { runId: "three", call }),
      await run(target(good), "accept", { runId: "four", call, migration: "1_good", reason: "why not" }),
    ];
    expect(reports.map(({ outcome }) => outcome)).toEqual(["done", "failed", "refused", "refused"]);
    const rows = await query<{ readonly report: string }>("SELECT * FROM migration_run ORDER BY id");
    expect(rows).toMatchObject(
      reports.map(({ runId, action, outcome }) => ({ runId, action, outcome, bundle: "7+abc", caller: call.caller })),
    );
    expect(rows.map(({ report }) => JSON.parse(report))).toEqual(reports);
  });

  test("a call that finds nothing to do, a dry run and a status write nothing, before the first migration and after", async () => {
    const { url, query, name } = await createTestDatabase({ server });
    const schema = dialect === "mysql" ? name : "public";
    const none = { url, migrations: [] };
    const ask = async () => {
      await run(none, "migrate");
      await run({ url, migrations: [good] }, "migrate", { dryRun: true });
      await run(none, "status");
    };
    await ask();
    expect(await query(`SELECT * FROM information_schema.tables WHERE table_schema = '${schema}'`)).toEqual([]);
    await run({ url, migrations: [good] }, "migrate");
    const runs = () => query("SELECT * FROM migration_run");
    const before = await runs();
    await ask();
    await run({ url, migrations: [good] }, "migrate");
    expect(await runs()).toEqual(before);
    expect(before).toHaveLength(1);
  });

  test("a run that died is closed by the next one, which says so", async () => {
    const { url, query } = await createTestDatabase({ server });
    const slow = code("1_slow", () => new Promise((resolve) => setTimeout(resolve, 7_000)));
    await run({ url, migrations: [slow] }, "migrate", { runId: "dead", call: { patienceMs: 5_000 } });
    await run({ url, migrations: [slow] }, "migrate", { runId: "next" });
    const rows = await query<{ readonly report: string }>("SELECT outcome, report FROM migration_run ORDER BY id");
    expect(rows).toMatchObject([{ outcome: "incomplete" }, { outcome: "done" }]);
    expect(JSON.parse(rows[0]?.report ?? "{}").message).toContain("run next went on");
  });
});

test("the log names the first migrations of a run, and says how many there are", async () => {
  const { url } = await createTestDatabase();
  const lines: unknown[] = [];
  const note = (message: string, data?: object) => lines.push({ message, ...data });
  const log = { debug: note, info: note, warn: note, error: note };
  const migrations = ["1", "2", "3", "4", "5", "6", "7"].map((number) => parse(number, "DO 0;"));
  await run({ url, migrations, log }, "migrate");
  expect(lines[0]).toEqual({ message: "started", steps: 7, first: ["1", "2", "3", "4", "5"], problems: [] });
});
