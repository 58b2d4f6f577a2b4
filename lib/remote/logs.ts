import { CloudWatchLogsClient, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import { MigratorError } from "../errors";
import type { FunctionNames } from "./names";

export interface RunLogs {
  /**
   * What the functions have logged of one run, oldest first, a JSON object each; as far back as CloudWatch has it.
   * @throws MigratorError `NOT_INVOKED` when the log cannot be read
   */
  read(runId: string): Promise<readonly string[]>;
}

/** Credentials, region and endpoint as of `createLambda`. */
export function createRunLogs(names: FunctionNames, region?: string): RunLogs {
  const client = new CloudWatchLogsClient({ ...(region && { region }) });
  const readGroup = async (logGroupName: string, runId: string) => {
    const filterPattern = `{ $.runId = ${JSON.stringify(runId)} }`;
    const found: { readonly at: number; readonly line: string }[] = [];
    for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName, filterPattern })) {
      for (const { timestamp = 0, message = "" } of events) found.push({ at: timestamp, line: message.trim() });
    }
    return found;
  };
  return {
    read: async (runId) => {
      // What the function that only reads has logged of a run is that somebody has looked at it.
      const groups = [names.migrate, names.rollback].map((name) => `/aws/lambda/${name}`);
      const read = await Promise.allSettled(groups.map((group) => readGroup(group, runId)));
      const found = read.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
      const failed = read.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
      // A function that was never called has no log yet.
      const [fault] = failed.filter((error) => !isMissing(error));
      if (fault !== undefined) throw unreadable(groups, fault);
      if (failed.length === groups.length) throw unreadable(groups, failed[0]);
      return found.toSorted((a, b) => a.at - b.at).map(({ line }) => line);
    },
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && error.name === "ResourceNotFoundException";
}

function unreadable(groups: readonly string[], error: unknown): MigratorError {
  const kind = error instanceof Error ? error.name : "unknown error";
  return new MigratorError("NOT_INVOKED", `The log groups ${groups.join(" and ")} cannot be read (${kind}).`, {
    advice: isMissing(error)
      ? "Look at the name, the region, and the account; a function that was never called has no log."
      : "Look at the region and the credentials, and allow logs:FilterLogEvents on them.",
  });
}
