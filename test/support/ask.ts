import { createConnection } from "mysql2/promise";
import { Client } from "pg";

/** Runs one statement on a connection of its own, as the user and on the kind of server that the URL names. */
export function ask(url: string, sql: string): Promise<unknown> {
  return url.startsWith("mysql:") ? askMysql(url, sql) : askPostgres(url, sql);
}

async function askMysql(url: string, sql: string): Promise<unknown> {
  const connection = await createConnection(url);
  try {
    const [rows] = await connection.query(sql);
    return rows;
  } finally {
    await connection.end();
  }
}

async function askPostgres(url: string, sql: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(sql);
    return rows;
  } finally {
    await client.end();
  }
}
