// Migrates with Kysely's Migrator, as its documentation shows it: node kysely.mjs up|down
import { promises as fs } from "node:fs";
import path from "node:path";
import { FileMigrationProvider, Kysely, Migrator, MysqlDialect, NO_MIGRATIONS, PostgresDialect } from "kysely";

const [action] = process.argv.slice(2);
const url = process.env.DATABASE_URL;

const db = new Kysely({ dialect: await (url.startsWith("mysql:") ? mysqlDialect() : postgresDialect()) });
const migrationFolder = path.join(import.meta.dirname, "migrations");
const migrator = new Migrator({ db, provider: new FileMigrationProvider({ fs, path, migrationFolder }) });
const { error, results } = await (action === "up" ? migrator.migrateToLatest() : migrator.migrateTo(NO_MIGRATIONS));
for (const { migrationName, status } of results ?? []) console.log(`${migrationName}: ${status}`);
await db.destroy();
if (error) throw error;

async function mysqlDialect() {
  const { createPool } = await import("mysql2");
  return new MysqlDialect({ pool: createPool(url) });
}

async function postgresDialect() {
  const { default: pg } = await import("pg");
  return new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) });
}
