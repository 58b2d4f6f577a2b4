exports.up = async ({ context }) => {
  const id = context.dialect === "mysql" ? "INT AUTO_INCREMENT" : "SERIAL";
  await context.query(`CREATE TABLE author (id ${id} PRIMARY KEY, name VARCHAR(100) NOT NULL UNIQUE)`);
};

exports.down = async ({ context }) => {
  await context.query("DROP TABLE author");
};
