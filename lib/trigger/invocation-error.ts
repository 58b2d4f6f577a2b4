import type { MigratorError } from "../errors";
import { type Outcome, outcomeOf, type Problem, type Report, type Summary, type Unreached } from "../report";

/** The error of a failed invocation: Lambda shows `errorType` and `errorMessage`, so the message says it all. */
export class InvocationError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

const NAMES: Readonly<Record<Exclude<Outcome, "done">, string>> = {
  failed: "MigrationFailed",
  refused: "MigrationRefused",
  running: "MigrationRunning",
  incomplete: "MigrationIncomplete",
};

/** The sentence first: it is what a terminal shows. Each problem with its place and its way out; the whole answer last. */
export function failed(result: Report | Summary, outcome: Exclude<Outcome, "done">): InvocationError {
  const lines = "databases" in result ? result.databases.flatMap(linesOf) : wayOut(result);
  return new InvocationError(NAMES[outcome], [result.message, ...lines, JSON.stringify(result)].join("\n"));
}

/** Where there is nothing to show for a Command. */
export function unanswered(error: MigratorError): InvocationError {
  return new InvocationError(error.code, [error.message, ...advice(error)].join("\n"));
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
