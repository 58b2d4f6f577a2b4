import type { Database } from "../../lib/database/database";
import { createMigrator } from "../../lib/engine/migrator";
import { type ColdStartOptions, migrateOnColdStart } from "../../lib/guard";
import type { Migration } from "../../lib/migration";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { databaseAt, sql } from "../support/migrator";
import { SERVERS } from "../support/servers";

const event = { version: "2.0", requestContext: { http: {} } };
const context = { getRemainingTimeInMillis: () => 25_000 };
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A container of a small application: it brings its migrations along, and answers `served`. */
function container(database: Database, migrations: readonly Migration[], options: ColdStartOptions = {}) {
  const source = { location: "the test", load: async () => migrations };
  const migrator = createMigrator({ source, database, late: "refuse", bundle: "test", log: silent });
  const start = migrateOnColdStart(() => ({ migrator }), options);
  return { start, handler: start.protect(async (_event: unknown, _context: typeof context) => "served") };
}

describe.each(SERVERS)("$server", ({ server, dialect, sleep: sleeping }) => {
  const parse = (text: string) => sql("1_once", text, dialect);
  const once = (seconds: number) =>
    parse(`CREATE TABLE ran (id INT);\n${sleeping(seconds)};\nINSERT INTO ran VALUES (1);`);
  const outcomes = async (database: TestDatabase) =>
    (await database.query<{ outcome: string | null }>("SELECT outcome FROM migration_run")).map(
      ({ outcome }) => outcome,
    );

  test("of ten containers that start at once one migrates, and all serve", async () => {
    const database = await createTestDatabase({ server });
    const handlers = Array.from({ length: 10 }, () => container(databaseAt(database.url), [once(0.5)]).handler);
    const answers = await Promise.all(handlers.map((handler) => handler(event, context)));
    expect(answers).toEqual(answers.map(() => "served"));
    expect(await database.query("SELECT id FROM ran")).toEqual([{ id: 1 }]);
    expect(await outcomes(database)).toEqual(["done"]);
  });

  test("what initialisation has no time for is left to the requests, which are refused until it is done", async () => {
    const database = await createTestDatabase({ server });
    const options = { initMs: 2_000, requestMs: 2_000 };
    const one = container(databaseAt(database.url), [once(2)], options);
    // Lambda begins it anew where it took too long.
    await one.start.init();
    const other = container(databaseAt(database.url), [once(2)], options);
    expect(await other.handler(event, context)).toMatchObject({ statusCode: 503, headers: { "Retry-After": "5" } });
    const patient = container(databaseAt(database.url), [once(2)]);
    await patient.start.init();
    expect([await patient.handler(event, context), await one.handler(event, context)]).toEqual(["served", "served"]);
    expect(await database.query("SELECT id FROM ran")).toEqual([{ id: 1 }]);
  });

  test("what has failed is not tried again by every request", async () => {
    const database = await createTestDatabase({ server });
    const { start, handler } = container(databaseAt(database.url), [parse("INSERT INTO missing VALUES (1);")]);
    await start.init();
    expect([await handler(event, context), await handler(event, context)]).toMatchObject([
      { statusCode: 503 },
      { statusCode: 503 },
    ]);
    await expect(handler({} as typeof event, context)).rejects.toMatchObject({ code: "OUT_OF_DATE" });
    expect(await outcomes(database)).toEqual(["failed"]);
  });

  test("a database that is not there yet is asked again by the next request", async () => {
    const database = await createTestDatabase({ server });
    const there = databaseAt(database.url);
    let url = Object.assign(new URL(database.url), { port: "1" }).href;
    const moving: Database = { ...there, read: (...read) => databaseAt(url).read(...read) };
    const { start, handler } = container(moving, [once(0)], { initMs: 2_000 });
    await start.init();
    const short = { getRemainingTimeInMillis: () => 4_000 };
    expect(await handler(event, short)).toMatchObject({ statusCode: 503 });
    url = database.url;
    expect(await handler(event, context)).toBe("served");
  });
});
