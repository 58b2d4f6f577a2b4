// One statement after the other on one connection of the driver, and no record of anything: node driver.cjs URL STATEMENTS.json
import { readFileSync } from "node:fs";
import { tellCall } from "./tell";

const [url = "", path = ""] = process.argv.slice(2);

async function run(): Promise<void> {
  const statements: readonly string[] = JSON.parse(readFileSync(path, "utf8"));
  const connect = await (url.startsWith("mysql:") ? loadMysql() : loadPostgres());
  const begun = performance.now();
  const { query, end } = await connect();
  for (const statement of statements) await query(statement);
  await end();
  tellCall(begun);
}

interface Connected {
  readonly query: (sql: string) => Promise<unknown>;
  readonly end: () => Promise<void>;
}

async function loadMysql(): Promise<() => Promise<Connected>> {
  const { createConnection } = await import("mysql2/promise");
  return async () => {
    const connection = await createConnection(url);
    return { query: (sql) => connection.query(sql), end: () => connection.end() };
  };
}

async function loadPostgres(): Promise<() => Promise<Connected>> {
  const { Client } = await import("pg");
  return async () => {
    const client = new Client(url);
    await client.connect();
    return { query: (sql) => client.query(sql), end: () => client.end() };
  };
}

run().catch((error: unknown) => {
  console.error(String(error));
  process.exitCode = 1;
});
