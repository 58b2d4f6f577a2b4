import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { unpack } from "./lambda-code";
import { createEnvironment, type EnvironmentView, type LambdaEnvironment } from "./lambda-environment";
import { type Answer, DEFAULTS, type Invocation, type LambdaFunction, PAYLOAD_BYTES } from "./lambda-function";
import { createInvokeApi, type InvocationType, type InvokeRequest } from "./lambda-invoke-api";
import { ensureLambdaRuntime, type LambdaRuntime } from "./lambda-runtime";
import { arnOf } from "./lambda-variables";

export interface LambdaHost {
  /** For AWS_ENDPOINT_URL_LAMBDA, or an SDK client's `endpoint`. */
  readonly endpoint: string;
  /** The same without HTTP. `payload` is sent as JSON. A function that failed is an answer, not an exception. */
  invoke<T = unknown>(name: string, payload?: unknown, options?: InvokeOptions): Promise<InvokeResult<T>>;
  /**
   * SIGKILLs this function's processes, in the middle of what they do; gives the requests that they were busy with. One
   * that was still in its first init is started again, as on Lambda: wait for a sign of the handler before.
   */
  kill(name: string): Promise<readonly string[]>;
  environments(name?: string): readonly EnvironmentView[];
  /** All that this function's environments have logged. */
  logs(name: string): string;
  /** Waits until no asynchronous invocation is under way or to be retried; gives every one that there was. */
  settled(): Promise<readonly AsyncInvocation[]>;
  /** Ends everything: processes, ports, temporary folders. */
  stop(): Promise<void>;
}

export interface InvokeOptions {
  readonly type?: InvocationType;
  readonly qualifier?: string;
  readonly clientContext?: unknown;
}

export interface InvokeResult<T = unknown> extends Answer {
  /** The body, parsed; undefined when it is empty. */
  readonly payload: T;
}

export interface AsyncInvocation {
  readonly functionName: string;
  readonly requestId: string;
  /** One more than the retries that it took. */
  readonly attempts: readonly InvokeResult[];
}

export interface HostOptions {
  /** By the name that callers use: a deployed function is called SERVICE-STAGE-NAME. */
  readonly functions: Readonly<Record<string, LambdaFunction>>;
  /** What happens to a process between two invocations. Lambda freezes it: timers stop, connections go stale. */
  readonly between?: "frozen" | "running";
}

interface Deployed {
  readonly name: string;
  readonly settings: LambdaFunction;
  readonly taskRoot: string;
  readonly environments: LambdaEnvironment[];
}

interface Host {
  readonly runtime: LambdaRuntime;
  readonly folder: string;
  readonly between: "frozen" | "running";
  readonly deployed: ReadonlyMap<string, Deployed>;
  readonly endpoint: string;
  readonly asynchronous: Promise<AsyncInvocation>[];
  readonly stopping: AbortController;
}

/** How soon a throttled event is tried again, and how late: each time twice as late. */
const THROTTLED_MS = { first: 50, last: 400 };

/**
 * Lambda on this machine: real processes of the real runtime client on Node 24, one per environment. What the runtime
 * client sends is AWS's own; the texts for a timeout and for a death are modelled on the service's.
 */
