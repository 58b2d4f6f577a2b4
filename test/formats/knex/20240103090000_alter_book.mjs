export async function up(knex) {
  if (await knex.schema.hasColumn("book", "pages")) throw new Error("book has pages already");
  await knex.schema.alterTable("book", (table) => {
    table.integer("pages").notNullable().defaultTo(0);
    table.string("title", 300).notNullable().alter();
    table.renameColumn("price", "net_price");
  });
  if (!(await knex.schema.hasTable("book"))) throw new Error("book is gone");
}

export async function down(knex) {
  await knex.schema.alterTable("book", (table) => {
    table.renameColumn("net_price", "price");
    table.dropColumn("pages");
    table.string("title", 255).notNullable().alter();
  });
}
