import { bundle } from "migration-lambda:bundle";
import { randomUUID } from "node:crypto";
import { assembleBundle } from "../../lib/assemble";
import { parseCommand } from "../../lib/command";
import { MigratorError } from "../../lib/errors";
import type { Answer, Asked } from "./container";

/** As long as a Lambda may; nobody waits for it, since every fault ends long before. */
const PATIENCE_MS = 900_000;

/** Stands for one container of a deployed function that is called directly: takes calls over the channel to its parent. */
process.once("disconnect", () => process.exit());
process.on("message", async ({ action, url }: Asked) => {
  process.send?.(action === "help" ? { error: "there is none" } : await perform(action, url));
});

async function perform(action: "migrate" | "rollback", url: string): Promise<Answer> {
  // What stands for a statement that takes long waits for a lock, which has a limit of its own.
  Object.assign(process.env, { DATABASE_URL: url, LOG_LEVEL: "error", LOCK_TIMEOUT_SECONDS: "60" });
  const requestId = randomUUID();
  try {
    const { migrator } = assembleBundle(bundle)(requestId);
    const report = await migrator.run(parseCommand(action, {}), {
      requestId,
      patienceMs: PATIENCE_MS,
      whenRunning: "wait",
    });
    const { outcome, done, failure, problems } = report;
    if (outcome === "done") return { done: done.map(({ name }) => name) };
    return { error: failure?.message ?? problems[0]?.code ?? outcome };
  } catch (error) {
    return { error: error instanceof MigratorError ? error.code : String(error) };
  }
}
