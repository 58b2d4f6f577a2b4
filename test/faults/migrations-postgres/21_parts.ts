// migration: no transaction
import type { CodeParams } from "../../../lib/migration";

export async function up({ context }: CodeParams): Promise<void> {
  const { next = 0 } = (context.state ?? {}) as { readonly next?: number };
  if (next === 0) await context.query("CREATE TABLE part (id INT PRIMARY KEY, value INT NOT NULL)");
  for (let id = next; id < 3; id += 1) {
    await context.query("INSERT INTO part VALUES ($1, 0)", [id]);
    await context.checkpoint({ next: id + 1 });
  }
  await context.batch({ table: "part", key: "id", size: 2 }, async ({ from, to }) => {
    await context.query("UPDATE part SET value = value + 1 WHERE id BETWEEN $1 AND $2", [from, to]);
  });
  await context.query("UPDATE effects SET times = times + 1 WHERE id = '21.code'");
}

export async function down({ context }: CodeParams): Promise<void> {
  await context.query("UPDATE effects SET times = times + 1 WHERE id = '21.code.down'");
  await context.query("DROP TABLE part");
}
