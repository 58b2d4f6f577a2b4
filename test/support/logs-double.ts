import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

export interface LogsDouble {
  readonly url: string;
  stop(): void;
}

interface Asked {
  readonly logGroupName: string;
  readonly filterPattern: string;
  readonly nextToken?: string;
}

/**
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html for filters of the form
 * `{ $.key = "value" }`, an event to a page.
 * @param groups what was logged, by name of the log group; lines that are no JSON match no filter
 */
export async function startLogsDouble(groups: Readonly<Record<string, string>>): Promise<LogsDouble> {
  const server = createServer(async (request, response) => {
    const asked = (await json(request)) as Asked;
    const text = groups[asked.logGroupName];
    response.setHeader("Content-Type", "application/x-amz-json-1.1");
    if (request.headers["x-amz-target"] !== "Logs_20140328.FilterLogEvents" || text === undefined) {
      response.statusCode = 400;
      response.end(JSON.stringify({ __type: "ResourceNotFoundException", message: "no such log group" }));
      return;
    }
    const found = text.split("\n").filter((line) => matches(line, asked.filterPattern));
    const at = Number(asked.nextToken ?? 0);
    const events = found
      .slice(at, at + 1)
      .map((message) => ({ timestamp: Date.parse(JSON.parse(message).timestamp), message }));
    response.end(JSON.stringify({ events, ...(at + 1 < found.length && { nextToken: String(at + 1) }) }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function matches(line: string, filter: string): boolean {
  const [, key = "", value = ""] = /^\{ \$\.(\w+) = "([^"]*)" \}$/.exec(filter) ?? [];
  try {
    return JSON.parse(line)[key] === value;
  } catch {
    return false;
  }
}
