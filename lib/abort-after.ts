import { setMaxListeners } from "node:events";

/** What a timer can count: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const LONGEST_MS = 2 ** 31 - 1;

/** A signal that is aborted after so many milliseconds, counted from now; whole or not, at once where there are none left. */
export function abortAfter(ms: number): AbortSignal {
  const signal = AbortSignal.timeout(Math.floor(Math.min(Math.max(ms, 0), LONGEST_MS)));
  // One for each call that is under way; Node takes more than ten for a leak, and says so in the log.
  setMaxListeners(0, signal);
  return signal;
}
