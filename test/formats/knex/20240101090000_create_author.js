exports.up = async (knex) => {
  await knex.schema.createTable("author", (table) => {
    table.increments("id");
    table.string("name", 100).notNullable().unique();
    table.enu("role", ["writer", "editor"]).notNullable().defaultTo("writer");
    table.timestamps(true, true);
  });
  await knex.schema.createTable("book", (table) => {
    table.increments("id");
    table.integer("author_id").unsigned().notNullable().references("author.id").onDelete("CASCADE");
    table.string("title").notNullable();
    table.decimal("price", 8, 2);
    table.json("details");
    table.index(["author_id", "title"], "book_by_title");
  });
};

exports.down = (knex) => knex.schema.dropTableIfExists("book").dropTableIfExists("author");
