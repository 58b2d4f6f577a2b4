import { MigratorError } from "../errors";
import type { Finding } from "../finding";
import type { Problem } from "../report";
import { type Until, within } from "./check";
import type { Target } from "./handshake";
import type { Endpoint } from "./network";
import { networkFindings, reachVerdict } from "./reach";
import { s3Subject, secretsManagerSubject } from "./subject";

/** What a run has to reach, as far as it is known. */
export interface Places {
  readonly database?: Target;
  readonly secretsManager?: Endpoint;
  readonly s3?: Endpoint;
}

/** Kept back of a caller's patience to answer, in milliseconds. */
const ANSWER_MS = 500;

/**
 * Looks at the way to everything that a run had to reach, within what is left of its caller's patience.
 * @returns the error, with what was found as its advice and problems; the error itself when nothing was.
 */
export async function explain(error: MigratorError, places: Places, patienceMs: number): Promise<MigratorError> {
  const until = performance.now() + patienceMs - ANSWER_MS;
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

const isFailed = ({ result }: Finding) => result === "failed";

export function problemOf({ message, advice }: Failure): Problem {
  return { code: "CHECK_FAILED", message, ...(advice !== undefined && { advice }) };
}
