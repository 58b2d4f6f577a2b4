import { type Action, type Command, parseCommand, runIdOf } from "../command";
import { MigratorError } from "../errors";
import type { Problem, Report } from "../report";
import { runLogged, type Trigger } from "./trigger";

/** The error of a failed invocation: Lambda shows `errorType` and `errorMessage`, so the message says it all. */
class InvocationError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/**
 * A direct call: `sls invoke`, `aws lambda invoke`, an SDK. The payload is the Command; its `action` is one of the function's,
 * the first where it names none. The caller waits as long as the function may run; a failed or refused run is a failed
 * invocation. `running` and `incomplete` are answers: calling again goes on.
 */
export function invokeTrigger(...actions: readonly [Action, ...Action[]]): Trigger {
  return {
    recognises: () => true,
    handle: async ({ event, context, assemble }) => {
      try {
        const command = commandOf(event, actions);
        const patienceMs = context.getRemainingTimeInMillis();
        const report = await runLogged(assemble(runIdOf(command, context.awsRequestId)), command, {
          requestId: context.awsRequestId,
          patienceMs,
          whenRunning: "wait",
        });
        if (report.outcome === "failed" || report.outcome === "refused") throw failed(report);
        return report;
      } catch (error) {
        if (!(error instanceof MigratorError)) throw error;
        throw new InvocationError(error.code, [error.message, ...advice(error)].join("\n"));
      }
    },
  };
}

function commandOf(event: unknown, actions: readonly [Action, ...Action[]]): Command {
  const payload = event === null || event === undefined || event === "" ? {} : event;
  if (typeof payload !== "object" || !("action" in payload)) return parseCommand(actions[0], payload);
  const { action, ...asked } = payload;
  const known = actions.find((one) => one === action);
  if (known) return parseCommand(known, asked);
  throw new MigratorError("INVALID_COMMAND", `\`action\` must be ${actions.join(" or ")}.`, {
    advice: "Other actions have functions of their own.",
  });
}

/** The sentence first: it is what a terminal shows. Each problem with its place and its way out; the whole Report last. */
function failed(report: Report): Error {
  const name = report.outcome === "failed" ? "MigrationFailed" : "MigrationRefused";
  const hint = report.failure ? [report.failure.advice] : [];
  return new InvocationError(
    name,
    [report.message, ...hint, ...report.problems.map(line), JSON.stringify(report)].join("\n"),
  );
}

function advice(error: MigratorError): readonly string[] {
  return [...(error.advice ? [error.advice] : []), ...error.problems.map(line)];
}

function line(problem: Problem): string {
  const place = problem.file ? ` (${problem.file}${problem.line === undefined ? "" : `:${problem.line}`})` : "";
  return `- ${problem.message}${place}${problem.advice ? ` ${problem.advice}` : ""}`;
}
