import type { ErrorCode } from "../lib/errors";
import { type Outcome, outcomeOf, type Report, type Summary, type Unreached } from "../lib/report";
import type { AskedCommand, Target } from "./asked";

/** What this command exits with. docs/cli.md has the same table. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  nothing: 3,
  refused: 4,
  running: 5,
  unreachable: 6,
  /** By convention of shells. */
  interrupted: 130,
} as const;

const OF_OUTCOME: Readonly<Record<Outcome, number>> = {
  done: EXIT.done,
  failed: EXIT.failed,
  refused: EXIT.refused,
  running: EXIT.running,
  incomplete: EXIT.running,
};

const OF_ERROR: Readonly<Partial<Record<ErrorCode, number>>> = {
  INVALID_COMMAND: EXIT.usage,
  FOREIGN_TABLE: EXIT.refused,
  UNREACHABLE: EXIT.unreachable,
  ACCESS_DENIED: EXIT.unreachable,
  READ_ONLY: EXIT.unreachable,
  CONNECTION_LOST: EXIT.unreachable,
  LOCK_LOST: EXIT.unreachable,
  NOT_INVOKED: EXIT.unreachable,
};

/** What is wrong with settings that were given here is wrong with the command line. */
export function exitCodeOfError(code: ErrorCode, at?: Target["at"]): number {
  if (code === "INVALID_SETTINGS" && at === "here") return EXIT.usage;
  return OF_ERROR[code] ?? EXIT.failed;
}

export function exitCodeOf(result: Report | Summary, { name, input, watch, show }: AskedCommand): number {
  // Asked for what is, the answer is found whatever it says. Asked for a run, it is that run's.
  const found = name === "status" && input.runId === undefined && watch !== true && result.outcome === "running";
  if (found) return EXIT.done;
  if (result.outcome === "failed" && "databases" in result) return ofFailed(result.databases);
  if (result.outcome !== "done") return OF_OUTCOME[result.outcome];
  return show.detailedExitCode === true && name !== "status" && isNothing(result) ? EXIT.nothing : EXIT.done;
}

/** Where none has failed that was reached, what counts is that the others were not. */
function ofFailed(databases: readonly (Report | Unreached)[]): number {
  const failed = databases.filter((one) => outcomeOf(one) === "failed");
  const codes = new Set(failed.map((one) => ("code" in one ? exitCodeOfError(one.code) : EXIT.failed)));
  const [only = EXIT.failed] = codes;
  return codes.size === 1 ? only : EXIT.failed;
}

function isNothing(result: Report | Summary): boolean {
  const reports = "databases" in result ? result.databases : [result];
  return reports.every(
    (one) => "outcome" in one && one.done.length + one.remaining.length + (one.adoption?.recorded.length ?? 0) === 0,
  );
}
