import { createConnection } from "mysql2/promise";
import { Client } from "pg";
import type { Migration } from "../../lib/migration";
import { type CountingProxy, countingProxy } from "../support/counting-proxy";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { sql as parse, run } from "../support/migrator";
import { SERVERS, type Server } from "../support/servers";

let proxy: CountingProxy | undefined;

afterEach(() => proxy?.close());

async function opened(server: Server): Promise<{ readonly database: TestDatabase; readonly proxy: CountingProxy }> {
  const database = await createTestDatabase(server);
  proxy = await countingProxy(database.url);
  return { database, proxy };
}

/** What the driver itself needs to open a connection and to ask one question on it. */
async function oneQuestion({ url, count }: CountingProxy): Promise<number> {
  if (url.startsWith("mysql:")) {
    const connection = await createConnection(url);
    await connection.query("DO 0");
    await connection.end();
  } else {
    const client = new Client(url);
    await client.connect();
    await client.query("SELECT 0");
    await client.end();
  }
  return count().roundTrips;
}

describe.each(SERVERS)("on $dialect", (server) => {
  const { dialect } = server;
  const make = (from: number, to: number): readonly Migration[] =>
    Array.from({ length: to - from }, (_, index) => {
      const number = String(from + index).padStart(5, "0");
      return parse(`${number}_x`, `CREATE TABLE t${number} (n INT);`, dialect);
    });
  /** Records them as applied, as a run would have. */
  const record = ({ query }: TestDatabase, migrations: readonly Migration[]) => {
    const rows = migrations.map(
      ({ name, checksum, normalised }) =>
        `('${name}', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, '${checksum}', '${normalised}', 1, 'r', 'b')`,
    );
    const columns = ["name", "createdAt", "updatedAt", "checksum", "normalised", "durationMs", "runId", "bundle"];
    const named = columns.map((column) => (dialect === "mysql" ? column : `"${column}"`));
    return query(`INSERT INTO migration (${named.join(", ")}) VALUES ${rows.join(", ")}`);
  };

  test("nothing to do costs what the driver needs to connect, and one round trip", async () => {
    const { proxy } = await opened(server);
    await run({ url: proxy.url, migrations: make(0, 1) }, "migrate");
    proxy.count();
    const needed = await oneQuestion(proxy);
    expect(await run({ url: proxy.url, migrations: make(0, 1) }, "migrate")).toMatchObject({ done: [] });
    expect(proxy.count()).toMatchObject({ connections: 1, roundTrips: needed });
  });

  test("the answer to nothing to do is as long after 1,000 migrations as after 10", async () => {
    const { database, proxy } = await opened(server);
    await run({ url: proxy.url, migrations: make(0, 1) }, "migrate");
    const traffic = async (migrations: readonly Migration[]) => {
      proxy.count();
      expect(await run({ url: proxy.url, migrations }, "migrate")).toMatchObject({ outcome: "done", done: [] });
      return proxy.count();
    };
    await record(database, make(1, 10));
    const ten = await traffic(make(0, 10));
    await record(database, make(10, 1_000));
    expect(await traffic(make(0, 1_000))).toEqual(ten);
  });

  test("a run has one connection, two round trips between its look and its first migration, and one after its last", async () => {
    const { proxy } = await opened(server);
    await run({ url: proxy.url, migrations: make(0, 1) }, "migrate");
    proxy.count();
    const look = await oneQuestion(proxy);
    expect(await run({ url: proxy.url, migrations: make(0, 2) }, "migrate")).toMatchObject({
      done: [{ name: "00001_x" }],
    });
    const [before, migration, after] = [2, 1, 1];
    expect(proxy.count()).toMatchObject({ connections: 1, roundTrips: look + before + migration + after });
  });
});
