import { bundle } from "migration-lambda:bundle";
import { randomUUID } from "node:crypto";
import { assembleBundle } from "../../lib/assemble";
import { parseCommand } from "../../lib/command";
import { MigratorError } from "../../lib/errors";
import type { Answer, Asked } from "./container";

/** As long as a Lambda may; nobody waits for it, since every fault ends long before. */
const PATIENCE_MS = 900_000;

/** The one thing that can be in doubt, and what is true of it. */
const SETTLE = { migration: "02_change", statement: 3, as: "not applied", reason: "There is no such table" };

/** Stands for one container of a deployed function that is called directly: takes calls over the channel to its parent. */
process.once("disconnect", () => process.exit());
process.on("message", async ({ action, url }: Asked) => {
  process.send?.(await perform(action, url));
});

async function perform(action: Asked["action"], url: string): Promise<Answer> {
  // What stands for a statement that takes long waits for a lock, which has a limit of its own.
  Object.assign(process.env, { DATABASE_URL: url, LOG_LEVEL: "error", LOCK_TIMEOUT_SECONDS: "60" });
  const requestId = randomUUID();
  try {
    const { migrator } = assembleBundle(bundle)(requestId);
    const command = action === "help" ? parseCommand("settle", SETTLE) : parseCommand(action, {});
    const report = await migrator.run(command, {
      requestId,
      patienceMs: PATIENCE_MS,
      whenRunning: "wait",
    });
    if ("databases" in report) throw new Error("A Command for one database was answered for several.");
    const { outcome, done, failure, problems } = report;
    if (outcome === "done") return { done: done.map(({ name }) => name) };
    return { error: failure?.message ?? problems[0]?.code ?? outcome };
  } catch (error) {
    return { error: error instanceof MigratorError ? error.code : String(error) };
  }
}
