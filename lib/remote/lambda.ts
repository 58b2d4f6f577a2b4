import { InvokeCommand, LambdaClient, ServiceException } from "@aws-sdk/client-lambda";
import { MigratorError } from "../errors";

/** Lambda, as far as it is needed to call a function. Every call is made once: nothing is ever sent again by itself. */
export interface Lambda {
  /**
   * Calls a function and waits for what it says, for as long as it may run.
   * @throws MigratorError `NOT_INVOKED` when Lambda does not call it, `FUNCTION_FAILED` when the connection breaks
   */
  ask(name: string, payload: object): Promise<Answer>;
  /** Has a function called, and does not wait for it. @throws MigratorError `NOT_INVOKED` */
  start(name: string, payload: object): Promise<void>;
}

export interface Answer {
  /** What it returned, or the error with which it ended. */
  readonly payload: unknown;
  /** Whether it ended with an error. */
  readonly failed: boolean;
}

/**
 * Milliseconds; a function may run 15 minutes. A connection that a NAT gateway has forgotten meanwhile, after 350 s without
 * a byte, would be waited for without end.
 */
const PATIENCE = { connectionTimeout: 10_000, requestTimeout: 930_000, throwOnRequestTimeout: true } as const;

/** Credentials, and an endpoint other than AWS's, come from where the SDK looks for them (`AWS_ENDPOINT_URL_LAMBDA`). */
export function createLambda(region?: string): Lambda {
  // The SDK would repeat a call whose answer got lost.
  const client = new LambdaClient({ ...(region && { region }), maxAttempts: 1, requestHandler: PATIENCE });
  const send = async (type: "RequestResponse" | "Event", name: string, payload: object) => {
    await client.config.region().catch(() => {
      throw new MigratorError("NOT_INVOKED", `Nothing says in which region ${name} is.`, { advice: REGION_ADVICE });
    });
    const Payload = Buffer.from(JSON.stringify(payload));
    try {
      return await client.send(new InvokeCommand({ FunctionName: name, InvocationType: type, Payload }));
    } catch (error) {
      throw notInvoked(name, error);
    }
  };
  return {
    ask: async (name, payload) => {
      const { Payload, FunctionError } = await send("RequestResponse", name, payload);
      const text = Payload === undefined ? "" : Buffer.from(Payload).toString();
      return { payload: text === "" ? undefined : JSON.parse(text), failed: FunctionError !== undefined };
    },
    start: async (name, payload) => {
      await send("Event", name, payload);
    },
  };
}

const REGION_ADVICE = "Name the region: AWS_REGION, or the one of an AWS_PROFILE.";

/** The connection was not made, so nothing was sent. */
const UNCONNECTED = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors, and those of the SDK's own. */
const ADVICE: Readonly<Record<string, string>> = {
  ResourceNotFoundException: "Look at the name, the region, and the account that the credentials are of.",
  AccessDeniedException: "Allow lambda:InvokeFunction on the function to whom the credentials belong.",
  TooManyRequestsException: "Call again: all that may run at a time are running.",
  CredentialsProviderError: "Give AWS credentials: AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
  ExpiredTokenException: "Log in again: the credentials have expired.",
  UnrecognizedClientException: "AWS does not know these credentials.",
};

function notInvoked(name: string, error: unknown): MigratorError {
  const kind = error instanceof Error ? error.name : "unknown error";
  // Lambda has answered, and so has not begun anything; without an answer nobody knows.
  const answered = error instanceof ServiceException || kind in ADVICE;
  const advice = ADVICE[kind];
  const code = codeOf(error);
  if (code !== undefined && UNCONNECTED.has(code)) {
    return new MigratorError("NOT_INVOKED", `Lambda cannot be reached to call ${name} (${code}).`, {
      advice: "Look at the region, at the network, and at AWS_ENDPOINT_URL_LAMBDA where that is set.",
    });
  }
  return answered
    ? new MigratorError("NOT_INVOKED", `Lambda does not call ${name} (${kind}).`, { ...(advice && { advice }) })
    : new MigratorError("FUNCTION_FAILED", `There was no answer from ${name} (${code ?? kind}).`, {
        advice: "It may be running: look at the status before calling again.",
      });
}

function codeOf(error: unknown): string | undefined {
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" ? code : undefined;
}
