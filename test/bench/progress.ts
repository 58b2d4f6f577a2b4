/** What is longer silent looks like one that hangs. */
const REMINDER_MS = 15_000;

/** Tells on standard error how far a workload is. */
export interface Progress {
  /** Who is at it; told only when it takes long. */
  at(who: string): void;
  /** What was done since the last time, and how long it took. */
  done(what: string): void;
  end(): void;
}

export function startProgress(title: string): Progress {
  const begun = performance.now();
  let last = begun;
  let current = "";
  console.error(`${title} …`);
  const timer = setInterval(() => console.error(`    … ${seconds(last)}: ${current}`), REMINDER_MS);
  return {
    at: (who) => {
      current = who;
    },
    done: (what) => {
      console.error(`  ${what}: ${seconds(last)}`);
      last = performance.now();
    },
    end: () => {
      clearInterval(timer);
      console.error(`  in all ${seconds(begun)}`);
    },
  };
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
