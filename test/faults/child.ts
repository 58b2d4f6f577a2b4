import { bundle } from "migration-lambda:bundle";
import { assembleBundle } from "../../lib/assemble";
import { parseCommand } from "../../lib/command";
import { MigratorError } from "../../lib/errors";
import type { ChildAnswer, ChildCall } from "./call";

/** Stands for one container: takes calls over the channel to its parent, one at a time, and answers them. */
process.on("message", async (call: ChildCall) => {
  const answer = await perform(call);
  process.send?.(answer);
});

async function perform({ url, names, command, call }: ChildCall): Promise<ChildAnswer> {
  Object.assign(process.env, { DATABASE_URL: url, LOG_LEVEL: "error", LATE_MIGRATIONS: "apply" });
  if (!("migrations" in bundle)) throw new Error("This was built without migrations.");
  const migrations = bundle.migrations.filter(({ name }) => names.includes(name));
  try {
    const { migrator } = assembleBundle({ ...bundle, migrations })(call.requestId);
    const { action, ...asked } = command;
    const report = await migrator.run(parseCommand(action, asked), call);
    if ("databases" in report) throw new Error("A Command for one database was answered for several.");
    return { report };
  } catch (error) {
    if (error instanceof MigratorError) return { error: { code: error.code, message: error.message } };
    return { error: { code: "UNEXPECTED", message: error instanceof Error ? String(error.stack) : String(error) } };
  }
}
