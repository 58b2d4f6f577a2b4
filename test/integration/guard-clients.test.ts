import { createRequire } from "node:module";
import { resolve } from "node:path";
import * as callbacks from "mysql2";
import * as promises from "mysql2/promise";
import { Client, Pool, type PoolClient } from "pg";
import { createGuard, type HandleOf, MigratorError, type Query } from "../../lib/guard";
import type { Migration } from "../../lib/migration";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { run, sql } from "../support/migrator";

interface Knex {
  (table: string): { insert(row: object): PromiseLike<unknown> };
  raw(sql: string): PromiseLike<unknown>;
  transaction<T>(work: (trx: Knex) => Promise<T>, config?: object): Promise<T>;
  destroy(): Promise<void>;
}
const load = createRequire(resolve(__dirname, "../tools/package.json"));
const knexAt = (client: string, connection: string): Knex => load("knex")({ client, connection, pool: { max: 2 } });

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
function closedBy<T>(what: T, close: () => unknown): T {
  closing.push(close);
  return what;
}

/** The test's database may be dropped first, which ends its sessions. */
function openPg<T extends { on(event: "error", listener: () => void): unknown; end(): unknown }>(client: T): T {
  client.on("error", () => undefined);
  return closedBy(client, () => client.end());
}

const insert = "INSERT INTO item VALUES (1)";

async function migrated(server: "mysql" | "postgres18"): Promise<[TestDatabase, readonly Migration[]]> {
  const dialect = server === "mysql" ? "mysql" : "postgres";
  const set = [sql("1_item", "CREATE TABLE item (id INT);", dialect)];
  const database = await createTestDatabase({ server });
  await run({ url: database.url, migrations: set }, "migrate");
  return [database, set];
}

/** Two transactions at once, of which the second fails, and one after them. */
async function tried<Database>(
  [database, set]: [TestDatabase, readonly Migration[]],
  open: () => Database | Promise<Database>,
  work: (handle: HandleOf<Database>) => PromiseLike<unknown>,
) {
  const opened = await open();
  const guard = createGuard({ set, database: () => opened });
  const failing = guard.transaction(async (handle) => {
    await work(handle);
    throw new Error("no");
  });
  const [good, bad] = await Promise.allSettled([guard.transaction(async (handle) => work(handle)), failing]);
  await guard.transaction(async (handle) => work(handle));
  const [row] = await database.query<{ n: unknown }>("SELECT COUNT(*) AS n FROM item");
  return [good.status, bad.status, Number(row?.n)];
}

const AS_IT_SHOULD = ["fulfilled", "rejected", 2];

test("a client of pg", async () => {
  const target = await migrated("postgres18");
  const client = openPg(new Client({ connectionString: target[0].url }));
  await client.connect();
  expect(
    await tried(
      target,
      () => client,
      (handle: Client) => handle.query(insert),
    ),
  ).toEqual(AS_IT_SHOULD);
});

test("a pool of pg", async () => {
  const target = await migrated("postgres18");
  const pool = openPg(new Pool({ connectionString: target[0].url, max: 2 }));
  const work = (handle: PoolClient) => handle.query(insert);
  expect(await tried(target, () => pool, work)).toEqual(AS_IT_SHOULD);
  expect([pool.totalCount, pool.idleCount]).toEqual([2, 2]);
});

test("a connection of mysql2/promise", async () => {
  const target = await migrated("mysql");
  const open = async () => {
    const connection = await promises.createConnection(target[0].url);
    return closedBy(connection, () => connection.end());
  };
  expect(await tried(target, open, (handle: promises.Connection) => handle.query(insert))).toEqual(AS_IT_SHOULD);
});

test("a pool of mysql2/promise", async () => {
  const target = await migrated("mysql");
  const pool = promises.createPool({ uri: target[0].url, connectionLimit: 2, rowsAsArray: true });
  closedBy(pool, () => pool.end());
  const work = (handle: promises.PoolConnection) => handle.query(insert);
  expect(await tried(target, () => pool, work)).toEqual(AS_IT_SHOULD);
});

