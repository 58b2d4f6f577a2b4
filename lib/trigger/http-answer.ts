import type { Command } from "../command";
import type { ErrorCode, MigratorError } from "../errors";
import { type Outcome, outcomeOf, type ProblemCode, type Report, type Summary, type Unreached } from "../report";

export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Seconds after which it is worth asking again. */
const RETRY_AFTER = 2;

const STATUS: Readonly<Record<Outcome, number>> = {
  done: 200,
  running: 202,
  incomplete: 202,
  refused: 409,
  failed: 500,
};

const ERROR_STATUS: Readonly<Record<ErrorCode, number>> = {
  INVALID_COMMAND: 400,
  INVALID_SETTINGS: 500,
  INVALID_MIGRATIONS: 500,
  UPLOAD_INCOMPLETE: 503,
  UNREACHABLE: 503,
  ACCESS_DENIED: 503,
  READ_ONLY: 503,
  CONNECTION_LOST: 503,
  LOCK_LOST: 503,
  FOREIGN_TABLE: 409,
  DIVERGED: 500,
  NOT_REPLAYABLE: 500,
  STATEMENT_FAILED: 500,
  IN_USE: 503,
  OUT_OF_DATE: 503,
  MIGRATING: 503,
};

/** What came of a Command; what is no success is a problem. */
export function answerResponse(result: Report | Summary, command: Command): HttpResponse {
  return "databases" in result ? summaryResponse(result, command) : reportResponse(result, command);
}

function reportResponse(report: Report, command: Command): HttpResponse {
  const status = statusOf(report, command);
  if (status < 300) return success(status, report);
  const advice = report.failure?.advice ?? report.problems[0]?.advice;
  const code = report.outcome === "failed" ? "MIGRATION_FAILED" : (report.problems[0]?.code ?? "REFUSED");
  return problem(status, { code, detail: report.message, ...(advice && { advice }), ...report });
}

/** What is the caller's own mistake has its own status; any other refusal is a conflict with what is there. */
const PROBLEM_STATUS: Readonly<Partial<Record<ProblemCode, number>>> = {
  RUN_ID_TAKEN: 400,
  UNKNOWN_RUN: 404,
  CHECK_FAILED: 503,
};

function statusOf({ outcome, problems: [problem] }: Report, command: Command): number {
  // Asked for what is, the answer is found whatever it says.
  if (command.action === "status" && outcome !== "refused") return 200;
  return (problem && PROBLEM_STATUS[problem.code]) ?? STATUS[outcome];
}

function summaryResponse(summary: Summary, command: Command): HttpResponse {
  const worst = summary.databases.filter((result) => outcomeOf(result) === summary.outcome);
  const statuses = worst.map((result) => ("outcome" in result ? statusOf(result, command) : ERROR_STATUS[result.code]));
  // One that failed is an error, even where another one of the worst could not be reached and is worth asking again.
  const usual = STATUS[summary.outcome];
  const status = statuses.includes(usual) ? usual : (statuses[0] ?? usual);
  if (status < 300) return success(status, summary);
  return problem(status, { code: codeOf(worst, summary), detail: summary.message, ...summary }, retryAfter(status));
}

function codeOf(worst: readonly (Report | Unreached)[], { outcome }: Summary): string {
  const [first] = worst;
  if (first && "code" in first && worst.every((result) => "code" in result)) return first.code;
  return outcome === "failed" ? "MIGRATION_FAILED" : "REFUSED";
}

function success(status: number, result: Report | Summary): HttpResponse {
  return response(status, result, status === 202 ? { "Retry-After": String(RETRY_AFTER) } : {});
}

/** What went wrong before there was anything to report on. */
export function errorResponse(error: MigratorError): HttpResponse {
  const status = ERROR_STATUS[error.code];
  const { code, message, advice, problems } = error;
  const body = { code, detail: message, ...(advice && { advice }), ...(problems.length > 0 && { problems }) };
  return problem(status, body, retryAfter(status));
}

function retryAfter(status: number): Readonly<Record<string, string>> {
  return status === 503 ? { "Retry-After": String(RETRY_AFTER) } : {};
}

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** A problem as RFC 9457 has it. */
export function problem(status: number, details: object, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  const body = { type: "about:blank", title: TITLES[status], status, ...details };
  return response(status, body, { "Content-Type": "application/problem+json", ...headers });
}

function response(statusCode: number, body: object, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return {
    statusCode,
    headers: { "Content-Type": "application/json", "Cache-Control": "no-store", ...headers },
    body: `${JSON.stringify(body, undefined, 2)}\n`,
  };
}
