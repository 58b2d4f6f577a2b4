// One statement after the other on one connection of the driver, and no record of anything: node driver.cjs URL STATEMENTS.json
import { readFileSync } from "node:fs";

const [url = "", path = ""] = process.argv.slice(2);

async function run(): Promise<void> {
  const statements: readonly string[] = JSON.parse(readFileSync(path, "utf8"));
  const { query, end } = await (url.startsWith("mysql:") ? connectMysql() : connectPostgres());
  for (const statement of statements) await query(statement);
  await end();
}

interface Connected {
  readonly query: (sql: string) => Promise<unknown>;
  readonly end: () => Promise<void>;
}

async function connectMysql(): Promise<Connected> {
  const { createConnection } = await import("mysql2/promise");
  const connection = await createConnection(url);
  return { query: (sql) => connection.query(sql), end: () => connection.end() };
}

async function connectPostgres(): Promise<Connected> {
  const { Client } = await import("pg");
  const client = new Client(url);
  await client.connect();
  return { query: (sql) => client.query(sql), end: () => client.end() };
}

run().catch((error: unknown) => {
  console.error(String(error));
  process.exitCode = 1;
});
