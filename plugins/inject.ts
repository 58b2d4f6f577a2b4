import { digestOfSet } from "../lib/set";
import { readDirectory } from "../lib/source/directory";
import { readOptions } from "./build-options";
import { inFramework } from "./carry-out";
import { type Config, prefixOf } from "./config";
import { addResource } from "./custom-resource";
import type { Calling } from "./framework";

/** Has the stack wait for the migrations before it replaces what is built for them. @throws the framework's error */
export async function inject(calling: Calling, config: Config): Promise<void> {
  const { serverless, writers } = calling;
  const { service, classes } = serverless;
  const template = service.provider.compiledCloudFormationTemplate;
  if (!template) return;
  const digest = await digestOf(calling, config);
  const built = new Date().toISOString();
  const added = addResource(template, { functions: prefixOf(serverless, config), digest, built, ...config.where });
  if ("fault" in added) throw new classes.Error(added.fault, "MIGRATIONS_NOT_INJECTED");
  for (const name of added.cannotWait) {
    writers.log.warning(`${name} does not wait for the migrations: the functions that migrate need it.`);
  }
}

/** As the bundle has it, which is built from the same folder. */
async function digestOf({ serverless }: Calling, { build }: Config): Promise<string> {
  const folder = readOptions(build, serverless.serviceDir);
  if (!("path" in folder)) throw new serverless.classes.Error(folder.join("\n"), "INVALID_OPTIONS");
  const { migrations } = await readDirectory(folder.path, folder).catch((error: unknown) => {
    throw inFramework({ serverless }, error);
  });
  return digestOfSet(migrations);
}
