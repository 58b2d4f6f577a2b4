import { ask } from "./ask";
import { adminUrl, createTestDatabase, type TestDatabase } from "./database";
import type { Server } from "./servers";

/** Several databases of one server, and one user for them. */
export interface Instance {
  /** The user's own database, which is none of them. */
  readonly home: TestDatabase;
  /** What the names of all of them begin with, and no other's. */
  readonly prefix: string;
  readonly names: readonly string[];
  /** Login of the user to one of them. */
  url(name: string): string;
}

/** Hands `work` an instance whose databases are called by its prefix and these suffixes; they are kept when it fails. */
export async function withInstance(
  server: Server,
  suffixes: readonly string[],
  work: (instance: Instance) => Promise<void>,
): Promise<void> {
  const home = await createTestDatabase(server);
  const prefix = `t${home.name.slice(-8)}_`;
  const names = suffixes.map((suffix) => prefix + suffix);
  const user = new URL(home.url).username;
  await Promise.all(names.map((name) => create(server, name, user)));
  await work({
    home,
    prefix,
    names,
    url: (name) => Object.assign(new URL(home.url), { pathname: encodeURIComponent(name) }).href,
  });
  await Promise.all(
    names.map((name) => ask(adminUrl(server.server), `DROP DATABASE IF EXISTS ${quoted(server, name)}`)),
  );
}

async function create(server: Server, name: string, user: string): Promise<void> {
  const admin = adminUrl(server.server);
  const database = quoted(server, name);
  if (server.dialect === "postgres") {
    await ask(admin, `CREATE DATABASE ${database} OWNER ${user}`);
    return;
  }
  await ask(admin, `CREATE DATABASE ${database}`);
  // In a grant, _ and % are wildcards.
  await ask(admin, `GRANT ALL PRIVILEGES ON ${database.replace(/[_%]/g, "\\$&")}.* TO '${user}'@'%'`);
}

function quoted({ dialect }: Server, name: string): string {
  return dialect === "mysql" ? `\`${name.replaceAll("`", "``")}\`` : `"${name.replaceAll('"', '""')}"`;
}
