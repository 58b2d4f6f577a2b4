import type { CodeParams } from "../../../lib/migration";

export async function up({ context }: CodeParams): Promise<void> {
  await context.query("CREATE TABLE member (id SERIAL PRIMARY KEY, name TEXT, points INT NOT NULL)");
  const [row] = await context.query<{ id: number }>("INSERT INTO member (name, points) VALUES ($1, 1) RETURNING id", [
    "one",
  ]);
  await context.query("UPDATE effects SET times = times + 1 WHERE id = '17.code'");
  await context.query("UPDATE member SET points = points + 1 WHERE id = $1", [row?.id]);
}

export async function down({ context }: CodeParams): Promise<void> {
  await context.query("UPDATE effects SET times = times + 1 WHERE id = '17.code.down'");
  await context.query("DROP TABLE member");
}
