import type { ServerError } from "./connection";
import type { SessionSetup } from "./session";

const ATTEMPTS = 5;
const FIRST_MS = 200;

/**
 * Waits, longer from attempt to attempt, before another one, where another transaction was in the way.
 * @returns false, and at once, where it is no matter of waiting, or the time or the attempts are over
 */
export async function worthAnother(
  { dialect, deadline }: Pick<SessionSetup, "dialect" | "deadline">,
  error: ServerError,
  attempt: number,
): Promise<boolean> {
  const backoffMs = FIRST_MS * 2 ** (attempt - 1) * (0.5 + Math.random());
  if (dialect.errors.kindOf(error) !== "contention" || attempt >= ATTEMPTS) return false;
  if (deadline.remainingMs() < backoffMs) return false;
  await new Promise((resolve) => setTimeout(resolve, backoffMs));
  return true;
}
