import type { CodeParams } from "../../../lib/migration";

export async function up({ context }: CodeParams): Promise<void> {
  await context.query("CREATE TABLE member (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20), points INT NOT NULL)");
  const { insertId = 0 } = await context.execute("INSERT INTO member (name, points) VALUES (?, 1)", ["one"]);
  await context.query("UPDATE effects SET times = times + 1 WHERE id = '17.code'");
  await context.query("UPDATE member SET points = points + 1 WHERE id = ?", [insertId]);
}

export async function down({ context }: CodeParams): Promise<void> {
  await context.query("UPDATE effects SET times = times + 1 WHERE id = '17.code.down'");
  await context.query("DROP TABLE member");
}
