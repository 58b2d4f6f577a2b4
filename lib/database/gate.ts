import { MigratorError } from "../errors";
import type { Part } from "./connection";
import type { Dialect } from "./dialect";
import { entry, gatePart } from "./message";
import { contextOf, journalError, type SessionSetup } from "./session";

/** How often a step is begun that somebody else's locks keep from it. */
export const ATTEMPTS = 5;

export function pauseMs(attempt: number): number {
  return 2 ** attempt * 100 * (0.5 + Math.random());
}

/** Writes an intent by itself, again where guarded transactions are in the way. @throws MigratorError `IN_USE`, as `write` */
export async function writeIntent(setup: SessionSetup, parts: readonly Part[]): Promise<void> {
  const { connection, dialect, deadline } = setup;
  const context = contextOf(setup);
  const message = entry(context, [gatePart(context), ...parts]);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await connection.query(message.map(({ sql }) => sql).join(";\n"));
      return;
    } catch (error) {
      if ((error as MigratorError).code === "CONNECTION_LOST") throw error;
      await connection.query("ROLLBACK");
      if (!isContention(dialect, error)) throw journalError(dialect, error);
      const backoffMs = pauseMs(attempt);
      if (attempt === ATTEMPTS || deadline.remainingMs() < backoffMs) throw inUse();
      await new Promise((resolve) => setTimeout(resolve, backoffMs));
    }
  }
}

function isContention({ errors }: Dialect, error: unknown): boolean {
  return errors.isServerError(error) && errors.kindOf(error) === "contention";
}

export function inUse(): MigratorError {
  return new MigratorError(
    "IN_USE",
    "Guarded transactions of the application did not end in time; nothing of this migration was run.",
    { advice: "Call again. If it stays so, find what keeps a transaction open, or raise LOCK_TIMEOUT_SECONDS." },
  );
}
