import { MigratorError } from "../errors";
import type { Examiner } from "./examine";
import { isBusy, journalFault } from "./faults";
import type { GuardedDatabase, Query } from "./guarded-database";
import type { Stop } from "./judge";

/** How long to wait before asking again whether a migration has ended, in milliseconds. */
const POLL_MS = { first: 20, most: 250 };

export interface TransactionOptions {
  /** How long to wait for a migration to end, in milliseconds. */
  readonly waitMs: number;
  /** What becomes of work that should not be done: it throws, or says so and lets it pass. */
  refuse(stop: Stop): void;
}

/** Runs `work` in a transaction in which no migration begins. @throws MigratorError `MIGRATING`, `OUT_OF_DATE` */
export async function inTransaction<Handle, T>(
  { examine, journal }: Examiner,
  { database, work }: { readonly database: GuardedDatabase<Handle>; work(handle: Handle): Promise<T> },
  { waitMs, refuse }: TransactionOptions,
): Promise<T> {
  const until = Date.now() + waitMs;
  for (let pause = POLL_MS.first; ; pause = Math.min(pause * 2, POLL_MS.most)) {
    const last = Date.now() + pause > until;
    const end = await database.transaction(async (handle, query): Promise<{ readonly value: T } | Stop> => {
      const shared = await share(query, journal.share(await versionOf(database, query)));
      const stop = shared ? await examine(query) : BEGINNING;
      if (stop?.why === "migrating" && !last) return stop;
      if (stop) refuse(stop);
      return { value: await work(handle) };
    });
    if ("value" in end) return end.value;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

const BEGINNING: Stop = { why: "migrating", message: "A migration is about to begin." };

/** MySQL's, which the lock's clause depends on. */
const versions = new WeakMap<object, string>();

async function versionOf(database: GuardedDatabase<never> | GuardedDatabase<unknown>, query: Query): Promise<string> {
  if (database.dialect !== "mysql") return "";
  const known = versions.get(database);
  if (known !== undefined) return known;
  const [row] = await query("SELECT VERSION() AS version");
  const version = String(row?.version);
  versions.set(database, version);
  return version;
}

/**
 * The lock first, the journal in a statement of its own: one that did both would read what was there before it had the lock.
 * @returns false when a migration waits for the transactions that are under way
 */
async function share(query: Query, sql: string): Promise<boolean> {
  const refused = (error: unknown): Awaited<ReturnType<Query>> => {
    if (isBusy(error)) return [{ shared: false }];
    throw journalFault(error);
  };
  const [row] = await query(sql).catch(refused);
  if (!row) return true;
  if (row.shared === false) return false;
  if (row.reader === true || Number(row.reader) === 1) throw isReader();
  if (row.isolation !== "read committed") throw isolated(String(row.isolation));
  return true;
}

function isReader(): MigratorError {
  return new MigratorError("READ_ONLY", "A reader does not know the locks of the writer.", {
    advice: "Give the Guard a connection to the writer; `protect` alone may use a reader.",
  });
}

function isolated(level: string): MigratorError {
  return new MigratorError("INVALID_SETTINGS", `A guarded transaction cannot be ${level}.`, {
    advice: "Let it be READ COMMITTED: at other levels the Guard would read what was there before it had its lock.",
  });
}
