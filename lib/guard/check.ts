import { type Stop, stopError } from "./judge";

/** How long a refusal stands before the journal is asked again, in milliseconds. */
const REFUSED_MS = 1_000;

export interface Check {
  /** @throws MigratorError `OUT_OF_DATE`, `MIGRATING`, or whatever `ask` throws */
  pass(): Promise<void>;
  /** The next request asks again. */
  forget(): void;
}

interface CheckOptions {
  /** How long an answer stands, in milliseconds, counted from when it was asked for. */
  readonly rememberMs: number;
  ask(): Promise<Stop | undefined>;
}

/** Asks the journal at most once for all requests that are under way, and not again for some time. */
export function createCheck({ rememberMs, ask }: CheckOptions): Check {
  let known: { readonly until: number; readonly stop: Stop | undefined } | undefined;
  let asking: Promise<Stop | undefined> | undefined;
  const answer = async () => {
    const asked = Date.now();
    const stop = await ask();
    known = { until: asked + (stop ? Math.min(REFUSED_MS, rememberMs) : rememberMs), stop };
    return stop;
  };
  return {
    pass: async () => {
      if (!known || Date.now() >= known.until) {
        asking ??= answer().finally(() => {
          asking = undefined;
        });
      }
      const stop = asking ? await asking : known?.stop;
      if (stop) throw stopError(stop);
    },
    forget: () => {
      known = undefined;
    },
  };
}
