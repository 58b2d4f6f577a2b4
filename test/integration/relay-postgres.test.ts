import type { Migration } from "../../lib/migration";
import { schemaLock } from "../../lib/schema-lock";
import type { Link, Position } from "../faults/link";
import { type FaultProxy, openProxy } from "../faults/proxy";
import { until } from "../support/blocked";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { run, sql } from "../support/migrator";
import { openSession } from "../support/session";

/** Of a run the first travels alone, the second with the third, and then four together. */
const numbered = (...texts: readonly string[]): readonly Migration[] =>
  ["SELECT 0;", ...texts].map((text, index) => sql(`${index + 1}_m`, text, "postgres"));
const named = (...numbers: readonly number[]) => numbers.map((number) => ({ name: `${number}_m` }));
const make = (number: number) => `CREATE TABLE made_${number} (id INT PRIMARY KEY);`;
const create = () => createTestDatabase({ server: "postgres18" });

const recorded = ({ query }: TestDatabase) => query("SELECT name FROM migration ORDER BY id");
const inProgress = ({ query }: TestDatabase) => query("SELECT name FROM migration_step WHERE name IS NOT NULL");
const made = async ({ query }: TestDatabase) =>
  (
    await query<{ name: string }>("SELECT tablename AS name FROM pg_tables WHERE tablename LIKE 'made%' ORDER BY 1")
  ).map(({ name }) => name);

let proxy: FaultProxy | undefined;

afterEach(() => proxy?.close());

async function through(url: string, position?: Position, reached?: (link: Link) => void) {
  const { port } = new URL(url);
  proxy = await openProxy({ dialect: "postgres", port: Number(port), position, ...(reached && { reached }) });
  return { url: Object.assign(new URL(url), { port: String(proxy.port) }).href, links: proxy.links };
}

/** How many of the steps were begun by the step before them. */
function followers(links: readonly Link[]): number {
  const commands = links.flatMap((link) => link.commands);
  return commands.filter(({ text }) => /^UPDATE[\s\S]* WHERE [\s\S]*pg_try_advisory_xact_lock/.test(text)).length;
}

test.each(["postgres14", "postgres18"] as const)(
  "on %s steps travel together, and each is told of in order",
  async (server) => {
    const database = await createTestDatabase({ server });
    const { url, links } = await through(database.url);
    const report = await run({ url, migrations: numbered(...[2, 3, 4, 5, 6, 7].map(make)) }, "migrate");
    expect(report).toMatchObject({ outcome: "done", done: named(1, 2, 3, 4, 5, 6, 7) });
    expect(followers(links)).toBe(4);
    expect(await recorded(database)).toEqual(named(1, 2, 3, 4, 5, 6, 7));
  },
);

test.each([
  ["does not parse", "CREATE BROKEN;", "42601"],
  ["fails", "INSERT INTO made_5 VALUES (1), (1);", "23505"],
  [
    "fails at its commit",
    "CREATE TABLE late (n INT UNIQUE DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO late VALUES (1), (1);",
    "23505",
  ],
])("a step in the middle that %s leaves those before it done and those after it untouched", async (_, broken, code) => {
  const database = await create();
  const migrations = (fifth: string) => numbered(make(2), make(3), make(4), `${make(5)}\n${fifth}`, make(6), make(7));
  expect(await run({ url: database.url, migrations: migrations(broken) }, "migrate")).toMatchObject({
    outcome: "failed",
    done: named(1, 2, 3, 4),
    remaining: ["5_m", "6_m", "7_m"],
    failure: { migration: "5_m", applied: 0, code },
  });
  expect([await recorded(database), await inProgress(database)]).toEqual([named(1, 2, 3, 4), []]);
  expect(await made(database)).toEqual(["made_2", "made_3", "made_4"]);
  expect(await run({ url: database.url, migrations: migrations(make(8)) }, "migrate")).toMatchObject({
    outcome: "done",
    done: named(5, 6, 7),
  });
});

test("at the deadline the server begins no other step of the message that it has, and the next call does", async () => {
  const database = await create();
  const target = { url: database.url, migrations: numbered("SELECT pg_sleep(2);", make(3)) };
  const report = await run(target, "migrate", { call: { patienceMs: 2_000 } });
  expect(report).toMatchObject({ outcome: "running", done: named(1), remaining: ["2_m", "3_m"] });
  const others =
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'migration-lambda' AND datname = current_database()";
  await until(async () => ((await database.query(others)).length === 0 ? true : undefined));
  expect([await recorded(database), await made(database), await inProgress(database)]).toEqual([named(1, 2), [], []]);
  expect(await run(target, "migrate")).toMatchObject({ outcome: "done", done: named(3) });
});

