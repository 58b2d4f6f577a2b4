import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { failure, type Invocation, PAYLOAD_BYTES, type Reply } from "./lambda-function";

export type RuntimeEvent = { readonly kind: "next" } | { readonly kind: "reply"; readonly reply: Reply };

export interface RuntimeApi {
  /** host:port, as AWS_LAMBDA_RUNTIME_API has it. */
  readonly address: string;
  /** Answers the runtime's waiting request for the next invocation. */
  deliver(invocation: Invocation, context: { readonly deadline: number; readonly arn: string }): void;
  close(): void;
}

const ROUTE = /^\/2018-06-01\/runtime\/(?:invocation\/(next)|invocation\/[^/]+\/(response|error)|(init)\/error)$/;

/** One process' Runtime API: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
export async function createRuntimeApi(notify: (event: RuntimeEvent) => void, host = "127.0.0.1"): Promise<RuntimeApi> {
  let waiting: ServerResponse | undefined;
  const server = createServer((request, response) => {
    const [, next, posted] = ROUTE.exec(request.url ?? "") ?? [];
    if (next) {
      waiting = response;
      return notify({ kind: "next" });
    }
    receive(request, posted === "response" ? "returned" : "failed").then(
      ([statusCode, reply]) => {
        notify({ kind: "reply", reply });
        response.writeHead(statusCode, { "Content-Type": "application/json" }).end('{"status":"OK"}\n');
      },
      // The process died while it posted: its exit is what is reported.
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    address: `${host}:${(server.address() as AddressInfo).port}`,
    deliver(invocation, { deadline, arn }) {
      waiting?.writeHead(200, headers(invocation, deadline, arn)).end(invocation.payload);
      waiting = undefined;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function receive(request: IncomingMessage, kind: Reply["kind"]): Promise<readonly [number, Reply]> {
  const body = await text(request);
  if (Buffer.byteLength(body) <= PAYLOAD_BYTES.RequestResponse) return [202, { kind, body }];
  const message = `Response payload size exceeded maximum allowed payload size (${PAYLOAD_BYTES.RequestResponse} bytes).`;
  return [413, failure("Function.ResponseSizeTooLarge", message)];
}

function headers(invocation: Invocation, deadline: number, arn: string): Record<string, string> {
  return {
    "Content-Type": "application/json",
    "Lambda-Runtime-Aws-Request-Id": invocation.requestId,
    "Lambda-Runtime-Deadline-Ms": String(deadline),
    "Lambda-Runtime-Invoked-Function-Arn": arn,
    "Lambda-Runtime-Trace-Id": `Root=1-${invocation.requestId.slice(0, 8)}-${invocation.requestId.replaceAll("-", "").slice(8)};Sampled=0`,
    ...(invocation.clientContext && { "Lambda-Runtime-Client-Context": invocation.clientContext }),
  };
}
