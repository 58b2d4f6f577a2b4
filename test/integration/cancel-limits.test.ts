import { setTimeout as sleep } from "node:timers/promises";
import { holdTable, patient, until } from "../support/blocked";
import { createTestDatabase } from "../support/database";
import { code, sql as parse, run } from "../support/migrator";
import { SERVERS } from "../support/servers";
import { openSession } from "../support/session";

const BLOCKED = "ALTER TABLE held ADD COLUMN n INT";

/** How somebody who has every right on the tables, and none on the session, is let into a database. */
const ADMIT = {
  mysql: ({ name, user }: Guest) => [`GRANT ALL ON \`${name}\`.* TO '${user}'@'%'`],
  postgres: ({ user }: Guest) => [
    `GRANT USAGE ON SCHEMA public TO ${user}`,
    `GRANT ALL ON ALL TABLES IN SCHEMA public TO ${user}`,
  ],
};

interface Guest {
  /** The database's. */
  readonly name: string;
  readonly user: string;
}

describe.each(SERVERS)("$server", ({ server, dialect }) => {
  const begun = (target: Parameters<typeof run>[0]) =>
    until(async () => {
      const { inProgress } = await run(target, "status");
      await sleep(300);
      return inProgress?.connection;
    });

  test("another user's session is left alone, and the refusal says what is missing", async () => {
    const database = await createTestDatabase({ server });
    const { release } = await holdTable(database.url);
    const migrations = [parse("1_a", `${BLOCKED};`, dialect)];
    const first = run({ url: database.url, database: patient(database.url), migrations }, "migrate");
    await begun({ url: database.url, migrations });
    const { username: user, password } = new URL((await createTestDatabase({ server })).url);
    for (const statement of ADMIT[dialect]({ name: database.name, user })) await database.query(statement);
    const url = Object.assign(new URL(database.url), { username: user, password }).href;
    await expect(run({ url, migrations }, "cancel")).rejects.toMatchObject({
      code: "ACCESS_DENIED",
      advice: expect.stringContaining("Cancel as the user who runs the migrations"),
    });
    await release();
    expect(await first).toMatchObject({ outcome: "done" });
  });

  test("code that goes on after its statement was stopped is told of as running", async () => {
    const { url } = await createTestDatabase({ server });
    await holdTable(url);
    const stubborn = code("1_stubborn", async ({ context }) => {
      await context.query(BLOCKED).catch(() => undefined);
      await sleep(3_000);
    });
    const target = { url, database: patient(url), migrations: [stubborn] };
    const first = run(target, "migrate");
    await begun(target);
    expect(await run(target, "cancel", { call: { patienceMs: 1_500 } })).toMatchObject({
      outcome: "running",
      inProgress: { name: "1_stubborn" },
    });
    await first;
  });
});

test("an index that was being built is cleared away by its runner, and built again by the next call", async () => {
  const { url, query } = await createTestDatabase({ server: "postgres18" });
  const migrations = [parse("1_a", "CREATE INDEX CONCURRENTLY i ON one (id);", "postgres")];
  const target = { url, database: patient(url), migrations };
  const writer = await openSession(url);
  await writer.query("CREATE TABLE one (id INT)");
  await writer.query("START TRANSACTION");
  await writer.query("INSERT INTO one VALUES (1)");
  const first = run(target, "migrate");
  await until(async () => (await run(target, "status")).inProgress?.progress);
  const cancelled = run(target, "cancel");
  await sleep(500);
  await writer.query("COMMIT");
  expect(await cancelled).toMatchObject({ outcome: "done", failure: { code: "57014" } });
  expect(await first).toMatchObject({ outcome: "failed", failure: { code: "57014" } });
  expect(await run(target, "migrate")).toMatchObject({ outcome: "done" });
  expect(await query("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass")).toEqual([
    { indisvalid: true },
  ]);
});

describe("in a block of locked tables", () => {
  const text =
    "CREATE TABLE seen (n INT);\nLOCK TABLES seen WRITE;\nINSERT INTO seen VALUES (1);\nINSERT INTO seen SELECT SLEEP(15);\nUNLOCK TABLES;";
  const quick = text.replace("SLEEP(15)", "2");
  const sleeping = (query: <Row>(sql: string) => Promise<Row[]>) =>
    until(
      async () =>
        (
          await query("SELECT ID FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND STATE = 'User sleep'")
        )[0],
    );

  test.each([
    ["is there", 20_000],
    ["has left", 1_200],
  ])("a statement is stopped whose runner %s, and the next call asks of the block", async (_where, patienceMs) => {
    const { url, query } = await createTestDatabase();
    const target = { url, migrations: [parse("1_lock", text)] };
    const first = run(target, "migrate", { call: { patienceMs, whenRunning: "answer" } });
    await sleeping(query);
    if (patienceMs < 2_000) await first;
    expect(await run(target, "cancel")).toMatchObject({
      outcome: "done",
      failure: { migration: "1_lock", statement: 4 },
      notices: ["Whether it had taken effect is not known: the next call asks, and settle answers."],
    });
    await first;
    const now = { url, migrations: [parse("1_lock", quick)] };
    expect(await run(target, "migrate")).toMatchObject({ problems: [{ code: "CUT_OFF", statement: 2 }] });
    await query("DELETE FROM seen");
    await run(target, "settle", { migration: "1_lock", statement: 2, as: "not applied", reason: "undone" });
    expect(await run(now, "migrate")).toMatchObject({ outcome: "done" });
    expect(await query("SELECT n FROM seen ORDER BY n")).toEqual([{ n: 1 }, { n: 2 }]);
  });
});
