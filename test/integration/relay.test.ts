import { setTimeout as sleep } from "node:timers/promises";
import type { Migration } from "../../lib/migration";
import type { Link, Position } from "../faults/link";
import { type FaultProxy, openProxy } from "../faults/proxy";
import { holdTable, until } from "../support/blocked";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { run, sql } from "../support/migrator";
import { mysql } from "../support/servers";
import { openSession } from "../support/session";

/** Of a run the first travels alone, the second with the third, and then four together. */
const numbered = (...texts: readonly string[]): readonly Migration[] =>
  ["DO 0;", ...texts].map((text, index) => sql(`${index + 1}_m`, text));
const named = (...numbers: readonly number[]) => numbers.map((number) => ({ name: `${number}_m` }));
const make = (number: number) => `CREATE TABLE made_${number} (id INT PRIMARY KEY);`;

const recorded = ({ query }: TestDatabase) => query("SELECT name FROM migration ORDER BY id");
const inProgress = ({ query }: TestDatabase) => query("SELECT name FROM migration_step WHERE name IS NOT NULL");
const made = async ({ query }: TestDatabase) =>
  (await query<{ name: string }>(mysql.tables)).map(({ name }) => name).filter((name) => name.startsWith("made_"));

let proxy: FaultProxy | undefined;

afterEach(() => proxy?.close());

async function through(url: string, position?: Position, reached?: (link: Link) => void) {
  const { port } = new URL(url);
  proxy = await openProxy({ dialect: "mysql", port: Number(port), position, ...(reached && { reached }) });
  return { url: Object.assign(new URL(url), { port: String(proxy.port) }).href, links: proxy.links };
}

/** How many of the tables each message makes, of those that make any. */
function messagesOf(links: readonly Link[]): readonly number[] {
  const commands = links.flatMap((link) => link.commands);
  const counts = commands.map(({ text }) => text.match(/^CREATE TABLE made_/gm)?.length ?? 0);
  return counts.filter((count) => count > 0);
}

test("steps travel together, twice as many each time, and each is told of in order", async () => {
  const database = await createTestDatabase();
  const { url, links } = await through(database.url);
  const report = await run({ url, migrations: numbered(...[2, 3, 4, 5, 6, 7].map(make)) }, "migrate");
  expect(report).toMatchObject({ outcome: "done", done: named(1, 2, 3, 4, 5, 6, 7) });
  expect(messagesOf(links)).toEqual([2, 4]);
  expect(await recorded(database)).toEqual(named(1, 2, 3, 4, 5, 6, 7));
});

test("an intent in the middle of a message says whose it is, as the first one does", async () => {
  const database = await createTestDatabase();
  const kept = "SELECT runId, bundle, connection = CONNECTION_ID() AS own, error FROM migration_step WHERE id = 1";
  const migrations = numbered(`CREATE TABLE first AS ${kept};`, `CREATE TABLE second AS ${kept};`);
  await run({ url: database.url, migrations }, "migrate", { runId: "run-of-three" });
  const expected = [expect.objectContaining({ runId: "run-of-three", own: 1, error: null })];
  expect(await database.query("SELECT * FROM first")).toEqual(expected);
  expect(await database.query("SELECT * FROM second")).toEqual(await database.query("SELECT * FROM first"));
});

test("only steps that are asked for travel", async () => {
  const database = await createTestDatabase();
  const migrations = numbered(...[2, 3, 4].map(make));
  expect(await run({ url: database.url, migrations }, "migrate", { steps: 2 })).toMatchObject({
    done: named(1, 2),
  });
  expect(await made(database)).toEqual(["made_2"]);
});

test("the session is put back at the head of a message, and behind a step that may have changed it", async () => {
  const database = await createTestDatabase();
  const { url, links } = await through(database.url);
  const migrations = numbered(make(2), make(3), make(4), "INSERT INTO made_4 VALUES (1);", make(5), make(6));
  expect(await run({ url, migrations }, "migrate")).toMatchObject({ outcome: "done" });
  const resets = links[0]?.commands.filter(({ text }) => text.includes("CREATE TABLE made_"));
  expect(resets?.map(({ text }) => text.match(/SET NAMES/g)?.length)).toEqual([1, 2]);
});

