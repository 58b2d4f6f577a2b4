import { MigratorError } from "../errors";
import type { Part, ServerError } from "./connection";
import { worthAnother } from "./contention";
import type { Dialect } from "./dialect";
import { entry, gatePart } from "./message";
import { contextOf, journalError, type SessionSetup } from "./session";

/** Writes an intent by itself, again where guarded transactions are in the way. @throws MigratorError `IN_USE`, as `write` */
export async function writeIntent(setup: SessionSetup, parts: readonly Part[]): Promise<void> {
  const { connection, dialect } = setup;
  const context = contextOf(setup);
  const message = entry(context, [gatePart(context), ...parts]);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await connection.query(message.map(({ sql }) => sql).join(";\n"));
      return;
    } catch (error) {
      if (!dialect.errors.isServerError(error)) throw error;
      await connection.query("ROLLBACK");
      if (await worthAnother(setup, error, attempt)) continue;
      throw isInUse(dialect, error) ? inUse() : journalError(dialect, error);
    }
  }
}

/** Of the statement that waits for guarded transactions. */
export function isInUse({ errors }: Dialect, error: ServerError): boolean {
  return errors.kindOf(error) === "contention";
}

export function inUse(): MigratorError {
  return new MigratorError(
    "IN_USE",
    "Guarded transactions of the application did not end in time; the migration waits for the next call.",
    { advice: "Call again. If it stays so, find what keeps a transaction open, or raise LOCK_TIMEOUT_SECONDS." },
  );
}
