import { setTimeout as sleep } from "node:timers/promises";
import { asleep } from "../support/blocked";
import { createTestDatabase } from "../support/database";
import { sql as parse, run } from "../support/migrator";
import { SERVERS } from "../support/servers";

describe.each(SERVERS)("$server", ({ server, dialect, nothing, sleep: sleeping, sleepers, kill }) => {
  const sql = (name: string, text: string) => parse(name, text, dialect);
  const answer = { whenRunning: "answer" } as const;
  const prepared = async (seconds: number) => {
    const database = await createTestDatabase({ server });
    const { url, query } = database;
    const migrations = [sql("1_a", `CREATE TABLE one (id INT);\n${sleeping(seconds)};\nINSERT INTO one VALUES (1);`)];
    const older = { url, migrations, bundle: "7+abc" };
    return { database, query, older, newer: { ...older, bundle: "8+def" } };
  };

  test("a call with newer code waits for its turn and does not join a run of older code", async () => {
    const { older, newer } = await prepared(1);
    const first = run(older, "migrate", { runId: "first" });
    await sleep(300);
    expect(await run(newer, "migrate", { call: { ...answer, patienceMs: 300 } })).toMatchObject({
      outcome: "running",
      waiting: true,
    });
    const second = await run(newer, "migrate", { runId: "second", call: answer });
    expect(second).toMatchObject({ outcome: "done", runId: "second", done: [] });
    expect(await first).toMatchObject({ outcome: "done", done: [{ name: "1_a" }] });
  });

  test("newer code takes over what a run of older code has left to the database", async () => {
    const { older, newer, query } = await prepared(1.5);
    const left = await run(older, "migrate", { runId: "first", call: { ...answer, patienceMs: 1_000 } });
    expect(left).toMatchObject({ outcome: "running", remaining: ["1_a"] });
    const migrations = [...newer.migrations, sql("2_b", nothing)];
    const second = await run({ ...newer, migrations }, "migrate", { runId: "second" });
    expect(second).toMatchObject({ outcome: "done", done: [{ name: "2_b" }] });
    expect(await query("SELECT * FROM one")).toEqual([{ id: 1 }]);
    expect(await run(older, "status", { runId: "first" })).toMatchObject({ outcome: "incomplete" });
  });

  test("newer code finishes the step in which a run of older code died", async () => {
    const { database, older, newer, query } = await prepared(2);
    const first = run(older, "migrate", { runId: "first" });
    await query(kill(await asleep(database, { sleepers })));
    expect(await first).toMatchObject({ outcome: "incomplete" });
    expect(await run(newer, "migrate", { runId: "second" })).toMatchObject({
      outcome: "done",
      runId: "second",
      done: [{ name: "1_a", direction: "up" }],
    });
    expect(await query("SELECT * FROM one")).toEqual([{ id: 1 }]);
    expect(await query("SELECT name, bundle FROM migration")).toEqual([{ name: "1_a", bundle: "8+def" }]);
  });

  test("the same run id goes on with newer code", async () => {
    const { older, newer } = await prepared(1);
    await run(older, "migrate", { runId: "deploy", call: { ...answer, patienceMs: 700 } });
    expect(await run(newer, "migrate", { runId: "deploy" })).toMatchObject({
      outcome: "done",
      done: [{ name: "1_a", recovered: true }],
    });
  });
});
