import type { DialectName } from "../migration";

/** Runs one statement of the Guard's own, which holds no placeholder, and gives its rows as objects. */
export type Query = (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/**
 * What the Guard needs of a database. Clients of `pg` and `mysql2` and Knex are taken as they are; for anything else
 * implement this.
 */
export interface GuardedDatabase<Handle> {
  readonly dialect: DialectName;
  /** Outside of a transaction. */
  readonly query: Query;
  /**
   * Runs `work` in a transaction of its own on one connection; commits when it is done and rolls back when it fails. Nothing
   * may be read in it before `work` is called. On PostgreSQL it is READ COMMITTED.
   */
  transaction<T>(work: (handle: Handle, query: Query) => Promise<T>): Promise<T>;
}

type Callback<Handle> = (error: unknown, handle: Handle, done: unknown) => void;

/** What `work` of `guard.transaction` gets: a client of a pool, Knex's `trx`, or the connection itself. */
export type HandleOf<Database> =
  Database extends GuardedDatabase<infer Handle>
    ? Handle
    : Database extends { raw: unknown; transaction(work: (trx: infer Trx) => Promise<unknown>): unknown }
      ? Trx
      : Database extends { readonly totalCount: number; connect(callback: Callback<infer Client>): void }
        ? NonNullable<Client>
        : Database extends { getConnection(): Promise<infer Connection> }
          ? Connection
          : Database extends {
                getConnection(callback: (error: unknown, connection: infer Connection) => unknown): void;
              }
            ? Connection
            : Database;