test("a step is recorded before the next one waits for a guarded transaction", async () => {
  const database = await create();
  const migrating = run({ url: database.url, migrations: numbered("SELECT pg_sleep(1);", make(3)) }, "migrate");
  await until(async () => ((await inProgress(database).catch(() => []))[0]?.name === "2_m" ? true : undefined));
  const application = await openSession(database.url);
  await application.query("START TRANSACTION");
  await application.query(`SELECT pg_advisory_xact_lock_shared(${schemaLock('"public"."migration_step"')})`);
  await until(async () => ((await recorded(database)).length === 2 ? true : undefined));
  expect([await inProgress(database), await made(database)]).toEqual([[], []]);
  await application.query("COMMIT");
  expect(await migrating).toMatchObject({ outcome: "done", done: named(1, 2, 3) });
});

test("a step that finds the lock gone just before its first statement does not run", async () => {
  const database = await create();
  // The row of the second one is written, and with it the intent of the third; then the lock is no longer held.
  const losing = `CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql
 AS 'BEGIN PERFORM pg_advisory_unlock_all(); RETURN NULL; END';`;
  const trigger = "CREATE TRIGGER losing AFTER INSERT ON migration FOR EACH ROW EXECUTE FUNCTION lose();";
  const report = await run({ url: database.url, migrations: numbered(`${losing}\n${trigger}`, make(3)) }, "migrate");
  expect(report).toMatchObject({ outcome: "incomplete", done: named(1, 2) });
  expect(await made(database)).toEqual([]);
});

test("a message that breaks off in the middle of a step is finished by the next call", async () => {
  const migrations = numbered(make(2), make(3));
  const calm = await create();
  const { url, links } = await through(calm.url);
  await run({ url, migrations }, "migrate");
  proxy?.close();
  const link = links.findIndex(({ commands }) => commands.some(({ text }) => text.includes("made_3")));
  const command = links[link]?.commands.findIndex(({ text }) => text.includes("made_3")) ?? 0;
  const database = await create();
  const cut = await through(database.url, { link, command, at: "sent" }, (one) => one.cut());
  const { runId, ...lost } = await run({ url: cut.url, migrations }, "migrate");
  expect(lost).toMatchObject({ outcome: "incomplete" });
  expect(await run({ url: database.url, migrations }, "migrate", { runId })).toMatchObject({ outcome: "done" });
  expect([await recorded(database), await made(database)]).toEqual([named(1, 2, 3), ["made_2", "made_3"]]);
});

test("what a step leaves in the session is gone before the next one of the message", async () => {
  const database = await create();
  const { url, links } = await through(database.url);
  const leaving = "CREATE TEMPORARY TABLE passing (n INT);\nSET search_path TO pg_catalog;\nSET my.own = 'kept';";
  const looking = `CREATE TABLE made_3 AS SELECT coalesce(current_setting('my.own', true), '') AS kept,
 to_regclass('passing') IS NULL AS gone, current_setting('search_path') AS path;`;
  const report = await run({ url, migrations: numbered(leaving, looking) }, "migrate");
  expect([report.outcome, followers(links)]).toEqual(["done", 1]);
  expect(await database.query("SELECT * FROM made_3")).toEqual([{ kept: "", gone: true, path: '"public"' }]);
});

test("what is prepared for all steps of a message is prepared again behind one that takes it away", async () => {
  const database = await create();
  const { url, links } = await through(database.url);
  const migrations = numbered(...[2, 3, 4].map(make), "DEALLOCATE ALL;", make(6), make(7));
  const report = await run({ url, migrations }, "migrate");
  expect([report.outcome, followers(links)]).toEqual(["done", 4]);
  expect(await recorded(database)).toEqual(named(1, 2, 3, 4, 5, 6, 7));
});

test("what the journal keeps of a step is its text, whatever characters it has", async () => {
  const database = await create();
  const { url, links } = await through(database.url);
  const odd = `CREATE TABLE "made_'\\ $1 ü 😀" (n text DEFAULT E'\\n''$2');`;
  const both = (up: string) => `-- migrate:up\n${up}\n-- migrate:down\nDROP TABLE "made_'\\ $1 ü 😀";`;
  await run({ url, migrations: numbered(make(2), both(odd)) }, "migrate");
  expect(followers(links)).toBe(1);
  const [row] = await database.query<{ down: string }>("SELECT down FROM migration WHERE name = '3_m'");
  expect(JSON.parse(row?.down ?? "")).toMatchObject({ statements: [{ sql: `DROP TABLE "made_'\\ $1 ü 😀"` }] });
});

