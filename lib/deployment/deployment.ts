import { setTimeout as sleep } from "node:timers/promises";
import type { MigrateCommand } from "../command";
import { MigratorError } from "../errors";
import type { Log } from "../log";
import type { Lambda } from "../remote/lambda";
import { logLink } from "../remote/log-link";
import { functionNames } from "../remote/names";
import type { Pace } from "../remote/pace";
import { createRemote, type Remote } from "../remote/remote";
import type { Report, Summary } from "../report";
import { type Answer, sendAnswer } from "./answer";
import {
  type DeploymentEvent,
  type Properties,
  readEvent,
  readOldProperties,
  readProperties,
  readRecipient,
} from "./request";

/** The part of Lambda's context object that is used. */
export interface DeploymentContext {
  readonly awsRequestId: string;
  /** Whom this function calls to go on with its own work. */
  readonly invokedFunctionArn: string;
  getRemainingTimeInMillis(): number;
}

export interface DeploymentOptions {
  readonly lambda: Lambda;
  readonly log: Log;
  /** Of the function itself and of those that it calls. */
  readonly region: string;
  readonly pace?: Pace;
}

/** Milliseconds that are kept for the answer. */
const RESERVE_MS = 30_000;
/** Of these, for a look that is under way: it lasts as long as the function that looks waits for its database. */
const LOOK_MS = 3_000;

/**
 * The handler of a function that CloudFormation calls: Create and Update run the migrations of another function, and the
 * stack waits. It is meant to be outside the VPC: nothing in it needs the database, and CloudFormation is answered over the
 * internet. Delete, and whatever a stack does to go back, touches nothing.
 */
export function createDeploymentHandler(options: DeploymentOptions) {
  return async (input: unknown, context: DeploymentContext): Promise<void> => {
    const { log } = options;
    const recipient = readRecipient(input);
    const { LogicalResourceId, RequestId } = recipient;
    log.info("asked", { resource: LogicalResourceId, id: RequestId });
    const answer = await decide(options, input, context).catch((error: unknown) => unexpected(error, log));
    if (answer) await sendAnswer(recipient, answer, log);
  };
}

/** @returns nothing when the function has called itself, to go on */
async function decide(
  options: DeploymentOptions,
  input: unknown,
  context: DeploymentContext,
): Promise<Answer | undefined> {
  const event = readEvent(input);
  const { firstCalledAt = new Date().toISOString() } = event;
  if (event.RequestType === "Delete") return untouched("The database is left as it is.");
  const properties = readProperties(event.ResourceProperties);
  const reason = reasonNotTo(event, properties);
  if (reason !== undefined) return untouched(reason);
  const { lambda, log } = options;
  const command = commandOf(event, properties);
  const until = Date.parse(firstCalledAt) + properties.Patience * 1000;
  const mine = Math.max(Math.min(context.getRemainingTimeInMillis() - RESERVE_MS, until - Date.now()), 1);
  const result = await Promise.race([
    migrate(options, { command, properties, signal: AbortSignal.timeout(mine) }),
    sleep(mine + LOOK_MS, undefined, { ref: false }),
  ]);
  if (result && isOver(result)) return answerOf(result, logOf(properties, options));
  if (Date.now() >= until) return notOver(command, result);
  // The run lasts longer than this function may: another call of it goes on waiting.
  await lambda.start(context.invokedFunctionArn, { ...event, firstCalledAt });
  log.info("goes on in another call", { firstCalledAt });
  return undefined;
}

interface Migrating {
  readonly command: MigrateCommand;
  readonly properties: Properties;
  readonly signal: AbortSignal;
}

async function migrate(
  { lambda, pace }: DeploymentOptions,
  { command, properties, signal }: Migrating,
): Promise<Report | Summary> {
  const remote = createRemote({ names: functionNames(properties.Functions), lambda, ...(pace && { pace }) });
  if (properties.Digest !== undefined) await checkDigest(remote, command, properties.Digest);
  return remote.run(command, { signal });
}

function isOver({ outcome }: Report | Summary): boolean {
  return outcome !== "running" && outcome !== "incomplete";
}

/** What a resource asks for: where that is the same as before, there is nothing to do. */
const ASKED = ["Digest", "Functions", "Phase", "Database", "Databases"] as const;

/** Why a request of the stack's is no reason to migrate. */
function reasonNotTo({ RequestType, OldResourceProperties }: DeploymentEvent, now: Properties): string | undefined {
  if (RequestType !== "Update") return undefined;
  const old = readOldProperties(OldResourceProperties);
  if (old.Built !== undefined && Date.parse(now.Built) < Date.parse(old.Built)) {
    return "The stack goes back to what it was; the database is left as it is.";
  }
  const isSame = now.Digest !== undefined && ASKED.every((key) => old[key] === now[key]);
  return isSame ? "The migrations are the same as before." : undefined;
}

/** The stack may not have replaced the functions yet. */
async function checkDigest(remote: Remote, command: MigrateCommand, digest: string): Promise<void> {
  const { database, databases } = command;
  const where = databases === undefined ? { ...(database !== undefined && { database }) } : { databases };
  const status = await remote.run({ action: "status", ...where });
  const reports = "databases" in status ? status.databases : [status];
  if (reports.every((one) => !("set" in one) || one.set === undefined || one.set === digest)) return;
  throw new MigratorError("INVALID_COMMAND", "The function has other migrations than the stack asks for.", {
    advice: "Let the custom resource depend on the functions (DependsOn), and build both at once.",
  });
}

function commandOf({ RequestId }: DeploymentEvent, { Phase, Database, Databases }: Properties): MigrateCommand {
  return {
    action: "migrate",
    // The same request again is the same run.
    runId: `cloudformation-${RequestId}`.slice(0, 128),
    ...(Phase && { phase: Phase }),
    ...(Database !== undefined && { database: Database }),
    ...(Databases !== undefined && { databases: Databases }),
  };
}

/** The stack would be taken for one that hangs. */
function notOver({ runId }: MigrateCommand, result: Report | Summary | undefined): Answer {
  const known =
    result?.outcome === "running"
      ? "The migrations are still running, and the stack cannot wait any longer. They go on in the database."
      : "The functions that migrate have not said in time how far they are, and the stack cannot wait any longer.";
  return { status: "FAILED", reason: `${known} When status of run ${runId} says done, deploy again.` };
}

/** The log comes early: what is too long is cut at its end. */
function answerOf(result: Report | Summary, log: string): Answer {
  if (result.outcome === "done") return { status: "SUCCESS", reason: result.message };
  const details = "databases" in result ? [] : [result.failure?.advice, ...result.problems.map(({ advice }) => advice)];
  return { status: "FAILED", reason: [result.message, log, ...details].filter(Boolean).join(" ") };
}

function logOf({ Functions }: Properties, { region }: DeploymentOptions): string {
  const { migrate } = functionNames(Functions);
  return `The log is /aws/lambda/${migrate} ( ${logLink(region, migrate)} ).`;
}

function untouched(reason: string): Answer {
  return { status: "SUCCESS", reason };
}

/** A stack that gets no answer hangs for an hour. */
function unexpected(error: unknown, log: Log): Answer {
  log.error("failed", { error });
  if (!(error instanceof MigratorError)) return { status: "FAILED", reason: "Unexpected; this function's log has it." };
  return { status: "FAILED", reason: [error.message, error.advice].filter(Boolean).join(" ") };
}
