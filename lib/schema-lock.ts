import { createHash } from "node:crypto";

/** Id of the row of `migration_step` that guarded transactions share on MySQL, and that is never anything but locked. */
export const GATE_ID = 0;

/**
 * The advisory lock that guarded transactions share on PostgreSQL: a number of 64 bits, in decimal, within the database.
 * @param step the table `migration_step`, qualified and quoted
 */
export function schemaLock(step: string): string {
  const hash = createHash("sha256")
    .update(JSON.stringify(["migration-lambda", "schema lock", step]))
    .digest();
  return String(hash.readBigInt64BE());
}
