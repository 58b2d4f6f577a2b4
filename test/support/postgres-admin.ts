import { Client } from "pg";
import type { Admin } from "./database";

/** Makes and drops databases on the PostgreSQL server that an administrator's URL names. */
export function postgresAdmin(adminUrl: string): Admin {
  return {
    async create({ name, user, password, grants }) {
      await connected(adminUrl, async (admin) => {
        await admin.query(`CREATE ROLE ${user} LOGIN PASSWORD '${password}'`);
        await admin.query(`CREATE DATABASE ${name} ${grants ? "" : `OWNER ${user}`}`);
      });
      await connected(at(adminUrl, name), async (admin) => {
        for (const statement of grants ? restrict(grants, { name, user }) : own(user)) await admin.query(statement);
      });
      return Object.assign(at(adminUrl, name), { username: user, password }).href;
    },
    query: (name, sql, values) =>
      connected(at(adminUrl, name), async (admin) => {
        const { rows } = await admin.query(sql, values && [...values]);
        return rows;
      }),
    drop: ({ name, user }) =>
      connected(adminUrl, async (admin) => {
        await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`); // a test may leave a session open
        await admin.query(`DROP ROLE IF EXISTS ${user}`);
      }),
  };
}

// Before PostgreSQL 15 it belongs to the administrator even in a database that is somebody else's.
function own(user: string): readonly string[] {
  return [`ALTER SCHEMA public OWNER TO ${user}`];
}

/** The asked privileges and no others, not even those that everybody has. */
function restrict(
  grants: readonly string[],
  { name, user }: { readonly name: string; readonly user: string },
): readonly string[] {
  return [
    `REVOKE ALL ON DATABASE ${name} FROM PUBLIC`,
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    ...grants.map((grant) => `GRANT ${grant.includes(" ON ") ? grant : `${grant} ON DATABASE ${name}`} TO ${user}`),
  ];
}

function at(adminUrl: string, database: string): URL {
  return Object.assign(new URL(adminUrl), { pathname: database });
}

async function connected<T>(url: string | URL, work: (admin: Client) => Promise<T>): Promise<T> {
  const admin = new Client({ connectionString: url.toString() });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}
