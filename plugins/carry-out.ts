import { resultLines } from "../bin/report-lines";
import type { Command } from "../lib/command";
import { MigratorError } from "../lib/errors";
import { createLambda } from "../lib/remote/lambda";
import { logLink } from "../lib/remote/log-link";
import { functionNames } from "../lib/remote/names";
import { createRemote } from "../lib/remote/remote";
import type { Report } from "../lib/report";
import { prefixOf, readConfig } from "./config";
import type { Calling } from "./framework";

/**
 * Has the deployed functions carry out a Command, and shows what came of it.
 * @throws the framework's error, with which what the user has typed fails
 */
export async function carryOut(calling: Calling, command: Command): Promise<void> {
  const { serverless, writers } = calling;
  const names = functionNames(prefixOf(serverless, readConfig(serverless)));
  const region = serverless.getProvider("aws").getRegion();
  useProfile(calling);
  const remote = createRemote({ names, lambda: createLambda(region) });
  const result = await remote.run(command, { onProgress: progressTo(calling) }).catch((error: unknown) => {
    throw inFramework(calling, error);
  });
  const lines = resultLines(result, (_format, text) => text).join("\n");
  if (command.action === "status" || result.outcome === "done") {
    writers.writeText(lines);
    return;
  }
  const log = logLink(region, command.action === "rollback" ? names.rollback : names.migrate);
  throw new serverless.classes.Error(`${lines}\nLog: ${log}`, "MIGRATION_FAILED");
}

/** What went wrong on purpose, as the framework tells its own errors: without a stack. */
export function inFramework({ serverless }: Pick<Calling, "serverless">, error: unknown): unknown {
  if (!(error instanceof MigratorError)) return error;
  const problems = error.problems.map(({ message, file, line }) =>
    [`  ${message}`, file, line].filter(Boolean).join(":"),
  );
  const text = [error.message, ...problems, error.advice].filter(Boolean).join("\n");
  return new serverless.classes.Error(text, error.code);
}

/** A line for each statement that was seen running. */
function progressTo({ writers: { log } }: Calling): (report: Report) => void {
  let last = "";
  return ({ inProgress }) => {
    const { name = "", statement, statements } = inProgress ?? {};
    const at = statement === undefined ? name : `${name}, statement ${statement} of ${statements}`;
    if (at !== "" && at !== last) log.notice(`Running: ${at}`);
    last = at;
  };
}

/** The SDK looks for a profile in the environment alone. What the framework prefers to that is the command line's. */
function useProfile({ serverless, options }: Calling): void {
  const { env } = process;
  const said = options["aws-profile"];
  const { profile } = serverless.service.provider;
  if (typeof said === "string") env.AWS_PROFILE = said;
  else if (profile !== undefined && !env.AWS_ACCESS_KEY_ID) env.AWS_PROFILE ??= profile;
}
