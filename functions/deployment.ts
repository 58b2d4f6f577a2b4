import { createDeploymentHandler } from "../lib/deployment/deployment";
import { createLambda } from "../lib/remote/lambda";
import { createLogger } from "../lib/settings/logger";

export const handler = createDeploymentHandler({
  lambda: createLambda(),
  log: createLogger({ logLevel: "info" }).withRun("deployment"),
  region: process.env.AWS_REGION ?? "",
});
