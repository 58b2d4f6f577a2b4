import { setTimeout as sleep } from "node:timers/promises";
import { asleep, until } from "../support/blocked";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { code, sql as parse, run } from "../support/migrator";
import { SERVERS } from "../support/servers";

describe.each(SERVERS)(
  "$server",
  ({ server, dialect, nothing, sleep: sleeping, sleepers, kill, releaseLocks, share }) => {
    const sql = (name: string, text: string) => parse(name, text, dialect);
    const counted = (name: string, seconds = 0) =>
      sql(name, `${sleeping(seconds)};\nINSERT INTO seen VALUES ('${name}');`);
    const prepared = async () => {
      const database = await createTestDatabase({ server });
      await database.query("CREATE TABLE seen (name VARCHAR(20))");
      await database.query(share("seen"));
      return database;
    };
    const seen = async (database: TestDatabase) =>
      (await database.query<{ name: string }>("SELECT name FROM seen")).map(({ name }) => name);

    test("twenty calls at once: every migration runs once and everybody gets the outcome", async () => {
      const database = await prepared();
      const target = { url: database.url, migrations: [counted("1_a", 0.2), counted("2_b"), counted("3_c")] };
      const reports = await Promise.all(Array.from({ length: 20 }, () => run(target, "migrate")));
      expect(new Set(reports.map(({ outcome }) => outcome))).toEqual(new Set(["done"]));
      expect(await seen(database)).toEqual(["1_a", "2_b", "3_c"]);
    });

    test("who cannot wait joins the run that is going on", async () => {
      const database = await prepared();
      const target = { url: database.url, migrations: [counted("1_a", 1)] };
      const first = run(target, "migrate", { call: { requestId: "first" } });
      await until(async () => (await run(target, "status")).inProgress?.connection);
      const second = await run(target, "migrate", { call: { requestId: "second", whenRunning: "answer" } });
      expect(second).toMatchObject({
        outcome: "running",
        runId: "first",
        inProgress: { name: "1_a", statements: 2, connection: expect.any(Number) },
      });
      expect(await first).toMatchObject({ outcome: "done", runId: "first" });
      expect(await seen(database)).toEqual(["1_a"]);
    });

    test("a joined run that fails is not run again for those who waited", async () => {
      const database = await prepared();
      const target = {
        url: database.url,
        migrations: [sql("1_a", `${sleeping(0.5)};\nINSERT INTO nowhere VALUES (1);`)],
      };
      const [first, second] = await Promise.all([
        run(target, "migrate", { call: { requestId: "first" } }),
        sleep(200).then(() => run(target, "migrate", { call: { requestId: "second" } })),
      ]);
      expect(second).toEqual(first);
      expect(first).toMatchObject({ outcome: "failed" });
    });

    test("another command waits for its turn", async () => {
      const database = await prepared();
      const migrations = [
        sql(
          "1_a",
          `-- migrate:up\n${sleeping(0.5)};\nINSERT INTO seen VALUES ('1_a');\n-- migrate:down\nDELETE FROM seen;`,
        ),
      ];
      const target = { url: database.url, migrations };
      const [up, down] = await Promise.all([
        run(target, "migrate"),
        until(async () => (await run(target, "status")).inProgress?.connection).then(() => run(target, "rollback")),
      ]);
      expect([up.done, down.done]).toMatchObject([[{ direction: "up" }], [{ direction: "down" }]]);
      expect(await seen(database)).toEqual([]);
    });

    test("another command that cannot wait any longer is told so, and so is a dry run", async () => {
      const database = await prepared();
      const migrations = [counted("1_a", 2)];
      const target = { url: database.url, migrations };
      const first = run(target, "migrate");
      await until(async () => (await run(target, "status")).inProgress?.connection);
      const dry = await run(target, "migrate", { dryRun: true });
      expect(dry).toMatchObject({ outcome: "running", problems: [], inProgress: { name: "1_a" } });
      const second = await run(target, "rollback", { call: { patienceMs: 500 } });
      expect(second).toMatchObject({ outcome: "running", waiting: true, inProgress: { name: "1_a" } });
      await first;
    });

    test("a statement outlives its caller, and the next call takes over its outcome", async () => {
      const database = await prepared();
      const target = { url: database.url, migrations: [counted("1_a", 4), counted("2_b")] };
      const first = await run(target, "migrate", {
        call: { requestId: "first", patienceMs: 2_500, whenRunning: "answer" },
      });
      expect(first).toMatchObject({ outcome: "running", remaining: ["1_a", "2_b"] });
      const second = await run(target, "migrate", { call: { requestId: "second", whenRunning: "answer" } });
      expect(second).toMatchObject({ outcome: "done", done: [{ name: "1_a", recovered: true }, { name: "2_b" }] });
      expect(await seen(database)).toEqual(["1_a", "2_b"]);
      expect(await database.query("SELECT * FROM migration_run ORDER BY id")).toMatchObject([
        { runId: "first", outcome: "incomplete" },
        { runId: "second", outcome: "done" },
      ]);
    });

    test("nothing new is started when the time is up, and the same run id goes on", async () => {
      const database = await prepared();
      const target = { url: database.url, migrations: [counted("1_a", 0.5), counted("2_b", 0.5), counted("3_c", 0.5)] };
      const reports = [];
      do {
        reports.push(await run(target, "migrate", { runId: "deploy", call: { patienceMs: 1_400 } }));
      } while (reports.at(-1)?.outcome !== "done" && reports.length < 9);
      expect(reports.length).toBeGreaterThan(1);
      expect(reports.at(-1)?.done.map(({ name }) => name)).toEqual(["1_a", "2_b", "3_c"]);
      expect(await seen(database)).toEqual(["1_a", "2_b", "3_c"]);
    });

    test("code that does not end in time is left, and says that it begins again", async () => {
      const database = await prepared();
      let slow = true;
      const migration = code("1_code", async ({ context }) => {
        if (slow) await sleep(3_000);
        await context.query("INSERT INTO seen VALUES ('1_code')");
      });
      const target = { url: database.url, migrations: [migration] };
      expect(await run(target, "migrate", { call: { patienceMs: 800 } })).toMatchObject({
        outcome: "incomplete",
        remaining: ["1_code"],
      });
      slow = false;
      expect(await run(target, "migrate")).toMatchObject({ outcome: "done" });
      expect(await seen(database)).toEqual(["1_code"]);
    });

    test("a run whose connection is killed stops, and the next call goes on", async () => {
      const database = await prepared();
      const target = { url: database.url, migrations: [counted("1_a"), counted("2_b", 2)] };
      const first = run(target, "migrate");
      await database.query(kill(await asleep(database, { sleepers })));
      expect(await first).toMatchObject({ outcome: "incomplete", done: [{ name: "1_a" }], remaining: ["2_b"] });
      expect(await run(target, "migrate")).toMatchObject({ outcome: "done", done: [{ name: "2_b" }] });
      expect(await seen(database)).toEqual(["1_a", "2_b"]);
    });

    test("without the lock no statement of ours takes effect", async () => {
      const database = await prepared();
      const thief = code("1_thief", async ({ context }) => {
        await context.query(releaseLocks);
      });
      const target = { url: database.url, migrations: [thief, counted("2_b")] };
      expect(await run(target, "migrate")).toMatchObject({
        outcome: "incomplete",
        message: expect.stringContaining("no longer holds the lock"),
      });
      expect(await database.query("SELECT name FROM migration")).toEqual([]);
      expect(await seen(database)).toEqual([]);
    });

    test("a rollback that is taken over, or continued, does not revert one more", async () => {
      const database = await prepared();
      const undone = (name: string) =>
        sql(name, `-- migrate:up\n${nothing};\n-- migrate:down\n${sleeping(1)};\nINSERT INTO seen VALUES ('${name}');`);
      const target = { url: database.url, migrations: ["1_a", "2_b", "3_c"].map(undone) };
      await run(target, "migrate");
      const cut = await run(target, "rollback", { steps: 2, call: { requestId: "cut", patienceMs: 800 } });
      expect(cut).toMatchObject({ outcome: "running", remaining: ["3_c", "2_b"] });
      const taken = await run(target, "rollback", { steps: 2 });
      expect(taken).toMatchObject({ outcome: "done", done: [{ name: "3_c", recovered: true }, { name: "2_b" }] });
      expect(await seen(database)).toEqual(["3_c", "2_b"]);
    });

    test("a rollback that was cut off goes on under its own run id and no further", async () => {
      const database = await prepared();
      const undone = (name: string) =>
        sql(name, `-- migrate:up\n${nothing};\n-- migrate:down\n${sleeping(1)};\nINSERT INTO seen VALUES ('${name}');`);
      const target = { url: database.url, migrations: ["1_a", "2_b", "3_c"].map(undone) };
      await run(target, "migrate");
      await run(target, "rollback", { steps: 1, runId: "undo", call: { patienceMs: 800 } });
      await sleep(1_200);
      expect(await run(target, "rollback", { steps: 1, runId: "undo" })).toMatchObject({
        outcome: "done",
        done: [{ name: "3_c" }],
      });
      expect(await seen(database)).toEqual(["3_c"]);
    });
  },
);
