import type { CodeParams } from "migration-lambda";

const NAME = "A first product";

export async function up({ context }: CodeParams): Promise<void> {
  await context.query("INSERT INTO product (name, price_in_cents) VALUES (?, ?)", [NAME, 995]);
}

export async function down({ context }: CodeParams): Promise<void> {
  await context.query("DELETE FROM product WHERE name = ?", [NAME]);
}
