import type { CodeParams, Context } from "../../migration";
import type { Adapter, ToolScript } from "./adapter";
import { createDriver, type Driver, serverOf } from "./driver";

/** What is used of the package `knex`, version 1 to 3. */
interface KnexPackage {
  knex(config: object): Knex;
}

interface Knex {
  readonly client: object;
  transaction<T>(work: (transaction: Knex) => Promise<T>): Promise<T>;
}

/** Runs Knex migrations, with the package that they were written for. */
export function createKnexAdapter(imported: unknown): Adapter {
  return async (script: ToolScript, { context }: CodeParams) => {
    const driver = createDriver(context);
    const knex = await openKnex(imported as KnexPackage, { context, driver, script });
    const run = async (given: Knex) => {
      await script.run(given, Promise);
    };
    await driver.run(() => (script.inTransaction ? knex.transaction(run) : run(knex)));
  };
}

interface Parts {
  readonly context: Context;
  readonly driver: Driver;
  readonly script: ToolScript;
}

/** Without settings of a connection Knex makes no pool and loads no driver. */
async function openKnex({ knex: create }: KnexPackage, { context, driver, script }: Parts): Promise<Knex> {
  const { database, version, isMariaDB } = await serverOf(context);
  const warn = (message: string) => context.log.warn("knex warns", { message });
  const knex = create({
    client: context.dialect === "mysql" ? "mysql2" : "pg",
    // Its messages hold the statement; without this, with all its values.
    compileSqlOnError: false,
    log: { debug: warn, warn, deprecate: warn, error: warn },
  });
  Object.assign(knex.client, {
    version,
    isMariaDB,
    connectionSettings: { database },
    // On PostgreSQL the step is a transaction already: Knex begins those of its own in it, as savepoints.
    transacting: context.dialect === "postgres" && script.inTransaction,
    acquireConnection: driver.acquire,
    releaseConnection: driver.release,
    destroy: async () => {},
  });
  return knex;
}
