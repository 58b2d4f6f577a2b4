import { createConnection } from "mysql2/promise";
import { Client } from "pg";

/** A connection that stays until the test ends, to hold things on. */
export interface OpenSession {
  query(sql: string): Promise<unknown>;
  end(): Promise<void>;
}

const open: OpenSession[] = [];

// One that stays behind would keep Jest from ending.
afterEach(async () => {
  for (const session of open.splice(0)) await session.end().catch(() => undefined);
});

export async function openSession(url: string): Promise<OpenSession> {
  const session = url.startsWith("mysql:") ? await createConnection(url) : await openPostgres(url);
  open.push(session);
  return session;
}

async function openPostgres(url: string): Promise<OpenSession> {
  const client = new Client({ connectionString: url });
  // The test's database may be dropped first, which ends its sessions.
  client.on("error", () => {});
  await client.connect();
  return { query: (sql) => client.query(sql), end: () => client.end() };
}
