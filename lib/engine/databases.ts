import { type Call, type Command, runIdOf } from "../command";
import { MigratorError } from "../errors";
import type { Log } from "../log";
import { outcomeOf, type Report, type Summary, type Unreached } from "../report";
import { type Results, summary } from "../summary";
import { createDeadline } from "./deadline";
import type { Migrator } from "./migrator";
import { type Choice, checkDatabase, selectDatabases } from "./selection";

export interface DatabasesOptions extends Choice {
  /** The Migrator of one database; without a name, of the one that the settings name. Opens no connection. */
  open(database: string | undefined): Migrator;
  /** How many databases are worked on at a time. Each has one connection at most. */
  readonly atOnce: number;
  /** Of one database, where a Command names several; without a name, of all. */
  logOf(database?: string): Log;
}

/** Runs a Command on each database that it names, and gives a Report where it names one, a Summary where it has `databases`. */
export function createDatabasesMigrator(options: DatabasesOptions): Migrator<Report | Summary> {
  return {
    run: async (command, call) => {
      const { database } = command;
      if ("databases" in command && command.databases !== undefined) {
        return runEach(options, { command, list: command.databases }, call);
      }
      if (database !== undefined) checkDatabase(database, options);
      return options.open(database).run(command, call);
    },
  };
}

interface Asked {
  readonly command: Exclude<Command, { readonly action: "cancel" | "accept" | "settle" }>;
  readonly list: string;
}

async function runEach(options: DatabasesOptions, { command, list }: Asked, call: Call): Promise<Summary> {
  const head = {
    runId: runIdOf(command, call.requestId),
    action: command.action,
    startedAt: new Date().toISOString(),
  };
  const end = performance.now() + call.patienceMs;
  const deadline = createDeadline(call.patienceMs);
  const names = await selectDatabases(list, options, deadline);
  let stopped = false;
  const results = await inTurn(names, {
    atOnce: options.atOnce,
    mayStart: () => !stopped && deadline.remainingMs() > 0,
    runOne: async (name) => {
      const run = { ...call, patienceMs: end - performance.now() };
      const { result, away } = await reportOf(options, name, (migrator) => migrator.run(command, run));
      stopped ||= away || (command.onFailure === "stop" && isBad(result));
      return result;
    },
  });
  const result = summary(head, results);
  logSummary(options.logOf(), result);
  return result;
}

function isBad(result: Report | Unreached): boolean {
  return ["failed", "refused"].includes(outcomeOf(result));
}

interface Ended {
  readonly result: Report | Unreached;
  /** Nobody answers where all of the databases are: each of the others would be waited for as long, and in vain. */
  readonly away: boolean;
}

async function reportOf(
  options: DatabasesOptions,
  name: string,
  run: (migrator: Migrator) => Promise<Report>,
): Promise<Ended> {
  try {
    checkDatabase(name, options);
    return { result: await run(options.open(name)), away: false };
  } catch (error) {
    options.logOf(name).error("failed", { error });
    if (!(error instanceof MigratorError)) throw error;
    return { result: unreached(name, error), away: error.code === "UNREACHABLE" && !error.answered };
  }
}

function unreached(database: string, { code, message, advice, problems }: MigratorError): Unreached {
  return { database, code, message, ...(advice && { advice }), ...(problems.length > 0 && { problems }) };
}

interface Work {
  readonly atOnce: number;
  /** Whether another one may be begun. */
  mayStart(): boolean;
  runOne(name: string): Promise<Report | Unreached>;
}

/** An error that nobody expected ends it: nothing more is begun, and it is thrown once what is under way has ended. */
async function inTurn(names: readonly string[], { atOnce, mayStart, runOne }: Work): Promise<Results> {
  const results = new Map<string, Report | Unreached>();
  const waiting = [...names];
  const notStarted: string[] = [];
  const errors: unknown[] = [];
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      if (errors.length > 0 || !mayStart()) notStarted.push(name);
      else {
        try {
          results.set(name, await runOne(name));
        } catch (error) {
          errors.push(error);
        }
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, names.length) }, worker));
  if (errors.length > 0) throw errors[0];
  return { databases: names.flatMap((name) => results.get(name) ?? []), notStarted };
}

function logSummary(log: Log, { action, outcome, message }: Summary): void {
  const data = { action, outcome, message };
  if (outcome === "failed" || outcome === "refused") log.error("finished", data);
  else log.info("finished", data);
}
