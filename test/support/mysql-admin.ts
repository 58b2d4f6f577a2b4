import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import type { Admin } from "./database";

const LOCK_WAIT_TIMEOUT = 1205;

/** Makes and drops databases on the MySQL-family server that an administrator's URL names. */
export function mysqlAdmin(adminUrl: string): Admin {
  const { hostname, port } = new URL(adminUrl);
  return {
    async create({ name, user, password, grants = ["ALL PRIVILEGES"] }) {
      await connected(adminUrl, async (admin) => {
        await admin.query(`CREATE DATABASE \`${name}\``);
        await admin.query(`CREATE USER '${user}'@'%' IDENTIFIED BY '${password}'`);
        for (const grant of grants) await admin.query(`GRANT ${within(name, grant)} TO '${user}'@'%'`);
      });
      return `mysql://${user}:${password}@${hostname}:${port || 3306}/${name}`;
    },
    query: (name, sql, values) => connected({ uri: adminUrl, database: name }, (admin) => rows(admin, sql, values)),
    drop: ({ name, user }) => connected(adminUrl, (admin) => dropAll(admin, name, user)),
  };
}

function within(database: string, grant: string): string {
  return grant.includes(" ON ") ? grant : `${grant} ON \`${database}\`.*`;
}

async function dropAll(admin: Connection, name: string, user: string): Promise<void> {
  await admin.query(`DROP USER IF EXISTS '${user}'@'%'`);
  await admin.query("SET SESSION lock_wait_timeout = 1");
  try {
    await admin.query(`DROP DATABASE IF EXISTS \`${name}\``);
  } catch (error) {
    // A test may leave a transaction open. Its session is ended only now, so that idle ones do not see an error.
    if ((error as { errno?: number }).errno !== LOCK_WAIT_TIMEOUT) throw error;
    await endSessions(admin, user);
    await admin.query(`DROP DATABASE IF EXISTS \`${name}\``);
  }
}

async function endSessions(admin: Connection, user: string): Promise<void> {
  const sessions = await rows<{ id: number }>(
    admin,
    "SELECT id AS id FROM information_schema.processlist WHERE user = ?",
    [user],
  );
  for (const { id } of sessions) await admin.query(`KILL ${id}`);
}

async function rows<Row>(admin: Connection, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
  const [result] = await admin.query<RowDataPacket[]>(sql, [...values]);
  return result as Row[];
}

async function connected<T>(
  target: string | { readonly uri: string; readonly database: string },
  work: (admin: Connection) => Promise<T>,
): Promise<T> {
  const admin = await createConnection(typeof target === "string" ? { uri: target } : target);
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}
