import { type Call, type DoctorCommand, runIdOf } from "../command";
import type { Finding } from "../finding";
import type { Log } from "../log";
import type { Report } from "../report";
import type { Access } from "../settings/access";
import { knownDatabase } from "../settings/target";
import { check, isFailed, skipped, type Until, within } from "./check";
import { type DatabaseOptions, databaseFindings } from "./database";
import { problemOf } from "./explain";
import type { Endpoint } from "./places";
import { reachVerdict } from "./reach";
import { secretFinding } from "./secret";
import { s3Subject, unanswered } from "./subject";

export interface DoctorOptions extends DatabaseOptions {
  readonly access: Access;
  /** The one that the Command names. */
  readonly database?: string;
  /** Where migrations come from, when that is S3. */
  readonly s3?: RemoteSource;
  readonly log: Log;
}

export interface RemoteSource {
  readonly endpoint: Endpoint;
  /** Lists and reads what is there. @throws MigratorError that says what is wrong; `UNREACHABLE` when nobody answers */
  check(): Promise<unknown>;
}

/** The longest that all of the checks together may take, in milliseconds. */
const ALL_MS = 15_000;
/** Kept back of the caller's patience to answer, in milliseconds. */
const ANSWER_MS = 1_000;

/**
 * Looks at everything that stands between this function and its database. It takes no lock of anybody's, and writes nothing.
 * @returns outcome `done` when nothing failed, else `refused`
 */
export async function examine(
  options: DoctorOptions,
  { command, call }: { readonly command: DoctorCommand; readonly call: Call },
): Promise<Report> {
  const startedAt = new Date().toISOString();
  const until = performance.now() + Math.min(ALL_MS, Math.max(call.patienceMs - ANSWER_MS, call.patienceMs / 2));
  const secret = secretFinding(options.access, until);
  const [first, s3, database] = await Promise.all([
    secret,
    s3Finding(options.s3, secret, until),
    databaseFindings(options, secret, until),
  ]);
  const findings = [first, s3, ...database.findings];
  const problems = findings.filter(isFailed).map(problemOf);
  const report: Report = {
    runId: runIdOf(command, call.requestId),
    action: command.action,
    database: options.database ?? database.name ?? knownDatabase(options.access) ?? "",
    outcome: problems.length > 0 ? "refused" : "done",
    message: messageOf(findings),
    done: [],
    remaining: [],
    problems,
    findings,
    startedAt,
    finishedAt: new Date().toISOString(),
  };
  logReport(options.log, report);
  return report;
}

function messageOf(findings: readonly Finding[]): string {
  const [first, ...others] = findings.filter(isFailed);
  if (first) return `${first.message}${others.length > 0 ? ` And ${others.length} more.` : ""}`;
  const checked = findings.filter(({ result }) => result !== "skipped");
  const warnings = findings.filter(({ result }) => result === "warning").map(({ message }) => message);
  return [`${checked.length} checks, and none failed.`, ...warnings].join(" ");
}

/** What was found to be in order is for who asked; the log has the rest. */
function logReport(log: Log, { action, outcome, message, findings = [] }: Report): void {
  const odd = findings.filter(({ result }) => result === "failed" || result === "warning");
  const data = { action, outcome, message, ...(odd.length > 0 && { findings: odd }) };
  if (outcome === "refused") log.error("finished", data);
  else log.info("finished", data);
}

async function s3Finding(s3: RemoteSource | undefined, secret: Promise<Finding>, until: Until): Promise<Finding> {
  if (!s3) return skipped("s3", "The migrations are in the bundle.");
  const { endpoint } = s3;
  const way = await check("s3", until, async (end) => {
    const unreached = await reachVerdict(endpoint, s3Subject(endpoint.port), end);
    return unreached ?? { result: "ok", message: "S3 answers; nothing was read, as the secret was not." };
  });
  // Which folder is read may be for the secret to say.
  if (isFailed(way) || isFailed(await secret)) return way;
  return check("s3", until, async (end) => {
    const read = await within(end, async () => ({ migrations: await s3.check() }));
    return read ? { result: "ok", message: "S3 lets the migrations be listed and read." } : unanswered("S3");
  });
}