test("steps are reverted together as well", async () => {
  const database = await create();
  const both = (number: number) => `-- migrate:up\n${make(number)}\n-- migrate:down\nDROP TABLE made_${number};`;
  const migrations = numbered(...[2, 3, 4, 5].map(both));
  await run({ url: database.url, migrations }, "migrate");
  const { url, links } = await through(database.url);
  const report = await run({ url, migrations }, "rollback", { steps: 4 });
  expect([report.outcome, followers(links)]).toEqual(["done", 1]);
  expect([await made(database), await recorded(database)]).toEqual([[], named(1)]);
});

describe("where a trigger of the database's own runs at any DDL", () => {
  const leaving = `CREATE FUNCTION leave() RETURNS event_trigger LANGUAGE plpgsql
 AS 'BEGIN PERFORM set_config(''my.own'', ''left'', false); END'`;
  const watch = async ({ query }: TestDatabase) => {
    await query(leaving);
    await query("CREATE EVENT TRIGGER leaving ON ddl_command_end EXECUTE FUNCTION leave()");
  };
  const look = "CREATE TABLE seen AS SELECT coalesce(current_setting('my.own', true), '') AS own;";

  test("the session is put back behind every step", async () => {
    const database = await create();
    await watch(database);
    const { url, links } = await through(database.url);
    const report = await run({ url, migrations: numbered(make(2), look) }, "migrate");
    expect([report.outcome, followers(links)]).toEqual(["done", 1]);
    expect(await database.query("SELECT own FROM seen")).toEqual([{ own: "" }]);
  });

  test("and there was none when the run began, no step follows another one in its message", async () => {
    const database = await create();
    const lock = "SELECT pg_advisory_lock(1), pg_advisory_unlock(1);";
    const migrations = numbered(make(2), make(3), lock, make(5), look, make(7));
    const application = await openSession(database.url);
    await application.query("SELECT pg_advisory_lock(1)");
    const migrating = run({ url: database.url, migrations }, "migrate");
    await until(async () => ((await inProgress(database).catch(() => []))[0]?.name === "4_m" ? true : undefined));
    await watch(database);
    await application.query("SELECT pg_advisory_unlock(1)");
    expect(await migrating).toMatchObject({ outcome: "done", done: named(1, 2, 3, 4, 5, 6, 7) });
    expect(await database.query("SELECT own FROM seen")).toEqual([{ own: "" }]);
  });
});

test("rows that a script brings along travel with it", async () => {
  const database = await create();
  const { url, links } = await through(database.url);
  const rows = `${make(2)}\nCOPY made_2 FROM stdin;\n1\n2\n\\.\n`;
  const report = await run({ url, migrations: numbered(rows, "INSERT INTO made_2 VALUES (3);") }, "migrate");
  expect([report.outcome, followers(links)]).toEqual(["done", 1]);
  expect(await database.query("SELECT id FROM made_2 ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
});

test("what must have a message of its own has one, and those around it go on", async () => {
  const database = await create();
  const { url, links } = await through(database.url);
  const index = "CREATE INDEX CONCURRENTLY made_late ON made_2 (id);";
  const report = await run({ url, migrations: numbered(make(2), index, make(4), make(5)) }, "migrate");
  expect([report.outcome, followers(links)]).toEqual(["done", 1]);
  expect(await recorded(database)).toEqual(named(1, 2, 3, 4, 5));
});

test.each([
  ["its isolation", "BEGIN ISOLATION LEVEL SERIALIZABLE;\nCREATE TABLE made_3 AS SELECT 1 AS n;\nCOMMIT;"],
  ["its isolation by a SET", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\nCREATE TABLE made_3 AS SELECT 1 AS n;"],
])("a step that says %s comes to the same behind another one as alone", async (_, text) => {
  const database = await create();
  const report = await run({ url: database.url, migrations: numbered(make(2), text, make(4)) }, "migrate");
  expect(report).toMatchObject({ outcome: "done" });
  expect(await database.query("SELECT n FROM made_3")).toEqual([{ n: 1 }]);
});

test.each([
  ["08006", "DO $$ BEGIN RAISE EXCEPTION 'the other server is gone' USING ERRCODE = '08006'; END $$;"],
  ["08P01", "SELECT $1;"],
])("a statement that the server refuses with %s has failed, and the connection is not lost", async (code, text) => {
  const database = await create();
  const report = await run({ url: database.url, migrations: numbered(make(2), text) }, "migrate");
  expect(report).toMatchObject({ outcome: "failed", failure: { migration: "3_m", statement: 1, code } });
});
