// Stands for one container of a Lambda that migrates with another tool: node container.mjs TOOL FOLDER
// Takes `{ action, url }` over the channel to its parent, one at a time, and answers `{ done }`, names, or `{ error }`.
// With PAUSE_AT_ROW, a path, it makes that file where it would write a row, and stops there. With SEED_ONCE umzug's store is
// made by the first call alone.
import { existsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [tool, folder] = process.argv.slice(2);

process.once("disconnect", () => process.exit());
process.on("message", async ({ action, url }) => {
  try {
    process.send({ done: await TOOLS[tool](action, url) });
  } catch (error) {
    const { sqlMessage, message } = error.cause ?? error;
    // knex puts the statement before it.
    process.send({ error: sqlMessage ?? message.split(" - ").at(-1) });
  }
});

const TOOLS = { umzug, knex };

/** umzug's JSON store in /tmp, made from a table; listeners keep the table. */
async function umzug(action, url) {
  const { JSONStorage, Umzug } = await import("umzug");
  const { query, quit } = await (url.startsWith("mysql:") ? connectMysql(url) : connectPostgres(url));
  try {
    await query("CREATE TABLE IF NOT EXISTS migrations (name VARCHAR(255) NOT NULL)");
    const path = join(tmpdir(), "migrations.json");
    const rows = await query("SELECT name FROM migrations ORDER BY name");
    const isSeeded = process.env.SEED_ONCE && existsSync(path);
    if (!isSeeded) writeFileSync(path, JSON.stringify(rows.map(({ name }) => name)));
    const migrations = { glob: join(folder, "*.js") };
    const tool = new Umzug({ migrations, context: { query }, storage: new JSONStorage({ path }), logger: undefined });
    tool.on("migrated", async ({ name }) => {
      await pause();
      await query(`INSERT INTO migrations (name) VALUES ('${name}')`);
    });
    tool.on("reverted", ({ name }) => query(`DELETE FROM migrations WHERE name = '${name}'`));
    const done = await (action === "migrate" ? tool.up() : tool.down());
    return done.map(({ name }) => name);
  } finally {
    await quit();
  }
}

async function connectMysql(url) {
  const { default: serverlessMysql } = await import("serverless-mysql");
  const { hostname, port, username, password, pathname } = new URL(url);
  const config = { host: hostname, port, user: username, password, database: pathname.slice(1) };
  const client = serverlessMysql({ config });
  return { query: (sql) => client.query(sql), quit: () => client.quit() };
}

async function connectPostgres(url) {
  const { default: pg } = await import("pg");
  const client = new pg.Client(url);
  client.on("error", () => {}); // the query says it as well
  await client.connect();
  return { query: async (sql) => (await client.query(sql)).rows, quit: () => client.end().catch(() => {}) };
}

async function knex(action, url) {
  const { default: open } = await import("knex");
  const client = url.startsWith("mysql:") ? "mysql2" : "pg";
  const silent = { warn: () => {}, error: () => {}, debug: () => {}, deprecate: () => {} };
  const database = open({
    client,
    connection: url,
    log: silent,
    migrations: { directory: folder, afterEach: () => pause() },
  });
  try {
    if (action === "help") return await database.migrate.forceFreeMigrationsLock();
    const [, done] = await (action === "migrate" ? database.migrate.latest() : database.migrate.rollback());
    return done;
  } finally {
    await database.destroy();
  }
}

async function pause() {
  if (!process.env.PAUSE_AT_ROW) return;
  writeFileSync(process.env.PAUSE_AT_ROW, "");
  await new Promise(() => {});
}
