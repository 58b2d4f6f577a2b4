import { setTimeout as wait } from "node:timers/promises";
import { Client } from "pg";
import { cpuOf } from "./processes";
import { type Address, medianOf, PREFIX, type Server, urlOf } from "./server";

const POLL_MS = 2;
const SETTINGS =
  "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes')";
const BUSY = `SELECT 1 FROM pg_stat_activity WHERE datname LIKE '${PREFIX}%' LIMIT 1`;
const FOUND = `SELECT datname AS name FROM pg_database WHERE datname LIKE '${PREFIX}%'`;
const AT_ONCE = 4;
const TABLES = "SELECT COUNT(*) AS count FROM pg_class WHERE relkind = 'r' AND relname LIKE 't\\_%'";
/** What others have counted is seen once their connections are closed, one's own at once. */
const FSYNCS = "SELECT SUM(fsyncs) AS fsyncs FROM pg_stat_io WHERE object = 'wal'";

export async function openPostgres({ adminUrl, pid }: Address): Promise<Server> {
  const admin = await connected(adminUrl);
  const rows = async (sql: string) => (await admin.query(sql)).rows;
  const drop = async (databases: readonly string[]) => {
    for (const name of databases) await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  };
  return {
    dialect: "postgres",
    url: adminUrl,
    version: async () => `PostgreSQL ${(await rows("SHOW server_version"))[0]?.server_version}`,
    settings: async () => Object.fromEntries((await rows(SETTINGS)).map(({ name, setting }) => [name, setting])),
    recreate: async (databases) => {
      const found = new Set((await rows(FOUND)).map(({ name }) => name));
      // One may have more tables than a transaction has locks; of many, emptying takes half the time of making.
      const kept = databases.length > 1 ? databases.filter((name) => found.has(name)) : [];
      for (let first = 0; first < kept.length; first += AT_ONCE)
        await Promise.all(kept.slice(first, first + AT_ONCE).map((name) => empty(urlOf(adminUrl, name))));
      const made = databases.filter((name) => !kept.includes(name));
      await drop(made);
      // A copy of the files takes half of what writing each page to the log does.
      for (const name of made) await admin.query(`CREATE DATABASE ${name} STRATEGY = FILE_COPY`);
    },
    drop,
    tables: (database) =>
      using(urlOf(adminUrl, database), async (client) => Number((await client.query(TABLES)).rows[0]?.count)),
    durability: async (wanted) => {
      // What was dropped and made is not to be written while somebody is timed.
      if (wanted === "default") await admin.query("CHECKPOINT");
      const value = wanted === "fast" ? "off" : "on";
      await admin.query(`ALTER SYSTEM SET fsync = ${value}`);
      await admin.query("SELECT pg_reload_conf()");
      // The server itself reads it before it tells its connections to.
      while ((await rows("SHOW fsync"))[0]?.fsync !== value) await wait(POLL_MS);
    },
    counters: async () => {
      while ((await rows(BUSY)).length > 0) await wait(POLL_MS);
      await admin.query("SELECT pg_stat_force_next_flush()");
      return { durableWrites: Number((await rows(FSYNCS))[0]?.fsyncs), cpuMs: cpuOf(pid) };
    },
    roundTrip: (url) => using(url, (client) => medianOf(() => client.query("SELECT 1"))),
    close: () => admin.end(),
  };
}

async function empty(url: string): Promise<void> {
  await using(url, (client) => client.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public"));
}

async function connected(url: string): Promise<Client> {
  const client = new Client(url);
  await client.connect();
  return client;
}

async function using<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = await connected(url);
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
