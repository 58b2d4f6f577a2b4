import { setTimeout as sleep } from "node:timers/promises";
import type { Watch } from "./remote";

/** Milliseconds. */
export interface Pace {
  /** Between two looks at a run: at first, and at most. */
  readonly first: number;
  readonly most: number;
  /** How long nothing may be heard of what was started: Lambda keeps calls for later when too many are running. */
  readonly silence: number;
}

/** The next pause, in milliseconds. */
export function longer(pauseMs: number, { most }: Pace): number {
  return Math.min(pauseMs * 1.5, most);
}

/** @returns false when there is nobody any more who waits */
export async function pause(ms: number, { signal }: Watch): Promise<boolean> {
  await sleep(ms, undefined, { ...(signal && { signal }) }).catch(() => undefined);
  return signal?.aborted !== true;
}
