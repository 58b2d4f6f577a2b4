import { basename, dirname } from "node:path";
import { DEFAULTS, type LambdaFunction } from "./lambda-function";
import type { LambdaRuntime } from "./lambda-runtime";

export const REGION = "eu-central-1";
export const ACCOUNT = "123456789012";

export interface Deployed {
  readonly name: string;
  readonly settings: LambdaFunction;
  readonly runtime: LambdaRuntime;
  readonly taskRoot: string;
  /** Where it reaches Lambda itself. */
  readonly endpoint: string;
  /** Of the environment: its last part is the name of its log stream. */
  readonly folder: string;
}

export const arnOf = (name: string): string => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;

/**
 * Nothing of the test's own environment: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 * TMPDIR is ours: on Lambda each environment has a /tmp of its own.
 */
export function variablesOf({ name, settings, taskRoot, runtime, folder, endpoint }: Deployed, tmp: string) {
  return {
    TMPDIR: tmp,
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: "not-a-secret",
    AWS_SESSION_TOKEN: "not-a-token",
    AWS_ENDPOINT_URL_LAMBDA: endpoint,
    ...settings.environment,
    _HANDLER: settings.handler,
    AWS_DEFAULT_REGION: REGION,
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMb ?? DEFAULTS.memoryMb),
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: settings.version ?? DEFAULTS.version,
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: basename(folder),
    AWS_REGION: REGION,
    LAMBDA_RUNTIME_DIR: dirname(runtime.entry),
    LAMBDA_TASK_ROOT: taskRoot,
    LANG: "en_US.UTF-8",
    PATH: "/usr/local/bin:/usr/bin:/bin",
    TZ: ":UTC",
  };
}