test("steps are reverted together as well", async () => {
  const database = await createTestDatabase();
  const both = (number: number) => `-- migrate:up\n${make(number)}\n-- migrate:down\nDROP TABLE made_${number};`;
  const migrations = numbered(...[2, 3, 4].map(both));
  await run({ url: database.url, migrations }, "migrate");
  const report = await run({ url: database.url, migrations }, "rollback", { steps: 3 });
  expect(report).toMatchObject({ outcome: "done", done: named(4, 3, 2) });
  expect([await made(database), await recorded(database)]).toEqual([[], named(1)]);
});

test("a statement that is refused in the middle of a message leaves those before it done and those after it untouched", async () => {
  const database = await createTestDatabase();
  const migrations = (fourth: string) => numbered(make(2), make(3), make(4), `${make(5)}\n${fourth}`, make(6), make(7));
  const broken = { url: database.url, migrations: migrations("CREATE BROKEN;") };
  expect(await run(broken, "migrate")).toMatchObject({
    outcome: "failed",
    done: named(1, 2, 3, 4),
    remaining: ["5_m", "6_m", "7_m"],
    failure: { migration: "5_m", statement: 2, applied: 1 },
  });
  expect([await recorded(database), await inProgress(database)]).toEqual([named(1, 2, 3, 4), named(5)]);
  expect(await made(database)).toEqual(["made_2", "made_3", "made_4", "made_5"]);
  expect(await run({ ...broken, migrations: migrations(make(8)) }, "migrate")).toMatchObject({
    outcome: "done",
    done: [{ name: "5_m", recovered: true }, ...named(6, 7)],
  });
});

test("another transaction in the way of a step in the middle of a message is waited out, and the rest goes on", async () => {
  const database = await createTestDatabase();
  const { release } = await holdTable(database.url);
  const migrations = numbered(make(2), "ALTER TABLE held ADD COLUMN more INT;", make(4));
  const migrating = run({ url: database.url, migrations }, "migrate");
  await sleep(1_500);
  await release();
  expect(await migrating).toMatchObject({ outcome: "done", done: named(1, 2, 3, 4) });
});

test("at the deadline the server begins no other step of the message that it has, and the next call does", async () => {
  const database = await createTestDatabase();
  const target = { url: database.url, migrations: numbered("DO SLEEP(2);", make(3)) };
  const report = await run(target, "migrate", { call: { patienceMs: 2_000 } });
  expect(report).toMatchObject({ outcome: "running", done: named(1), remaining: ["2_m", "3_m"] });
  const others = "SELECT ID FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND ID <> CONNECTION_ID()";
  await until(async () => ((await database.query(others)).length === 0 ? true : undefined));
  expect([await recorded(database), await made(database), await inProgress(database)]).toEqual([named(1, 2), [], []]);
  expect(await run(target, "migrate")).toMatchObject({ outcome: "done", done: named(3) });
});

test("a step is recorded before the next one waits for a guarded transaction", async () => {
  const database = await createTestDatabase();
  const migrating = run({ url: database.url, migrations: numbered("DO SLEEP(1);", make(3)) }, "migrate");
  const isAt = async () => ((await inProgress(database).catch(() => []))[0]?.name === "2_m" ? true : undefined);
  await until(isAt);
  const application = await openSession(database.url);
  await application.query("START TRANSACTION");
  await application.query("SELECT * FROM migration_step WHERE id = 0 LOCK IN SHARE MODE");
  await until(async () => ((await recorded(database)).length === 2 ? true : undefined));
  expect([await inProgress(database), await made(database)]).toEqual([[], []]);
  await application.query("COMMIT");
  expect(await migrating).toMatchObject({ outcome: "done", done: named(1, 2, 3) });
});

