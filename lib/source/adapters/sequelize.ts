import { promisify } from "node:util";
import type { CodeParams, Context } from "../../migration";
import type { Adapter, ToolScript } from "./adapter";
import { createDriver, type Driver, type Send, serverOf } from "./driver";

/** What is used of the package `sequelize`, version 6. */
interface SequelizePackage {
  readonly Sequelize: new (options: object) => Sequelize;
}

interface Sequelize {
  readonly connectionManager: object;
  getQueryInterface(): { readonly queryGenerator: object };
}

/** Runs migrations of the Sequelize CLI, and those that umzug calls with a Sequelize or its query interface. */
export function createSequelizeAdapter(imported: unknown): Adapter {
  const { Sequelize } = imported as SequelizePackage;
  return async (script: ToolScript, { name, context }: CodeParams) => {
    const guarded = context.dialect === "postgres" && script.inTransaction;
    const driver = createDriver(context, guarded ? eachInSavepoint : undefined);
    const sequelize = new Sequelize(await optionsOf(context));
    takeOver(sequelize, driver);
    const queryInterface = sequelize.getQueryInterface();
    if (guarded) Object.assign(queryInterface.queryGenerator, WITHIN_TRANSACTION);
    // The Sequelize CLI gives the query interface, umzug an object with `context`: this is both.
    const given = Object.assign(queryInterface, {
      name,
      context: script.context === "sequelize" ? sequelize : queryInterface,
    });
    const run = script.parameters === 3 ? promisify(script.run) : script.run;
    try {
      await driver.run(async () => {
        await run(given, Sequelize);
      });
    } catch (error) {
      throw originalOf(error);
    }
  };
}

/** Sequelize keeps the driver's error in `original`, under a text of its own that tells less. */
function originalOf(error: unknown): unknown {
  const { original } = error instanceof Error ? (error as Error & { readonly original?: unknown }) : {};
  return original instanceof Error ? original : error;
}

async function optionsOf(context: Context): Promise<object> {
  const { database, version } = await serverOf(context);
  const [major = 0, minor = 0, patch = 0] = version.split(".");
  // As Sequelize does when it connects: it writes dates for that zone.
  await context.query(context.dialect === "mysql" ? "SET time_zone = '+00:00'" : "SET TIME ZONE 'UTC'");
  return {
    dialect: context.dialect,
    // In place of the driver that it would load.
    dialectModule: {},
    database,
    databaseVersion: `${major}.${minor}.${patch}`,
    logging: false,
  };
}

function takeOver({ connectionManager }: Sequelize, { acquire, release }: Driver): void {
  Object.assign(connectionManager, {
    getConnection: acquire,
    releaseConnection: release,
    destroyConnection: release,
    close: async () => {},
    // Asked for after an ENUM was made, to read values of it as the driver gives them.
    _refreshDynamicOIDs: async () => {},
  });
}

interface Transaction {
  readonly name: string;
}

/** The step is a transaction already: those that a migration begins are savepoints in it. */
const WITHIN_TRANSACTION = {
  startTransactionQuery: ({ name }: Transaction) => `SAVEPOINT "${name}";`,
  commitTransactionQuery: ({ name }: Transaction) => `RELEASE SAVEPOINT "${name}";`,
  rollbackTransactionQuery: ({ name }: Transaction) => `ROLLBACK TO SAVEPOINT "${name}";`,
  // PostgreSQL refuses to change it once a transaction has begun.
  setIsolationLevelQuery: () => undefined,
};

const SAVEPOINT = "migration_statement";

/**
 * These migrations were written for statements that commit by themselves: one may fail, its error be caught, and the next
 * be expected to run. In a transaction PostgreSQL would refuse the next.
 */
function eachInSavepoint(send: Send): Send {
  let last: Promise<unknown> = Promise.resolve();
  const inSavepoint: Send = async (sql, values) => {
    if (/^\s*(?:SAVEPOINT|RELEASE|ROLLBACK|COMMIT|BEGIN|START)\b/i.test(sql)) return send(sql, values);
    await send(`SAVEPOINT ${SAVEPOINT}`);
    try {
      return await send(sql, values);
    } catch (error) {
      await send(`ROLLBACK TO SAVEPOINT ${SAVEPOINT}`);
      throw error;
    } finally {
      await send(`RELEASE SAVEPOINT ${SAVEPOINT}`);
    }
  };
  // Promise.all over statements is common; one's savepoint must not hold another's statement.
  return (sql, values) => {
    const sent = last.then(() => inSavepoint(sql, values));
    last = sent.catch(() => {});
    return sent;
  };
}
