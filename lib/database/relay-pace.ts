/** How many steps travel together. */
export interface Pace {
  /** In the next message, as things are. */
  together(): number;
  /** In the one after the message that is under way, if that takes as long as the one before it. */
  foreseen(): number;
  /** A message of so many steps took so many milliseconds. */
  answered(steps: number, tookMs: number): void;
  refused(): void;
}

const MOST = 64;
const FIRST = 1;
/** What took less lets twice as many travel together, what took more half as many: few wait behind a slow one. */
const QUICK_MS = 250;
const SLOW_MS = 500;

export function createPace(): Pace {
  let together = FIRST;
  let lastMs = 0;
  const after = (steps: number, tookMs: number) => {
    if (tookMs < QUICK_MS) return Math.min(together * 2, MOST);
    return tookMs > SLOW_MS ? Math.max(Math.min(steps, together) >> 1, 1) : together;
  };
  return {
    together: () => together,
    foreseen: () => after(together, lastMs),
    answered: (steps, tookMs) => {
      together = after(steps, tookMs);
      lastMs = tookMs;
    },
    refused: () => {
      together = FIRST;
      lastMs = 0;
    },
  };
}
