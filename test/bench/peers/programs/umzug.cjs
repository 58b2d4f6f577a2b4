// Migrates as the pattern does in its Lambda: node umzug.cjs up|down
// umzug keeps its JSON store in the temporary folder, made from a table when the process starts; listeners keep the table.
const { rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { JSONStorage, Umzug } = require("umzug");

const [action] = process.argv.slice(2);
const url = new URL(process.env.DATABASE_URL);

async function main() {
  const client = await (url.protocol === "mysql:" ? connectMysql() : connectPostgres());
  const path = join(tmpdir(), `migrations-${process.pid}.json`);
  try {
    await client.query(client.table);
    const rows = await client.query("SELECT name FROM migration ORDER BY name");
    writeFileSync(path, JSON.stringify(rows.map(({ name }) => name)));
    const umzug = new Umzug({
      migrations: { glob: "migrations/*.js" },
      context: client,
      storage: new JSONStorage({ path }),
      logger: console,
    });
    umzug.on("migrated", ({ name }) => client.query(client.insert, [name]));
    umzug.on("reverted", ({ name }) => client.query(client.remove, [name]));
    await (action === "up" ? umzug.up() : umzug.down({ to: 0 }));
  } finally {
    rmSync(path, { force: true });
    await client.quit();
  }
}

async function connectMysql() {
  const config = {
    host: url.hostname,
    port: Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: url.pathname.slice(1),
  };
  const mysql = require("serverless-mysql")({ config });
  return {
    table:
      "CREATE TABLE IF NOT EXISTS migration (name VARCHAR(255) PRIMARY KEY, createdAt DATETIME, updatedAt DATETIME)",
    insert: "INSERT INTO migration (name, createdAt, updatedAt) VALUES (?, NOW(), NOW())",
    remove: "DELETE FROM migration WHERE name = ?",
    query: (sql, values) => mysql.query(sql, values),
    quit: () => mysql.quit(),
  };
}

async function connectPostgres() {
  const { Client } = require("pg");
  const client = new Client(url.href);
  await client.connect();
  return {
    table: `CREATE TABLE IF NOT EXISTS migration (name VARCHAR(255) PRIMARY KEY, "createdAt" TIMESTAMP, "updatedAt" TIMESTAMP)`,
    insert: `INSERT INTO migration (name, "createdAt", "updatedAt") VALUES ($1, now(), now())`,
    remove: "DELETE FROM migration WHERE name = $1",
    query: async (sql, values) => (await client.query(sql, values)).rows,
    quit: () => client.end(),
  };
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