test("a step that finds the lock gone just before its first statement does not run", async () => {
  const database = await createTestDatabase();
  // The row of the second one is written, and with it the intent of the third; then the lock is no longer held.
  const losing = "CREATE TRIGGER losing BEFORE INSERT ON migration FOR EACH ROW DO RELEASE_ALL_LOCKS();";
  const report = await run({ url: database.url, migrations: numbered(losing, make(3)) }, "migrate");
  expect(report).toMatchObject({ outcome: "incomplete", done: named(1, 2) });
  expect(await made(database)).toEqual([]);
});

test("a step that loses the lock is not recorded, and none after it runs", async () => {
  const database = await createTestDatabase();
  const report = await run({ url: database.url, migrations: numbered(`${mysql.releaseLocks};`, make(3)) }, "migrate");
  expect(report).toMatchObject({ outcome: "incomplete", done: named(1) });
  expect([await recorded(database), await made(database)]).toEqual([named(1), []]);
});

test("the server finishes all steps of a message whose client is gone", async () => {
  const migrations = numbered(make(2), make(3));
  const calm = await createTestDatabase();
  const { url, links } = await through(calm.url);
  await run({ url, migrations }, "migrate");
  proxy?.close();
  const command = links[0]?.commands.findIndex(({ text }) => text.includes("made_3")) ?? -1;
  const database = await createTestDatabase();
  const cut = await through(database.url, { link: 0, command, at: "sent" }, (link) => link.cut());
  const { runId, ...lost } = await run({ url: cut.url, migrations }, "migrate");
  expect(lost).toMatchObject({ outcome: "incomplete", done: named(1) });
  expect(await run({ url: database.url, migrations }, "migrate", { runId })).toMatchObject({
    outcome: "done",
    done: named(1, 2, 3),
  });
  expect([await recorded(database), await made(database)]).toEqual([named(1, 2, 3), ["made_2", "made_3"]]);
});

test("what a step has locked or in use does not reach the next one of the message", async () => {
  const database = await createTestDatabase();
  const migrations = numbered(
    `${make(2)}\nUSE information_schema;\nLOCK TABLES ${database.name}.made_2 READ;`,
    make(3),
  );
  expect(await run({ url: database.url, migrations }, "migrate")).toMatchObject({ outcome: "done" });
  expect(await made(database)).toEqual(["made_2", "made_3"]);
});

test("what a step leaves in the session is gone before the next one of the message", async () => {
  const database = await createTestDatabase();
  const { url, links } = await through(database.url);
  const temporary = `${make(2)}\nSET @kept = 1;\nCREATE TEMPORARY TABLE passing (id INT);`;
  const next = `${make(3)}\nCREATE TABLE kept AS SELECT @kept AS what;\nSELECT * FROM passing;`;
  const report = await run({ url, migrations: numbered(temporary, next) }, "migrate");
  expect(report).toMatchObject({ outcome: "failed", failure: { migration: "3_m", code: "ER_NO_SUCH_TABLE" } });
  expect(messagesOf(links)).toEqual([2]);
  expect(await database.query("SELECT what FROM kept")).toEqual([{ what: null }]);
});

test("after what the server may refuse to clear away, the next step is a message of its own", async () => {
  const database = await createTestDatabase();
  const { url, links } = await through(database.url);
  const setting = `${make(2)}\nSET SESSION max_join_size = 5;`;
  const report = await run({ url, migrations: numbered(setting, make(3)) }, "migrate");
  expect(report).toMatchObject({ outcome: "done" });
  expect(messagesOf(links)).toEqual([1, 1]);
});

test("steps that are too large for one message together travel one by one", async () => {
  const database = await createTestDatabase();
  const { url, links } = await through(database.url);
  const large = (number: number) =>
    `${make(number)}\nINSERT INTO made_${number} VALUES (LENGTH('${"x".repeat(900_000)}'));`;
  const report = await run({ url, migrations: numbered(large(2), large(3)) }, "migrate");
  expect(report).toMatchObject({ outcome: "done", done: named(1, 2, 3) });
  expect(messagesOf(links)).toEqual([1, 1]);
});
