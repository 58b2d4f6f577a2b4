import { resolve } from "node:path";
import type { Command } from "../lib/command";
import { MigratorError } from "../lib/errors";
import { createLambda } from "../lib/remote/lambda";
import { functionNames } from "../lib/remote/names";
import { createRemote, type Remote } from "../lib/remote/remote";
import type { Report, Summary } from "../lib/report";
import { digestOfSet } from "../lib/set";
import { readDirectory } from "../lib/source/directory";
import { readOptions } from "./build-options";
import { addResource, type Template } from "./custom-resource";
import { linesOf, logLink } from "./deploy-report";

/** What is used of the framework: https://www.serverless.com/framework/docs/guides/plugins/creating-plugins */
interface Framework {
  readonly service: {
    readonly service: string;
    readonly custom?: { readonly migrationLambda?: Config };
    readonly functions?: Readonly<Record<string, { readonly handler?: string }>>;
    readonly provider: { readonly compiledCloudFormationTemplate?: Template; readonly profile?: string };
  };
  readonly serviceDir: string;
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  getProvider(name: "aws"): { getRegion(): string; getStage(): string };
}

interface Options {
  readonly steps?: string;
  readonly "aws-profile"?: string;
}

interface Writers {
  readonly log: { notice(text: string): void; warning(text: string): void };
  writeText(text: string): void;
}

/** `custom.migrationLambda` of serverless.yml. */
interface Config {
  /** Functions of another stack, by their common prefix: `migration-lambda-dev`. Absent: those of this service. */
  readonly functions?: string;
  /** Whether a deploy runs the migrations. Default: true. */
  readonly onDeploy?: boolean;
}

const USAGE = {
  migrate: "Applies the migrations that are pending",
  status: "Tells what is applied, pending and in progress",
  rollback: "Reverts the migrations that were applied last",
  steps: "How many migrations to revert (default: 1)",
};

/**
 * A plugin of the Serverless Framework. A deploy runs the migrations: those of the phase `pre` before other functions of the
 * service are replaced, as a custom resource that they depend on, the rest after it. `sls migrate`, `sls migrate status` and
 * `sls migrate rollback --steps 2` call the deployed functions.
 */
export default function MigrationLambda(serverless: Framework, options: Options, writers: Writers) {
  const { service } = serverless;
  const config = service.custom?.migrationLambda ?? {};
  const onDeploy = config.onDeploy !== false;
  const run = (command: Command) => carryOut({ serverless, options, writers, config }, command);
  const commands = {
    migrate: {
      usage: USAGE.migrate,
      lifecycleEvents: ["run"],
      commands: {
        status: { usage: USAGE.status, lifecycleEvents: ["run"] },
        rollback: {
          usage: USAGE.rollback,
          lifecycleEvents: ["run"],
          options: { steps: { usage: USAGE.steps, type: "string" } },
        },
      },
    },
  };
  const before = async () => {
    if (onDeploy && config.functions !== undefined) await run({ action: "migrate", phase: "pre" });
  };
  const hooks = {
    "migrate:run": () => run({ action: "migrate" }),
    "migrate:status:run": () => run({ action: "status" }),
    "migrate:rollback:run": () => run({ action: "rollback", steps: stepsOf(options, serverless) }),
    "before:package:finalize": async () => {
      if (onDeploy && config.functions === undefined) await inject(serverless);
    },
    "before:deploy:deploy": before,
    "after:deploy:deploy": async () => {
      if (onDeploy) await run({ action: "migrate", phase: "post" });
    },
  };
  return { commands, hooks };
}

interface Calling {
  readonly serverless: Framework;
  readonly options: Options;
  readonly writers: Writers;
  readonly config: Config;
}

/** @throws the framework's error, with which the command fails */
async function carryOut(calling: Calling, command: Command): Promise<void> {
  const { serverless, writers } = calling;
  const names = functionNames(prefixOf(calling));
  const region = serverless.getProvider("aws").getRegion();
  const log = logLink(region, command.action === "rollback" ? names.rollback : names.migrate);
  const result = await withProfile(calling, () => {
    const remote = createRemote({ names, lambda: createLambda(region) });
    return watched(remote, command, writers);
  }).catch((error: unknown) => {
    if (!(error instanceof MigratorError)) throw error;
    throw new serverless.classes.Error([error.message, error.advice].filter(Boolean).join("\n"), error.code);
  });
  const lines = linesOf(result);
  if (result.outcome !== "failed" && result.outcome !== "refused") writers.writeText(lines.join("\n"));
  else throw new serverless.classes.Error([...lines, `Log: ${log}`].join("\n"), "MIGRATION_FAILED");
}

async function watched(remote: Remote, command: Command, { log }: Writers): Promise<Report | Summary> {
  let last = "";
  const onProgress = ({ inProgress }: Report) => {
    const at = inProgress ? `${inProgress.name}, statement ${inProgress.statement ?? 1}` : "";
    if (at !== "" && at !== last) log.notice(`Migrating: ${at}`);
    last = at;
  };
  return remote.run(command, { onProgress });
}

/** The SDK finds the profile that the framework was told of where it looks by itself. */
async function withProfile<T>({ serverless, options }: Calling, work: () => Promise<T>): Promise<T> {
  const profile = options["aws-profile"] ?? serverless.service.provider.profile;
  if (profile !== undefined) process.env.AWS_PROFILE ??= profile;
  return work();
}

function prefixOf({ serverless, config }: Pick<Calling, "serverless" | "config">): string {
  return config.functions ?? `${serverless.service.service}-${serverless.getProvider("aws").getStage()}`;
}

function stepsOf({ steps = "1" }: Options, { classes }: Framework): number {
  if (/^[1-9]\d{0,3}$/.test(steps)) return Number(steps);
  throw new classes.Error("--steps is not a whole number from 1 to 9999", "INVALID_STEPS");
}

/** The stack waits for the migrations before it replaces what is built for them. */
async function inject(serverless: Framework): Promise<void> {
  const { service, serviceDir, classes } = serverless;
  const template = service.provider.compiledCloudFormationTemplate;
  if (!template) return;
  const folder = readOptions({}, serviceDir);
  if (!("location" in folder)) throw new classes.Error(folder.join("\n"), "INVALID_OPTIONS");
  const { migrations } = await readDirectory(resolve(serviceDir, folder.path), folder);
  const fault = addResource(template, {
    functions: prefixOf({ serverless, config: {} }),
    digest: digestOfSet(migrations),
    built: new Date().toISOString(),
  });
  if (fault !== undefined) throw new classes.Error(fault, "NO_DEPLOYMENT_FUNCTION");
}
