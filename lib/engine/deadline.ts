import type { Deadline } from "../database/database";

/** Milliseconds kept back from a caller's patience to record what was done, give the lock back and answer. */
export const RESERVE_MS = 1_500;

/** `patienceMs` counts from now; a reserve is kept back, at most half of it. */
export function createDeadline(patienceMs: number): Deadline {
  const end = performance.now() + patienceMs - Math.min(RESERVE_MS, patienceMs / 2);
  return { remainingMs: () => Math.max(0, end - performance.now()) };
}