export async function createLambdaHost({ functions, between = "frozen" }: HostOptions): Promise<LambdaHost> {
  const runtime = await ensureLambdaRuntime();
  const stopping = new AbortController();
  // One for each asynchronous invocation that waits.
  setMaxListeners(0, stopping.signal);
  const folder = mkdtempSync(join(tmpdir(), "migration-lambda-host-"));
  const deployed = await deploy(functions, folder);
  const api = await createInvokeApi((request) => dispatch(host, request));
  const host: Host = { runtime, folder, between, deployed, endpoint: api.endpoint, asynchronous: [], stopping };
  const all = () => [...deployed.values()].flatMap(({ environments }) => environments);
  return {
    endpoint: api.endpoint,
    async invoke<T>(name: string, payload?: unknown, options: InvokeOptions = {}) {
      return parsed(await dispatch(host, requestOf(name, payload, options))) as InvokeResult<T>;
    },
    kill: (name) => kill(find(host, name)),
    environments: (name) => (name ? find(host, name).environments : all()).map((each) => each.view()),
    logs: (name) =>
      find(host, name)
        .environments.map((each) => each.log())
        .join(""),
    settled: () => Promise.all(host.asynchronous),
    async stop() {
      host.stopping.abort();
      api.close();
      await Promise.all(all().map((each) => each.close()));
      await Promise.all(host.asynchronous);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function deploy(functions: HostOptions["functions"], folder: string): Promise<ReadonlyMap<string, Deployed>> {
  const deployed = new Map<string, Deployed>();
  try {
    for (const [name, settings] of Object.entries(functions)) {
      const taskRoot = await unpack(settings.code, join(folder, name, "code"));
      deployed.set(name, { name, settings, taskRoot, environments: [] });
    }
    return deployed;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function requestOf(name: string, payload: unknown, options: InvokeOptions): InvokeRequest {
  const { type = "RequestResponse", qualifier, clientContext } = options;
  return {
    name,
    type,
    payload: payload === undefined ? "" : JSON.stringify(payload),
    ...(qualifier && { qualifier }),
    ...(clientContext !== undefined && { clientContext: JSON.stringify(clientContext) }),
  };
}

async function dispatch(host: Host, request: InvokeRequest): Promise<Answer> {
  const refused = refusal(host, request);
  if (refused) return refused;
  const target = find(host, request.name);
  const executedVersion = versionOf(target, request) ?? DEFAULTS.version;
  const { clientContext } = request;
  const invocation: Invocation = {
    requestId: randomUUID(),
    payload: request.payload || "{}",
    version: executedVersion,
    ...(clientContext && { clientContext }),
  };
  const early = { requestId: invocation.requestId, body: "", log: "" };
  if (request.type === "DryRun") return { statusCode: 204, executedVersion, ...early };
  if (request.type === "RequestResponse") return run(host, target, invocation);
  host.asynchronous.push(runLater(host, target, invocation));
  return { statusCode: 202, ...early };
}

function refusal({ deployed }: Host, request: InvokeRequest): Answer | undefined {
  const { name, type, payload, qualifier } = request;
  const target = deployed.get(name);
  if (!target || !versionOf(target, request)) {
    const arn = arnOf(qualifier ? `${name}:${qualifier}` : name);
    return refuse(404, "ResourceNotFoundException", `Function not found: ${arn}`);
  }
  if (!(type in PAYLOAD_BYTES))
    return refuse(400, "InvalidParameterValueException", `No such invocation type: ${type}`);
  const size = Buffer.byteLength(payload);
  if (size > PAYLOAD_BYTES[type]) {
    const message = `${size} byte payload is too large for the ${type} invocation type (limit ${PAYLOAD_BYTES[type]} bytes)`;
    return refuse(413, "RequestTooLargeException", message);
  }
  try {
    if (payload) JSON.parse(payload);
    return undefined;
  } catch (error) {
    return refuse(400, "InvalidRequestContentException", `Could not parse request body into json: ${error}`);
  }
}

function versionOf({ settings }: Deployed, { qualifier }: InvokeRequest): string | undefined {
  if (!qualifier) return settings.version ?? DEFAULTS.version;
  return qualifier === "$LATEST" || qualifier === settings.version ? qualifier : undefined;
}

function refuse(statusCode: number, type: string, message: string): Answer {
  const body = JSON.stringify({ Type: "User", Message: message });
  return { statusCode, requestId: randomUUID(), body, refusal: type, log: "" };
}

/** A warm environment if there is one, else a new one: never two invocations in one. */
async function run(host: Host, target: Deployed, invocation: Invocation): Promise<Answer> {
  const { settings, environments } = target;
  const free = environments.filter((each) => each.view().state !== "busy");
  if (settings.concurrency !== undefined && environments.length - free.length >= settings.concurrency) {
    return refuse(429, "TooManyRequestsException", "Rate Exceeded.");
  }
  const environment = free.find((each) => each.view().state === "warm") ?? free[0] ?? add(host, target);
  const [reply, log] = await environment.serve(invocation);
  return {
    statusCode: 200,
    requestId: invocation.requestId,
    executedVersion: invocation.version,
    body: reply.body,
    log,
    ...(reply.kind === "failed" && { functionError: "Unhandled" as const }),
  };
}

function add({ runtime, folder, endpoint, between }: Host, { name, settings, taskRoot, environments }: Deployed) {
  const place = join(folder, name, `environment-${environments.length + 1}`);
  const added = createEnvironment({ name, settings, runtime, taskRoot, endpoint, folder: place, between });
  environments.push(added);
  return added;
}

/** Lambda's queue: a throttled event waits, a failed one is tried again, with the same request id. */
async function runLater(host: Host, target: Deployed, invocation: Invocation): Promise<AsyncInvocation> {
  const { signal } = host.stopping;
  const delays = [...(target.settings.retryDelaysMs ?? DEFAULTS.retryDelaysMs)];
  const attempts: InvokeResult[] = [];
  let throttled = 0;
  while (!signal.aborted) {
    const result = parsed(await run(host, target, invocation));
    if (!result.refusal) attempts.push(result);
    const { first, last } = THROTTLED_MS;
    const delay = result.refusal ? Math.min(first * 2 ** throttled++, last) : result.functionError && delays.shift();
    if (delay === undefined) break;
    await wait(delay, undefined, { signal }).catch(() => undefined);
  }
  return { functionName: target.name, requestId: invocation.requestId, attempts };
}

async function kill({ environments }: Deployed): Promise<readonly string[]> {
  const busy = environments.flatMap((each) => each.view().requestId ?? []);
  await Promise.all(environments.map((each) => each.kill()));
  return busy;
}

function find({ deployed }: Host, name: string): Deployed {
  const found = deployed.get(name);
  if (!found) throw new Error(`This host has no function ${name}, only ${[...deployed.keys()].join(", ")}`);
  return found;
}

function parsed(answer: Answer): InvokeResult {
  return { ...answer, payload: answer.body ? JSON.parse(answer.body) : undefined };
}
