import type { TestDatabase } from "./database";
import { databaseAt } from "./migrator";
import type { Server } from "./servers";
import { openSession } from "./session";

/** A Database whose statements wait for a table for as long as a test takes. */
export function patient(url: string) {
  return databaseAt(url, { LOCK_TIMEOUT_SECONDS: "60" });
}

/** Makes a table `held` and keeps it from being altered until `release`, or the end of the test. */
export async function holdTable(url: string) {
  const session = await openSession(url);
  await session.query("CREATE TABLE held (id INT)");
  await session.query("START TRANSACTION");
  await session.query("SELECT * FROM held");
  return { release: () => session.query("COMMIT") };
}

/** Waits until `found` finds something. */
export async function until<T>(found: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const value = await found();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Waits until a statement in this database sleeps. @returns the id of its connection */
export function asleep({ query }: TestDatabase, { sleepers }: Pick<Server, "sleepers">): Promise<number> {
  return until(async () => (await query<{ id: number }>(sleepers))[0]?.id);
}
