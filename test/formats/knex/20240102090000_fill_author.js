exports.up = async (knex) => {
  await knex("author").insert({ name: "Ada" });
  await knex.transaction(async (transaction) => {
    const author = await transaction("author").where({ name: "Ada" }).first("id");
    const books = Array.from({ length: 5 }, (_, i) => ({ author_id: author.id, title: `Notes ${i}`, price: i }));
    await transaction.batchInsert("book", books, 2);
  });
  const changed = await knex("book")
    .where("price", ">", 2)
    .update({ price: knex.raw("price * ?", [2]) });
  if (changed !== 2) throw new Error(`${changed} books were changed`);
  const titles = await knex("book").orderBy("id").pluck("title");
  if (titles.length !== 5) throw new Error(`there are ${titles.length} books`);
};

exports.down = async (knex) => {
  await knex("book").del();
  await knex("author").del();
};
