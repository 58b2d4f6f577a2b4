exports.up = async ({ context }) => {
  await context.query("CREATE TABLE tag (id INT PRIMARY KEY, used INT NOT NULL)");
  for (const id of [1, 2, 3]) await context.query("INSERT INTO tag VALUES ($1, $2)", [id, id * 10]);
  await context.query("UPDATE effects SET times = times + 1 WHERE id = '18.code'");
  const rows = await context.query("SELECT id FROM tag WHERE used > 10 ORDER BY id");
  for (const { id } of rows) await context.query("UPDATE tag SET used = used + 1 WHERE id = $1", [id]);
};

exports.down = async ({ context }) => {
  await context.query("UPDATE effects SET times = times + 1 WHERE id = '18.code.down'");
  await context.query("DROP TABLE tag");
};
