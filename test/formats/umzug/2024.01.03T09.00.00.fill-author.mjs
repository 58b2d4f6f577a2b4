export default {
  async up({ name, context }) {
    const value = context.dialect === "mysql" ? "?" : "$1";
    const { affectedRows } = await context.execute(`INSERT INTO author (name) VALUES (${value})`, ["Ada"]);
    if (affectedRows !== 1) throw new Error(`${name} inserted ${affectedRows} rows`);
    const [author] = await context.query(`SELECT id FROM author WHERE name = ${value}`, ["Ada"]);
    await context.query(`INSERT INTO book (id, author_id, title) VALUES (1, ${Number(author.id)}, 'Notes')`);
  },
  async down({ context }) {
    await context.query("DELETE FROM book");
    await context.query("DELETE FROM author");
  },
};
