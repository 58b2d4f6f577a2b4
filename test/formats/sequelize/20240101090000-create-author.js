module.exports = {
  up: async (queryInterface, Sequelize) => {
    await queryInterface.createTable("author", {
      id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
      name: { type: Sequelize.STRING(100), allowNull: false, unique: true },
      role: { type: Sequelize.ENUM("writer", "editor"), allowNull: false, defaultValue: "writer" },
      createdAt: { type: Sequelize.DATE, allowNull: false, defaultValue: Sequelize.literal("CURRENT_TIMESTAMP") },
    });
    await queryInterface.createTable("book", {
      id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
      authorId: {
        type: Sequelize.INTEGER,
        allowNull: false,
        references: { model: "author", key: "id" },
        onDelete: "CASCADE",
      },
      title: { type: Sequelize.STRING, allowNull: false },
      price: Sequelize.DECIMAL(8, 2),
      details: Sequelize.JSON,
    });
    await queryInterface.addIndex("book", ["authorId", "title"], { name: "book_by_title" });
  },
  down: async (queryInterface) => {
    await queryInterface.dropTable("book");
    await queryInterface.dropTable("author");
    if (queryInterface.sequelize.getDialect() === "postgres")
      await queryInterface.sequelize.query('DROP TYPE "enum_author_role"');
  },
};
