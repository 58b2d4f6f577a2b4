import type { Deadline } from "../database/database";

/** Whether a migration that goes from one place to another has the time for one more. */
export interface Pace {
  /** Asked where it could stop. */
  isOver(): boolean;
}

/** The longest stretch so far, and some more, must still be possible. */
const MARGIN = 1.5;

export function createPace(deadline: Deadline): Pace {
  let since = performance.now();
  let longestMs = 0;
  return {
    isOver: () => {
      const now = performance.now();
      longestMs = Math.max(longestMs, now - since);
      since = now;
      return deadline.remainingMs() <= longestMs * MARGIN;
    },
  };
}
