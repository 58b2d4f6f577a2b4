import { type ErrorCode, isErrorCode, MigratorError } from "../errors";
import type { Report, Summary } from "../report";
import type { Answer } from "./lambda";

/**
 * What one of our functions has answered. A failed or refused run is an answer too: its Report is in the error.
 * @throws MigratorError with the function's own code, or `FUNCTION_FAILED` where it ended otherwise
 */
export function readAnswer(name: string, { payload, failed }: Answer): Report | Summary {
  if (!failed && isResult(payload)) return payload;
  const { errorType = "", errorMessage = "" } = (payload ?? {}) as Partial<Record<string, string>>;
  // The Report is the last line; what stands before it is for people.
  const report = parsed(errorMessage.split("\n").at(-1) ?? "");
  if (isResult(report)) return report;
  const [message = "", ...advice] = errorMessage.split("\n");
  if (isErrorCode(errorType)) throw new MigratorError(errorType, message, { advice: advice.join("\n") });
  throw functionFailed(name, failed ? `${errorType}: ${message}` : "it is none of ours");
}

/** The ways in which a function ends that is not ours, or does not come to its end. */
function functionFailed(name: string, reason: string): MigratorError {
  const code: ErrorCode = "FUNCTION_FAILED";
  return new MigratorError(code, `${name} did not answer as it should (${reason.slice(0, 300)}).`, {
    advice: "Its log tells more. If it was stopped in the middle, call again: nothing is lost.",
  });
}

function isResult(value: unknown): value is Report | Summary {
  return typeof value === "object" && value !== null && "runId" in value && "outcome" in value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
