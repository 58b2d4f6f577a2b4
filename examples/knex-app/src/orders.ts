import { createGuard } from "migration-lambda/guard";
import { set } from "migration-lambda/set";
import { database } from "./database";

/** The part of an HTTP event that is used. */
interface HttpEvent {
  readonly body?: string;
}

const guard = createGuard({ set, database });

/** Takes an order: 201 with its id, or 503 while the table is not there. */
export const handler = guard.protect(async ({ body = "{}" }: HttpEvent, _context: unknown) => {
  const { item } = JSON.parse(body);
  if (typeof item !== "string") return { statusCode: 400, body: "An order names an item.\n" };
  const [order] = await guard.transaction((trx) => trx("orders").insert({ item }).returning("id"));
  return { statusCode: 201, body: JSON.stringify(order) };
});
