import type { Subnet } from "./subnet";

/** A function as Lambda knows it. What is left out is as Lambda has it: 3 s, 128 MB, no reserved concurrency. */
export interface LambdaFunction {
  /** A zip file, or a folder that holds what the zip would. */
  readonly code: string;
  /** `functions/migrate.handler`: the file without its extension, and the export. */
  readonly handler: string;
  readonly timeoutSeconds?: number;
  readonly memoryMb?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Reserved concurrency: one invocation more is answered 429. */
  readonly concurrency?: number;
  /** What `Qualifier` may name besides `$LATEST`, and what then is executed. */
  readonly version?: string;
  /** The subnet that its processes are in. Default: this machine's own network. */
  readonly subnet?: Subnet;
  /** How long after a failed asynchronous invocation it is tried again (Lambda: 1 and 2 minutes). `[]`: never. */
  readonly retryDelaysMs?: readonly number[];
}

export interface Invocation {
  readonly requestId: string;
  readonly payload: string;
  readonly version: string;
  /** JSON, as the runtime is given it. */
  readonly clientContext?: string;
}

/** The bodies are JSON. */
export type Reply =
  | { readonly kind: "returned"; readonly body: string }
  | { readonly kind: "failed"; readonly body: string };

/** What the Invoke API answers. A function that failed is still a 200, with `functionError`. */
export interface Answer {
  readonly statusCode: number;
  readonly requestId: string;
  readonly body: string;
  readonly executedVersion?: string;
  readonly functionError?: "Unhandled";
  /** The error's name when the service itself refused: `TooManyRequestsException`. */
  readonly refusal?: string;
  /** All that was written during this invocation, a cold start included. */
  readonly log: string;
}

export const DEFAULTS = { timeoutSeconds: 3, memoryMb: 128, version: "$LATEST", retryDelaysMs: [100, 200] } as const;

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 6 MB and a little for the headers; 1 MB. */
export const PAYLOAD_BYTES = { RequestResponse: 6_291_556, DryRun: 6_291_556, Event: 1_048_576 } as const;

export const failure = (errorType: string, errorMessage: string): Reply => ({
  kind: "failed",
  body: JSON.stringify({ errorType, errorMessage }),
});

export const timedOut = (requestId: string, seconds: number): Reply =>
  failure("Sandbox.Timedout", `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`);

export const exited = (requestId: string, reason: string): Reply =>
  failure("Runtime.ExitError", `RequestId: ${requestId} Error: ${reason}`);
