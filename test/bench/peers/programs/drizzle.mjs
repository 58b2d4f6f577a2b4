// Migrates with Drizzle's migrator, as its documentation shows it: node drizzle.mjs
const url = process.env.DATABASE_URL;
const migrationsFolder = "migrations";

await (url.startsWith("mysql:") ? migrateMysql() : migratePostgres());

async function migrateMysql() {
  const { drizzle } = await import("drizzle-orm/mysql2");
  const { migrate } = await import("drizzle-orm/mysql2/migrator");
  const { createConnection } = await import("mysql2/promise");
  const connection = await createConnection(url);
  await migrate(drizzle(connection), { migrationsFolder });
  await connection.end();
}

async function migratePostgres() {
  const { drizzle } = await import("drizzle-orm/node-postgres");
  const { migrate } = await import("drizzle-orm/node-postgres/migrator");
  const { default: pg } = await import("pg");
  const client = new pg.Client(url);
  await client.connect();
  await migrate(drizzle(client), { migrationsFolder });
  await client.end();
}
