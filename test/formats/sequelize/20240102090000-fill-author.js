const { QueryTypes } = require("sequelize");

module.exports = {
  up: (queryInterface) =>
    queryInterface.sequelize.transaction(async (transaction) => {
      const { sequelize } = queryInterface;
      await queryInterface.bulkInsert("author", [{ name: "Ada" }, { name: "Ben" }], { transaction });
      const [author] = await sequelize.query("SELECT id FROM author WHERE name = :name", {
        replacements: { name: "Ada" },
        type: QueryTypes.SELECT,
        transaction,
      });
      const books = [1, 2, 3].map((price) => ({ authorId: author.id, title: `Notes ${price}`, price }));
      await queryInterface.bulkInsert("book", books, { transaction });
      const [found] = await sequelize.query("SELECT title FROM book WHERE price > $1", { bind: [1], transaction });
      if (found.length !== 2) throw new Error(`${found.length} books were found`);
      await queryInterface.bulkUpdate("book", { price: 9 }, { price: 3 }, { transaction });
    }),
  down: async (queryInterface) => {
    await queryInterface.bulkDelete("book", {});
    await queryInterface.bulkDelete("author", null);
  },
};
