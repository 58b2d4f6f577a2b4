import { MigratorError } from "../errors";
import type { Finding } from "../finding";
import type { Problem } from "../report";
import { isFailed, leftMs, type Until, within } from "./check";
import type { Endpoint, Places } from "./places";
import { networkFindings, reachVerdict } from "./reach";
import { s3Subject, secretsManagerSubject } from "./subject";

/** Kept back of a caller's patience to answer, in milliseconds. */
const ANSWER_MS = 500;

/**
 * Does the work; where something does not answer, the error says what stands in the way.
 * @param patienceMs how long the caller waits for the answer, counted from now
 */
export async function explaining<T>(patienceMs: number, places: () => Places, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof MigratorError) || error.code !== "UNREACHABLE" || error.answered) throw error;
    throw await explain(error, places(), patienceMs - (performance.now() - began));
  }
}

/**
 * Looks at the way to everything that a run had to reach, within what is left of its caller's patience.
 * @returns the error, with what was found as its advice and problems; the error itself when nothing was.
 */
async function explain(error: MigratorError, places: Places, patienceMs: number): Promise<MigratorError> {
  const until = performance.now() + patienceMs - ANSWER_MS;
  // That there was no time to look says less than the error.
  if (leftMs(until) === 0) return error;
  const failures = (await Promise.all(looks(places, until).map((look) => within(until, look)))).flat();
  const problems = failures.flatMap((failure) => (failure ? [problemOf(failure)] : []));
  const [first] = problems;
  if (!first) return error;
  const { code, message, report, cause } = error;
  const advice = `${first.message} ${first.advice ?? ""}`.trim();
  return new MigratorError(code, message, { advice, problems, cause, ...(report && { report }) });
}

type Failure = Pick<Finding, "message" | "advice">;

function looks({ database, secretsManager, s3 }: Places, until: Until): readonly (() => Promise<readonly Failure[]>)[] {
  const service = async (endpoint: Endpoint, subject: typeof s3Subject) => {
    const verdict = await reachVerdict(endpoint, subject(endpoint.port), until);
    return verdict ? [verdict] : [];
  };
  return [
    ...(secretsManager ? [() => service(secretsManager, secretsManagerSubject)] : []),
    ...(s3 ? [() => service(s3, s3Subject)] : []),
    ...(database ? [async () => (await networkFindings(database, until)).filter(isFailed)] : []),
  ];
}

export function problemOf({ message, advice }: Failure): Problem {
  return { code: "CHECK_FAILED", message, ...(advice !== undefined && { advice }) };
}
