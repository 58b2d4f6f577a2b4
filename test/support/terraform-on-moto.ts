import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { LambdaFunction } from "./lambda-function";
import { createLambdaHost, type InvokeResult, type LambdaHost } from "./lambda-host";
import { REGION } from "./lambda-variables";
import { type Moto, startMoto } from "./moto";

/** moto, with its Lambdas on a Lambda host: what AWS's own events call is really run. */
export interface MotoWithLambda {
  readonly moto: Moto;
  /**
   * Gives moto a host for these functions, as they are deployed there: handler, limits, variables. Their code is the zip of
   * this folder that has the deployed one's sum.
   */
  host(names: readonly string[], packages: string): Promise<LambdaHost>;
  stop(): Promise<void>;
}

export async function startMotoWithLambda(command: string): Promise<MotoWithLambda> {
  const folder = mkdtempSync(join(tmpdir(), "migration-lambda-moto-"));
  const endpointFile = join(folder, "endpoint");
  const moto = await startMoto(command, {
    PYTHONPATH: resolve(__dirname, "moto"),
    LAMBDA_ENDPOINT_FILE: endpointFile,
  });
  let host: LambdaHost | undefined;
  return {
    moto,
    host: async (names, packages) => {
      const deployed = await Promise.all(names.map(async (name) => [name, await read(moto, name, packages)] as const));
      host = await createLambdaHost({ functions: Object.fromEntries(deployed) });
      writeFileSync(endpointFile, host.endpoint);
      return host;
    },
    stop: async () => {
      await moto.stop();
      await host?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A direct call, through moto. */
export async function invokeOnMoto<T>(moto: Moto, name: string, payload: unknown): Promise<InvokeResult<T>["payload"]> {
  const body = JSON.stringify(payload);
  const response = await ask(moto, `2015-03-31/functions/${name}/invocations`, { method: "POST", body });
  return (await response.json()) as T;
}

interface DeployedFunction {
  readonly Configuration: {
    readonly Handler: string;
    readonly Timeout: number;
    readonly MemorySize: number;
    readonly CodeSha256: string;
    readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
  };
  readonly Concurrency?: { readonly ReservedConcurrentExecutions?: number };
}

async function read(moto: Moto, name: string, packages: string): Promise<LambdaFunction> {
  const response = await ask(moto, `2015-03-31/functions/${name}`);
  const { Configuration, Concurrency } = (await response.json()) as DeployedFunction;
  const { Handler, Timeout, MemorySize, CodeSha256, Environment } = Configuration;
  const code = join(packages, `${Handler.replace(/^functions\/|\.handler$/g, "")}.zip`);
  const sum = createHash("sha256").update(readFileSync(code)).digest("base64");
  if (sum !== CodeSha256) throw new Error(`${name} was not deployed from ${code}`);
  const { ReservedConcurrentExecutions: concurrency } = Concurrency ?? {};
  return {
    code,
    handler: Handler,
    timeoutSeconds: Timeout,
    memoryMb: MemorySize,
    // Its Secrets Manager and its S3 are moto's.
    environment: { ...Environment.Variables, AWS_ENDPOINT_URL: moto.url },
    ...(concurrency !== undefined && { concurrency }),
  };
}

/** moto tells from the signature's scope which service is meant; it checks nothing of it. */
async function ask(moto: Moto, path: string, init: RequestInit = {}): Promise<Response> {
  const scope = `AKIAIOSFODNN7EXAMPLE/20260101/${REGION}/lambda/aws4_request`;
  const headers = { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none` };
  const response = await fetch(`${moto.url}/${path}`, { ...init, headers });
  if (!response.ok) throw new Error(`moto answered ${response.status} to ${path}: ${await response.text()}`);
  return response;
}
