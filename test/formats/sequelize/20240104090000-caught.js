/** A statement that fails and is caught, as in migrations that are meant to be repeated. */
module.exports = {
  up: async (queryInterface, Sequelize) => {
    const column = { type: Sequelize.STRING(20) };
    const refused = await queryInterface.addColumn("book", "edition", column).then(
      () => false,
      () => true,
    );
    if (!refused) throw new Error("the column was added twice");
    await queryInterface.addIndex("book", ["edition"], { name: "book_by_edition" });
  },
  down: (queryInterface) => queryInterface.removeIndex("book", "book_by_edition"),
};