const answered = (handle: callbacks.Connection) =>
  new Promise((done, fail) => handle.query(insert, (error) => (error ? fail(error) : done(undefined))));

test("a connection of mysql2 with callbacks", async () => {
  const target = await migrated("mysql");
  const connection = callbacks.createConnection(target[0].url);
  closedBy(connection, () => connection.promise().end());
  expect(await tried(target, () => connection, answered)).toEqual(AS_IT_SHOULD);
});

test("a pool of mysql2 with callbacks", async () => {
  const target = await migrated("mysql");
  const pool = callbacks.createPool({ uri: target[0].url, connectionLimit: 2 });
  closedBy(pool, () => pool.promise().end());
  const work = (handle: callbacks.PoolConnection) => answered(handle);
  expect(await tried(target, () => pool, work)).toEqual(AS_IT_SHOULD);
});

test.each([
  ["mysql", "mysql2"],
  ["postgres18", "pg"],
] as const)("Knex on %s", async (server, client) => {
  const target = await migrated(server);
  const knex = knexAt(client, target[0].url);
  closedBy(knex, () => knex.destroy());
  const work = async (trx: Knex) => trx("item").insert({ id: 1 });
  expect(await tried(target, () => knex, work)).toEqual(AS_IT_SHOULD);
  const within = knex.transaction((trx) => createGuard({ set: target[1], database: () => trx }).transaction(work));
  await expect(within).rejects.toMatchObject({ code: "INVALID_SETTINGS" });
});

test("work that swallows the failure of a statement is not taken for committed", async () => {
  const [database, set] = await migrated("postgres18");
  const pool = openPg(new Pool({ connectionString: database.url }));
  const guard = createGuard({ set, database: () => pool });
  const work = guard.transaction(async (client) => {
    await client.query(insert);
    await client.query("nonsense").catch(() => undefined);
  });
  await expect(work).rejects.toMatchObject({ code: "STATEMENT_FAILED" });
  expect(await database.query("SELECT * FROM item")).toEqual([]);
});

test("a connection that broke does not go back to its pool", async () => {
  const [database, set] = await migrated("mysql");
  const pool = promises.createPool({ uri: database.url, connectionLimit: 1 });
  closedBy(pool, () => pool.end());
  const guard = createGuard({ set, database: () => pool });
  const work = guard.transaction(async (connection) => {
    const [[row]] = (await connection.query("SELECT CONNECTION_ID() AS id")) as unknown as [[{ id: number }]];
    await database.query(`KILL ${row.id}`);
    await connection.query(insert);
  });
  await expect(work).rejects.toThrow();
  expect(await guard.transaction(async (connection) => connection.query(insert))).toMatchObject([
    { affectedRows: 1 },
    undefined,
  ]);
});

test("at another level than READ COMMITTED, PostgreSQL would show what was there before the lock: refused", async () => {
  const [database, set] = await migrated("postgres18");
  const client = openPg(new Client({ connectionString: database.url }));
  await client.connect();
  const query: Query = async (text) => (await client.query(text)).rows;
  const own = {
    dialect: "postgres" as const,
    query,
    transaction: async <T>(work: (handle: Client, ask: Query) => Promise<T>) => {
      await query("BEGIN ISOLATION LEVEL REPEATABLE READ");
      return await work(client, query).finally(async () => {
        await query("ROLLBACK");
      });
    },
  };
  const work = createGuard({ set, database: () => own }).transaction(async () => "served");
  await expect(work).rejects.toMatchObject({
    code: "INVALID_SETTINGS",
    message: expect.stringContaining("repeatable"),
  });
});

test.each([undefined, null, 1, "mysql://h/d", {}, { query() {} }, { dialect: "oracle", query() {}, transaction() {} }])(
  "what is no database is refused: %j",
  async (database) => {
    const guard = createGuard({ set: [sql("1_a", "DO 0;")], database: () => database });
    const error = await guard.transaction(async () => undefined).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(MigratorError);
    expect(error.code).toBe("INVALID_SETTINGS");
  },
);
