module.exports = {
  async up(queryInterface, Sequelize) {
    const columns = await queryInterface.describeTable("book");
    if (columns.pages) throw new Error("book has pages already");
    const transaction = await queryInterface.sequelize.transaction();
    try {
      await Promise.all([
        queryInterface.addColumn("book", "pages", { type: Sequelize.INTEGER, defaultValue: 0 }, { transaction }),
        queryInterface.addColumn("book", "edition", { type: Sequelize.STRING(20) }, { transaction }),
      ]);
      await queryInterface.renameColumn("book", "price", "netPrice", { transaction });
      await transaction.commit();
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  },
  async down(queryInterface) {
    await queryInterface.renameColumn("book", "netPrice", "price");
    await queryInterface.removeColumn("book", "edition");
    await queryInterface.removeColumn("book", "pages");
  },
};
