import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DialectName } from "../../lib/migration";
import type { Report } from "../../lib/report";
import { createLambdaHost, type InvokeResult, type LambdaHost } from "./lambda-host";
import { type PackagedService, packageService } from "./package-service";

export type FunctionName = "migrate" | "rollback" | "status";

/** A Report over HTTP; a problem has these besides. */
export type HttpBody = Partial<Report> & {
  readonly status?: number;
  readonly title?: string;
  readonly code?: string;
  readonly detail?: string;
  readonly advice?: string;
};

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: HttpBody;
  readonly elapsedMs: number;
}

/** The payload of a failed invocation. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
}

export interface Deployment {
  readonly endpoint: string;
  /** A direct call, as `sls invoke` makes it. */
  invoke<T = Report>(name: FunctionName, payload?: unknown): Promise<InvokeResult<T>>;
  /** A call through API Gateway's REST API with its Lambda proxy integration. */
  http(request: string, body?: string): Promise<HttpAnswer>;
  kill(name: FunctionName): Promise<readonly string[]>;
  /** Every line that its functions have logged. */
  logs(): string;
  /** Every answer that was given, and every line that was logged. */
  said(): string;
  stop(): Promise<void>;
}

/** Packages this service with a folder of these migrations, by file name. */
export async function packageMigrations(
  files: Readonly<Record<string, string>>,
  dialect: DialectName = "mysql",
): Promise<PackagedService> {
  const folder = mkdtempSync(join(tmpdir(), "migration-lambda-migrations-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return await packageService({ env: { MIGRATIONS_DIR: folder, DIALECT: dialect } });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a packaged service on a Lambda host of its own, with these environment variables in each of its functions. */
export async function deploy(
  service: PackagedService,
  environment: Readonly<Record<string, string>> = {},
): Promise<Deployment> {
  const host = await createLambdaHost({ functions: service.deployed(environment) });
  const nameOf = (name: FunctionName) => service.function(name).name;
  const answers: string[] = [];
  const invoke = async <T>(name: FunctionName, payload?: unknown) => {
    const result = await host.invoke<T>(nameOf(name), payload);
    answers.push(JSON.stringify(result.payload));
    return result;
  };
  const logs = () => logsOf(host, (["migrate", "rollback", "status"] as const).map(nameOf));
  return {
    endpoint: host.endpoint,
    invoke,
    http: async (request, body) => {
      const began = performance.now();
      const event = restEvent(request, body);
      const name = event.resource.slice(1) as FunctionName;
      const { payload, functionError } = await invoke<{
        readonly statusCode: number;
        readonly headers: Readonly<Record<string, string>>;
        readonly body: string;
      }>(name, event);
      // API Gateway makes an answer without content of a failed invocation.
      if (functionError) throw new Error(`502 Bad Gateway: ${JSON.stringify(payload)}`);
      const { statusCode: status, headers, body: text } = payload;
      return { status, headers, body: JSON.parse(text) as HttpBody, elapsedMs: performance.now() - began };
    },
    kill: (name) => host.kill(nameOf(name)),
    logs,
    said: () => [...answers, logs()].join("\n"),
    stop: () => host.stop(),
  };
}

function logsOf(host: LambdaHost, names: readonly string[]): string {
  return names.map((name) => host.logs(name)).join("");
}

/**
 * What API Gateway's REST API sends for a request such as `GET /status?runId=1`, in the fields that matter:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
export function restEvent(request: string, body?: string) {
  const [httpMethod = "GET", target = "/"] = request.split(" ");
  const url = new URL(target, "https://api.invalid");
  const query = Object.fromEntries(url.searchParams);
  return {
    resource: url.pathname,
    path: url.pathname,
    httpMethod,
    headers: body === undefined ? null : { "Content-Type": "application/json" },
    queryStringParameters: url.search === "" ? null : query,
    pathParameters: null,
    stageVariables: null,
    requestContext: {
      stage: "dev",
      path: `/dev${url.pathname}`,
      requestId: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
      identity: { sourceIp: "192.0.2.1", userArn: "arn:aws:iam::123456789012:user/somebody" },
    },
    body: body ?? null,
    isBase64Encoded: false,
  };
}
