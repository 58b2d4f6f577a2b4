/** What PostgreSQL refuses inside a transaction. */
const online = (knex) => (knex.client.config.client === "pg" ? "CONCURRENTLY" : "");

exports.config = { transaction: false };

exports.up = (knex) => knex.raw(`CREATE INDEX ${online(knex)} book_by_price ON book (net_price)`);

exports.down = (knex) =>
  knex.schema.alterTable("book", (table) => {
    table.dropIndex("net_price", "book_by_price");
  });
