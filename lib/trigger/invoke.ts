import { type Action, type Command, parseCommand, runIdOf } from "../command";
import { MigratorError } from "../errors";
import { outcomeOf, type Problem, type Report, type Summary, type Unreached } from "../report";
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
        const result = await runLogged(assemble(runIdOf(command, context.awsRequestId)), command, {
          requestId: context.awsRequestId,
          patienceMs,
          whenRunning: "wait",
        });
        if (result.outcome === "failed" || result.outcome === "refused") throw failed(result);
        return result;
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

/** The sentence first: it is what a terminal shows. Each problem with its place and its way out; the whole answer last. */
function failed(result: Report | Summary): Error {
  const name = result.outcome === "failed" ? "MigrationFailed" : "MigrationRefused";
  const lines = "databases" in result ? result.databases.flatMap(linesOf) : wayOut(result);
  return new InvocationError(name, [result.message, ...lines, JSON.stringify(result)].join("\n"));
}

function linesOf(result: Report | Unreached): readonly string[] {
  if (!["failed", "refused"].includes(outcomeOf(result))) return [];
  return [`${result.database}: ${result.message}`, ...("code" in result ? advice(result) : wayOut(result))];
}

function wayOut({ failure, problems }: Report): readonly string[] {
  return [...(failure ? [failure.advice] : []), ...problems.map(line)];
}

function advice({ advice, problems = [] }: MigratorError | Unreached): readonly string[] {
  return [...(advice ? [advice] : []), ...problems.map(line)];
}

function line(problem: Problem): string {
  const place = problem.file ? ` (${problem.file}${problem.line === undefined ? "" : `:${problem.line}`})` : "";
  return `- ${problem.message}${place}${problem.advice ? ` ${problem.advice}` : ""}`;
}
