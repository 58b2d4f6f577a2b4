import { MigratorError } from "../errors";
import {
  type Knex,
  knexDatabase,
  type MysqlConnection,
  type MysqlPool,
  mysqlConnection,
  mysqlPool,
  type PgClient,
  type PgPool,
  pgClient,
  pgPool,
} from "./clients";
import type { GuardedDatabase } from "./guarded-database";

/** By what the application has: on one connection, transactions must know of each other. */
const adapted = new WeakMap<object, GuardedDatabase<unknown>>();

/** Recognised by what they can do: importing the packages would bundle those that the application does not use. */
export function adapt(database: unknown): GuardedDatabase<unknown> {
  if (!isObject(database)) throw unknownDatabase();
  const known = adapted.get(database) ?? recognise(database);
  adapted.set(database, known);
  return known;
}

type Members = Readonly<Record<string, unknown>>;

function recognise(database: Members): GuardedDatabase<unknown> {
  const can = (...names: readonly string[]) => names.every((name) => typeof database[name] === "function");
  if (can("query", "transaction") && typeof database.dialect === "string") return own(database);
  if (can("raw", "transaction")) return knex(database);
  if (can("promise", "query")) return mysqlWithCallbacks(database);
  if (can("query", "getConnection")) return mysqlPool(database as unknown as MysqlPool, (connection) => connection);
  if (can("query", "beginTransaction")) return mysqlConnection(database as unknown as MysqlConnection, database);
  if (can("query", "connect") && typeof database.totalCount === "number") return pgPool(database as unknown as PgPool);
  if (can("query", "connect", "escapeLiteral")) return pgClient(database as unknown as PgClient);
  throw unknownDatabase();
}

function own(database: Members): GuardedDatabase<unknown> {
  if (database.dialect !== "mysql" && database.dialect !== "postgres") throw unknownDatabase();
  return database as unknown as GuardedDatabase<unknown>;
}

const KNEX_DIALECTS: Readonly<Record<string, "mysql" | "postgres">> = { mysql: "mysql", postgresql: "postgres" };

function knex(database: Members): GuardedDatabase<unknown> {
  if (database.isTransaction === true) {
    throw new MigratorError("INVALID_SETTINGS", "The Guard was given a transaction of Knex that is open already.", {
      advice: "Give it the Knex instance: what was read before the Guard looks may be out of date.",
    });
  }
  const { client } = database;
  const dialect = isObject(client) ? KNEX_DIALECTS[String(client.dialect)] : undefined;
  if (!dialect) throw unknownDatabase();
  return knexDatabase(database as unknown as Knex, dialect);
}

/** Of `mysql2` itself: the work gets what has callbacks, as the application has. */
function mysqlWithCallbacks(database: Members): GuardedDatabase<unknown> {
  const promised: unknown = (database as unknown as { promise(): unknown }).promise();
  if (typeof database.getConnection === "function") {
    const callbacks = (connection: MysqlConnection) => (connection as { readonly connection?: unknown }).connection;
    return mysqlPool(promised as MysqlPool, callbacks);
  }
  return mysqlConnection(promised as MysqlConnection, database);
}

function isObject(value: unknown): value is Members {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function unknownDatabase(): MigratorError {
  return new MigratorError("INVALID_SETTINGS", "The Guard does not know what `database` gave it.", {
    advice: "Give it a client or pool of pg or mysql2, Knex for one of these, or a GuardedDatabase of your own.",
  });
}
