import { createFiles } from "../bin/new";
import { type Action, parseCommand } from "../lib/command";
import type { Phase } from "../lib/migration";
import { carryOut, inFramework } from "./carry-out";
import { type Config, readConfig } from "./config";
import type { Calling, Framework, Options, Writers } from "./framework";
import { inject } from "./inject";

const TEXT = "string";
const SOME = {
  database: { usage: "The database, where it is not the one that the settings name", type: TEXT },
  databases: { usage: "Names and patterns of databases, separated by commas", type: TEXT },
};
const PLAN = { plan: { usage: "Do only what the plan with this digest has shown", type: TEXT } };
const STEPS = { steps: { usage: "How many migrations (rollback: default 1)", type: TEXT } };
const FILES = {
  ts: { usage: "In TypeScript", type: "boolean" },
  pair: { usage: "Two SQL files, up and down", type: "boolean" },
  dir: { usage: "Where to (default: MIGRATIONS_DIR, else migrations)", type: TEXT },
};
const NAME = { name: { usage: "Its name", type: TEXT } };

/**
 * A plugin of the Serverless Framework. A deploy runs the migrations: those of the phase `pre` before other functions of the
 * service are replaced, as a custom resource that they depend on, the rest after it. `sls migrate`, `sls migrate status`,
 * `sls migrate rollback` call the deployed functions; `sls migrate new` writes a file. `custom.migrationLambda` sets it up.
 */
export default function MigrationLambda(serverless: Framework, options: Options, writers: Writers) {
  const calling = { serverless, options, writers };
  const named = nameOfNew(process.argv);
  return {
    commands: commandsWith(named),
    hooks: {
      "migrate:run": () => asked(calling, "migrate"),
      "migrate:status:run": () => asked(calling, "status"),
      "migrate:rollback:run": () => asked(calling, "rollback"),
      "migrate:new:run": () => create(calling, options.name),
      ...(named !== undefined && { [`migrate:new:${named}:run`]: () => create(calling, named) }),
      // Then the service's own resources are in the template, and it is not written yet.
      "after:aws:package:finalize:mergeCustomProviderResources": async () => {
        const config = readConfig(serverless);
        if (runsHere(config) && config.functions === undefined) await inject(calling, config);
      },
      "before:deploy:deploy": async () => {
        const config = readConfig(serverless);
        if (config.onDeploy && config.functions !== undefined) await onDeploy(calling, "pre");
      },
      "after:deploy:deploy": async () => {
        if (runsHere(readConfig(serverless))) await onDeploy(calling, "post");
      },
    },
  };
}

/** Migrations that are uploaded run when they are. */
function runsHere({ onDeploy, functions }: Config): boolean {
  return onDeploy && (functions !== undefined || !process.env.MIGRATIONS_S3);
}

/** The framework takes no words but commands: the name of `sls migrate new NAME` is made one. Not `__proto__`: it is lost. */
function nameOfNew([, , first, second, name]: readonly string[]): string | undefined {
  return first === "migrate" && second === "new" && name !== undefined && /^[^-_]/.test(name) ? name : undefined;
}

function commandsWith(named: string | undefined) {
  const lifecycleEvents = ["run"];
  const word = { usage: "Writes this migration", lifecycleEvents, options: FILES, isHidden: true };
  const commands = {
    status: { usage: "Tells what is applied, pending and in progress", lifecycleEvents, options: SOME },
    rollback: {
      usage: "Reverts the migrations that were applied last",
      lifecycleEvents,
      options: { ...STEPS, ...PLAN, ...SOME },
    },
    new: {
      usage: "Writes the next migration from a template: sls migrate new NAME",
      lifecycleEvents,
      options: { ...NAME, ...FILES },
      ...(named !== undefined && { commands: { [named]: word } }),
    },
  };
  const usage = "Applies the migrations that are pending";
  return { migrate: { usage, lifecycleEvents, options: { ...STEPS, ...PLAN, ...SOME }, commands } };
}

/** What was typed, checked by the same rules as everywhere. */
async function asked(calling: Calling, action: Extract<Action, "migrate" | "status" | "rollback">): Promise<void> {
  const { steps, plan, database, databases } = calling.options;
  const given = { steps: typeof steps === "string" ? Number(steps) : steps, plan, database, databases };
  const input = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  await carryOut(
    calling,
    inputFor(calling, () => parseCommand(action, input)),
  );
}

function inputFor<T>(calling: Calling, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw inFramework(calling, error);
  }
}

async function onDeploy(calling: Calling, phase: Phase): Promise<void> {
  const { writers, serverless } = calling;
  writers.log.notice(phase === "pre" ? "Migrating before the deployment" : "Migrating after the deployment");
  await carryOut(calling, { action: "migrate", phase, ...readConfig(serverless).where });
}

function create(calling: Calling, name: unknown): void {
  const { serverless, options, writers } = calling;
  const { ts, pair, dir } = options;
  if (typeof name !== "string" || (ts && pair)) {
    const message =
      ts && pair ? "--ts and --pair exclude each other." : "The migration needs a name: sls migrate new NAME";
    throw new serverless.classes.Error(message, "INVALID_COMMAND");
  }
  const files = ts ? "code" : pair ? "pair" : "one";
  const folder = typeof dir === "string" ? dir : readConfig(serverless).build.dir;
  const written = inputFor(calling, () =>
    createFiles({ kind: "new", name, files, ...(folder !== undefined && { dir: folder }) }),
  );
  writers.writeText(written.join("\n"));
}
