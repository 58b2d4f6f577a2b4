import { MigratorError } from "../errors";
import type { Log } from "../log";
import { adapt } from "./adapt";
import { createCheck } from "./check";
import { createExaminer, type Examiner } from "./examine";
import { unreadable } from "./faults";
import type { GuardedDatabase, HandleOf } from "./guarded-database";
import type { JournalOptions } from "./journal";
import { type Mode, type Stop, stopError } from "./judge";
import { type Handler, protecting } from "./protect";
import type { Refusal } from "./refusal";
import { checkSet, type MigrationSet } from "./set";
import { inTransaction } from "./transaction";

export interface GuardOptions<Database> {
  /** What the application was built with: `set` of "migration-lambda/set". */
  readonly set: MigrationSet;
  /**
   * Gives what the application reaches its database by: a client, connection or pool of `pg` or `mysql2`, Knex for one of
   * these, or a GuardedDatabase. Called whenever it is needed; give the same object for as long as it works.
   */
  database(): Database | Promise<Database>;
  /** Default: `at-least`. */
  readonly mode?: Mode;
  /** Where the journal is. */
  readonly journal?: JournalOptions;
  /** How long `protect` takes an answer of the journal for true, in milliseconds, 0 to 3600000. Default: 10000. */
  readonly rememberMs?: number;
  /** How long `transaction` waits for a migration to end, in milliseconds, 0 to 60000. Default: 3000. */
  readonly waitMs?: number;
  /** What is told why nothing was served, or of what `warn` lets pass. Default: a line of JSON on stdout. */
  readonly log?: Pick<Log, "warn">;
}

export interface Guard<Handle> {
  /**
   * A handler that serves while the database is what the application was built for. Otherwise it answers 503 with
   * `Retry-After` over HTTP, and throws for any other event: MigratorError `OUT_OF_DATE`, `MIGRATING`, `UNREACHABLE`,
   * `ACCESS_DENIED`. It only reads; what it has read may be as old as `rememberMs`.
   */
  protect<Event, Context, Result>(handler: Handler<Event, Context, Result>): Handler<Event, Context, Result | Refusal>;
  /**
   * Runs `work` in a transaction: no migration that could be in its way begins before it ends, and none is in progress.
   * @throws MigratorError `OUT_OF_DATE`, `MIGRATING`, `ACCESS_DENIED`, `READ_ONLY`; and what `work` or the driver throws
   */
  transaction<T>(work: (handle: Handle) => Promise<T>): Promise<T>;
}

/** @throws MigratorError `INVALID_MIGRATIONS`, `INVALID_SETTINGS` */
export function createGuard<Database>(options: GuardOptions<Database>): Guard<HandleOf<Database>> {
  const { mode, rememberMs, waitMs, log, set, journal } = readOptions(options);
  const examiners = new Map<string, Examiner>();
  const open = async () => {
    const database = adapt(await options.database());
    const { dialect } = database;
    const examiner = examiners.get(dialect) ?? createExaminer(dialect, { set, mode, journal });
    examiners.set(dialect, examiner);
    return { database: database as GuardedDatabase<HandleOf<Database>>, examiner };
  };
  const letPass = ({ why, message }: Stop) => log.warn("served all the same", { why, reason: message });
  const ask = async () => {
    const { database, examiner } = await open();
    const stop = await examiner.examine(database.query);
    if (mode !== "warn") return stop;
    if (stop) letPass(stop);
    return undefined;
  };
  const check = createCheck({ rememberMs, ask: mode === "warn" ? () => ask().catch(pass(log)) : ask });
  const refuse = (stop: Stop) => {
    if (mode !== "warn") throw stopError(stop);
    letPass(stop);
  };
  return {
    protect: (handler) =>
      protecting(handler, {
        enter: () => check.pass().catch(rethrow),
        failed: check.forget,
        refused: ({ code, message }) => log.warn("not served", { why: code, reason: message }),
      }),
    transaction: async (work) => {
      const { database, examiner } = await open();
      return inTransaction(examiner, { database, work }, { waitMs: mode === "warn" ? 0 : waitMs, refuse });
    },
  };
}

function rethrow(error: unknown): never {
  throw unreadable(error);
}

/** In the mode `warn` a journal that cannot be read is no reason either. */
function pass(log: Pick<Log, "warn">) {
  return (error: unknown) => {
    const { code, message } = unreadable(error);
    log.warn("served all the same", { why: code, reason: message });
    return undefined;
  };
}

const MODES: readonly Mode[] = ["exact", "at-least", "warn"];

function readOptions<Database>(options: GuardOptions<Database>) {
  const { mode = "at-least", rememberMs = 10_000, waitMs = 3_000, log = stdout, journal = {} } = options;
  const wrong = [
    ...(typeof options.database === "function" ? [] : ["`database` must be a function that gives it"]),
    ...(MODES.includes(mode) ? [] : [`\`mode\` must be one of ${MODES.join(", ")}`]),
    ...milliseconds("rememberMs", rememberMs, 3_600_000),
    ...milliseconds("waitMs", waitMs, 60_000),
    ...names(journal),
  ];
  if (wrong.length > 0) {
    throw new MigratorError("INVALID_SETTINGS", `The Guard cannot be made: ${wrong.join("; ")}.`, {
      advice: "docs/guard.md lists the options.",
    });
  }
  return { mode, rememberMs, waitMs, log, journal, set: checkSet(options.set) };
}

function milliseconds(name: string, value: unknown, most: number): readonly string[] {
  const fits = typeof value === "number" && value >= 0 && value <= most;
  return fits ? [] : [`\`${name}\` must be a number of milliseconds from 0 to ${most}`];
}

function names(journal: JournalOptions): readonly string[] {
  const given = Object.values(journal).filter((name) => name !== undefined);
  const fit = given.every((name) => typeof name === "string" && /^[^\0]{1,64}$/.test(name));
  return fit ? [] : ["the names in `journal` must be texts of 1 to 64 characters"];
}

const stdout: Pick<Log, "warn"> = {
  warn: (message, data) => {
    process.stdout.write(`${JSON.stringify({ level: "WARN", message, ...data })}\n`);
  },
};
