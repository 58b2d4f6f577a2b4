import { type Action, parseCommand } from "../command";
import { MigratorError } from "../errors";
import type { Report } from "../report";
import { runIdOf, type Trigger } from "./trigger";

/** The error of a failed invocation: Lambda shows `errorType` and `errorMessage`, so the message says it all. */
class InvocationError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/**
 * A direct call: `sls invoke`, `aws lambda invoke`, an SDK. The payload is the Command without its action. The caller waits
 * as long as the function may run; whatever is not done, under way or incomplete is a failed invocation.
 */
export function invokeTrigger(action: Action): Trigger {
  return {
    recognises: () => true,
    handle: async ({ event, context, assemble }) => {
      try {
        const command = parseCommand(action, event === null || event === undefined || event === "" ? {} : event);
        const { migrator } = assemble(runIdOf(command, context));
        const patienceMs = context.getRemainingTimeInMillis();
        const report = await migrator.run(command, {
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

function failed(report: Report): Error {
  const name = report.outcome === "failed" ? "MigrationFailed" : "MigrationRefused";
  const problems = report.problems.map(({ message, advice, file, line }) =>
    [
      `- ${message}`,
      ...(file ? [`  (${file}${line === undefined ? "" : `:${line}`})`] : []),
      ...(advice ? [`  ${advice}`] : []),
    ].join("\n"),
  );
  const hint = report.failure ? [report.failure.advice] : [];
  return new InvocationError(name, [report.message, ...hint, ...problems, JSON.stringify(report)].join("\n"));
}

function advice(error: MigratorError): readonly string[] {
  const own = error.advice ? [error.advice] : [];
  return [
    ...own,
    ...error.problems.map((problem) => `- ${problem.message}${problem.advice ? ` ${problem.advice}` : ""}`),
  ];
}
