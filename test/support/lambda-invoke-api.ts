import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Answer } from "./lambda-function";

export type InvocationType = "RequestResponse" | "Event" | "DryRun";

export interface InvokeRequest {
  readonly name: string;
  readonly type: InvocationType;
  readonly payload: string;
  readonly qualifier?: string;
  /** JSON. */
  readonly clientContext?: string;
}

const PATH = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;
/** A function's name, `name:qualifier`, or the ARN of either. */
const FUNCTION = /^(?:arn:aws:lambda:[^:]+:\d+:function:)?([^:]+)(?::([^:]+))?$/;
/** LogResult holds the last 4 KB. */
const TAIL_BYTES = 4096;

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html on a free port; whoever asks is believed. */
export async function createInvokeApi(dispatch: (request: InvokeRequest) => Promise<Answer>) {
  const server = createServer((request, response) => {
    handle(request, response, dispatch).catch((error) => {
      response.writeHead(500).end(JSON.stringify({ Type: "Service", Message: String(error) }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  dispatch: (request: InvokeRequest) => Promise<Answer>,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
  const [, path] = PATH.exec(pathname) ?? [];
  const [, name, suffix] = FUNCTION.exec(decodeURIComponent(path ?? "")) ?? [];
  if (request.method !== "POST" || !name) {
    response.writeHead(404, { "X-Amzn-ErrorType": "UnknownOperationException" });
    response.end(JSON.stringify({ Message: `Only Invoke is here, not ${request.method} ${pathname}` }));
    return;
  }
  const qualifier = searchParams.get("Qualifier") ?? suffix;
  const context = header(request, "x-amz-client-context");
  const answer = await dispatch({
    name,
    type: (header(request, "x-amz-invocation-type") ?? "RequestResponse") as InvocationType,
    payload: await text(request),
    ...(qualifier && { qualifier }),
    ...(context && { clientContext: Buffer.from(context, "base64").toString() }),
  });
  response.writeHead(answer.statusCode, headersOf(answer, header(request, "x-amz-log-type"))).end(answer.body);
}

function headersOf(answer: Answer, logType: string | undefined): Record<string, string> {
  return {
    "Content-Type": "application/json",
    "X-Amzn-RequestId": answer.requestId,
    ...(answer.refusal && { "X-Amzn-ErrorType": answer.refusal }),
    ...(answer.executedVersion && { "X-Amz-Executed-Version": answer.executedVersion }),
    ...(answer.functionError && { "X-Amz-Function-Error": answer.functionError }),
    ...(logType === "Tail" &&
      answer.statusCode === 200 && {
        "X-Amz-Log-Result": Buffer.from(answer.log).subarray(-TAIL_BYTES).toString("base64"),
      }),
  };
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
