import { inFramework } from "./carry-out";
import { type Config, prefixOf } from "./config";
import { addResource } from "./custom-resource";
import { digestOfFolder } from "./digest";
import type { Calling } from "./framework";

/** Has the stack wait for the migrations before it replaces what is built for them. @throws the framework's error */
export async function inject(calling: Calling, config: Config): Promise<void> {
  const { serverless, writers } = calling;
  const template = serverless.service.provider.compiledCloudFormationTemplate;
  if (!template) return;
  const digest = await digestOfFolder(config.build, serverless.serviceDir).catch((error: unknown) => {
    throw inFramework(calling, error);
  });
  const built = new Date().toISOString();
  const added = addResource(template, { functions: prefixOf(serverless, config), digest, built, ...config.where });
  if ("fault" in added) throw new serverless.classes.Error(added.fault, "MIGRATIONS_NOT_INJECTED");
  for (const name of added.cannotWait) {
    writers.log.warning(`${name} does not wait for the migrations: the functions that migrate need it.`);
  }
}
