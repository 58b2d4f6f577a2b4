import createKnex, { type Knex } from "knex";

let knex: Knex | undefined;

/** One connection for each container, which answers one request at a time. */
export function database(): Knex {
  knex ??= createKnex({ client: "pg", connection: process.env.DATABASE_URL, pool: { min: 0, max: 1 } });
  return knex;
}
