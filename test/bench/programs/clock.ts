import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

/** More than can be on their way within a delay. */
const SIZE = 1 << 16;

interface Shared {
  /** When each is due, in turn; milliseconds of the system's monotonic clock. */
  readonly dues: Float64Array;
  /** How many there have been. */
  readonly count: Int32Array;
}

export interface Clock {
  /** Does this, in the order of the calls, when the delay is over. */
  after(work: () => void): void;
}

/**
 * A delay that is always the same, exact to some hundredths of a millisecond, and that keeps no processor busy. Timers of
 * Node count whole milliseconds; so another thread sleeps, and wakes this one.
 * @param program the bundled program, which calls `keepTime` when it is not the main thread
 */
export function startClock(program: string, delayMs: number): Clock {
  const shared: Shared = {
    dues: new Float64Array(new SharedArrayBuffer(SIZE * Float64Array.BYTES_PER_ELEMENT)),
    count: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
  };
  const waiting: (() => void)[] = [];
  new Worker(program, { workerData: shared }).on("message", () => waiting.shift()?.());
  let count = 0;
  return {
    after: (work) => {
      waiting.push(work);
      shared.dues[count % SIZE] = now() + delayMs;
      count += 1;
      Atomics.store(shared.count, 0, count);
      Atomics.notify(shared.count, 0);
    },
  };
}

/** The other thread; never returns. */
export function keepTime(): never {
  if (isMainThread) throw new Error("The main thread must not sleep.");
  const { dues, count }: Shared = workerData;
  const never = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  for (let done = 0; ; done++) {
    // What wakes it may be word of one that it has found without waiting.
    while (Atomics.load(count, 0) === done) Atomics.wait(count, 0, done);
    const left = (dues[done % SIZE] ?? 0) - now();
    if (left > 0) Atomics.wait(never, 0, 0, left);
    parentPort?.postMessage(0);
  }
}

/** The same in every thread, unlike `performance.now()`. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
