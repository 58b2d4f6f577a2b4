import { MigratorError } from "../errors";
import type { DialectName } from "../migration";
import type { GuardedDatabase, Query } from "./guarded-database";

type Rows = Awaited<ReturnType<Query>>;

/** Of `pg`: Client and PoolClient. */
export interface PgClient {
  query(sql: string): Promise<{ readonly rows: Rows; readonly command?: string }>;
  release?(destroy: unknown): void;
}

export interface PgPool extends PgClient {
  connect(): Promise<PgClient>;
}

/** Of `mysql2/promise`: Connection and PoolConnection. */
export interface MysqlConnection {
  query(options: { readonly sql: string; readonly rowsAsArray: false }): Promise<readonly [unknown, unknown]>;
  release?(): void;
  destroy?(): void;
}

export interface MysqlPool extends MysqlConnection {
  getConnection(): Promise<MysqlConnection>;
}

export interface Knex {
  raw(sql: string): PromiseLike<unknown>;
  transaction<T>(work: (trx: Knex) => Promise<T>, config: { readonly isolationLevel?: string }): Promise<T>;
}

/** A connection for the time of one transaction. */
interface Lease {
  readonly handle: unknown;
  readonly query: Query;
  commit(): Promise<unknown>;
  giveBack(state: "sound" | "broken"): void;
}

interface Client {
  readonly dialect: DialectName;
  readonly begin: string;
  readonly query: Query;
  lease(): Promise<Lease>;
}

function createGuarded({ dialect, begin, query, lease }: Client): GuardedDatabase<unknown> {
  return {
    dialect,
    query,
    transaction: async (work) => {
      const leased = await lease();
      let state: "sound" | "broken" = "sound";
      try {
        await leased.query(begin);
        const value = await work(leased.handle, leased.query);
        await leased.commit();
        return value;
      } catch (error) {
        await leased.query("ROLLBACK").catch(() => {
          state = "broken";
        });
        throw error;
      } finally {
        leased.giveBack(state);
      }
    },
  };
}

function pgLease(client: PgClient, giveBack: Lease["giveBack"]): Lease {
  const commit = async () => {
    const { command } = await client.query("COMMIT");
    // What the server answers when a statement had failed and the work went on regardless.
    if (command === "ROLLBACK") throw undone();
  };
  return { handle: client, query: pgQuery(client), commit, giveBack };
}

function pgQuery(client: PgClient): Query {
  return async (sql) => (await client.query(sql)).rows;
}

const PG = { dialect: "postgres", begin: "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE" } as const;

export function pgClient(client: PgClient): GuardedDatabase<unknown> {
  const turns = createTurns();
  const lease = async () => pgLease(client, await turns());
  return createGuarded({ ...PG, query: pgQuery(client), lease });
}

export function pgPool(pool: PgPool): GuardedDatabase<unknown> {
  const lease = async () => {
    const client = await pool.connect();
    return pgLease(client, (state) => client.release?.(state === "broken"));
  };
  return createGuarded({ ...PG, query: pgQuery(pool), lease });
}

function undone(): MigratorError {
  return new MigratorError("STATEMENT_FAILED", "The transaction was rolled back: a statement in it had failed.", {
    advice: "Let the errors of statements pass, or use savepoints.",
  });
}

function mysqlLease(connection: MysqlConnection, handle: unknown, giveBack: Lease["giveBack"]): Lease {
  const query = mysqlQuery(connection);
  return { handle, query, commit: () => query("COMMIT"), giveBack };
}

function mysqlQuery(connection: MysqlConnection): Query {
  return async (sql) => (await connection.query({ sql, rowsAsArray: false }))[0] as Rows;
}

const MYSQL = { dialect: "mysql", begin: "START TRANSACTION" } as const;

/** `handle`: what the work gets. */
export function mysqlConnection(connection: MysqlConnection, handle: unknown): GuardedDatabase<unknown> {
  const turns = createTurns();
  const lease = async () => mysqlLease(connection, handle, await turns());
  return createGuarded({ ...MYSQL, query: mysqlQuery(connection), lease });
}

/** `handleOf`: what the work gets of a connection. */
export function mysqlPool(
  pool: MysqlPool,
  handleOf: (connection: MysqlConnection) => unknown,
): GuardedDatabase<unknown> {
  const lease = async () => {
    const connection = await pool.getConnection();
    return mysqlLease(connection, handleOf(connection), (state) =>
      state === "broken" ? connection.destroy?.() : connection.release?.(),
    );
  };
  return createGuarded({ ...MYSQL, query: mysqlQuery(pool), lease });
}

export function knexDatabase(knex: Knex, dialect: DialectName): GuardedDatabase<unknown> {
  const queryOf =
    (from: Knex): Query =>
    async (sql) => {
      const answer = await from.raw(sql);
      return dialect === "postgres" ? (answer as { readonly rows: Rows }).rows : (answer as readonly [Rows])[0];
    };
  const config = dialect === "postgres" ? { isolationLevel: "read committed" } : {};
  return {
    dialect,
    query: queryOf(knex),
    transaction: (work) => knex.transaction((trx) => work(trx, queryOf(trx)), config),
  };
}

/** A single connection has one transaction at a time. @returns what waits for its turn, and gives what ends it */
function createTurns(): () => Promise<() => void> {
  let last: Promise<void> = Promise.resolve();
  return async () => {
    const before = last;
    let end = () => {};
    last = new Promise((resolve) => {
      end = resolve;
    });
    await before;
    return end;
  };
}
