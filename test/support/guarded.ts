import { createPool } from "mysql2/promise";
import { Pool } from "pg";
import { createGuard, type Guard, type GuardOptions } from "../../lib/guard";
import { adapt } from "../../lib/guard/adapt";
import type { GuardedDatabase } from "../../lib/guard/guarded-database";
import type { Migration } from "../../lib/migration";

/** Runs one statement in a transaction of the application's. */
export type Work = (sql: string) => Promise<unknown>;

/** A container of an application: a pool and a Guard of its own. */
export interface Container {
  readonly guard: Guard<Work>;
  close(): Promise<void>;
}

const open: Container[] = [];

// A pool that stays behind would keep Jest from ending.
afterEach(async () => {
  for (const container of open.splice(0)) await container.close();
});

type Options = Partial<Omit<GuardOptions<unknown>, "set" | "database">> & {
  /** Changes a statement of the Guard's own on its way to the database. */
  readonly rewrite?: (sql: string) => string;
};

/** An application that was built with these migrations. */
export function startContainer(url: string, set: readonly Migration[], options: Options = {}): Container {
  const { rewrite = (sql: string) => sql, ...others } = options;
  const pool = poolAt(url);
  const plain = adapt(pool) as GuardedDatabase<{ query: Work }>;
  const database: GuardedDatabase<Work> = {
    dialect: plain.dialect,
    query: (sql) => plain.query(rewrite(sql)),
    transaction: (work) =>
      plain.transaction((client, query) =>
        work(
          (sql) => client.query(sql),
          (sql) => query(rewrite(sql)),
        ),
      ),
  };
  const guard = createGuard({ set, database: () => database, log: { warn: () => undefined }, ...others });
  const container = { guard, close: () => pool.end() };
  open.push(container);
  return container;
}

export function poolAt(url: string) {
  if (url.startsWith("mysql:")) return createPool({ uri: url, connectionLimit: 4 });
  const pool = new Pool({ connectionString: url, max: 4 });
  // The test's database may be dropped first, which ends its sessions.
  pool.on("error", () => undefined);
  return pool;
}
