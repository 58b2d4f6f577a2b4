import type { CodeParams, Context, Migration } from "../../lib/migration";
import type { TestDatabase } from "./database";
import { code, run } from "./migrator";
import type { Server } from "./servers";

/** A migration that is no transaction, so that what it did stays on both kinds of servers. */
export function durable(up: (params: CodeParams) => Promise<unknown>, version = "1"): Migration {
  const migration = code("1_x", up, { version });
  return { ...migration, up: { ...migration.up, transaction: false as const } };
}

/** Ends the connection of the step that is under way, as when its process is gone. */
export async function cut(database: TestDatabase, { kill }: Server): Promise<void> {
  const [step] = await database.query<{ connection: number }>("SELECT connection FROM migration_step WHERE id = 1");
  await database.query(kill(step?.connection ?? 0));
}

/** A migration that is cut off at every place that it names in turn, one place per call. */
export function cutAt(
  database: TestDatabase,
  server: Server,
  up: (context: Context, here: () => Promise<void>) => Promise<unknown>,
) {
  let calls = 0;
  return durable(({ context }) => {
    calls += 1;
    let place = 0;
    const here = async () => {
      place += 1;
      if (place !== calls) return;
      await cut(database, server);
      await context.query(server.nothing);
    };
    return up(context, here);
  });
}

/** Calls until the answer is another than `incomplete`, as a user is told to. */
export async function untilDone(database: TestDatabase, migrations: readonly Migration[], patienceMs = 20_000) {
  const target = { url: database.url, migrations };
  for (let calls = 1; calls <= 60; calls += 1) {
    const report = await run(target, "migrate", { call: { patienceMs } });
    if (report.outcome !== "incomplete") return { ...report, calls };
  }
  throw new Error("it never ended");
}
