import type { Connection } from "./connection";
import type { ReaderSetup } from "./reading";
import type { Expected } from "./state";

/** A connection that has read and may be used again. */
export interface Resting {
  readonly setup: ReaderSetup;
  /** Whether its server took no writes. */
  readonly readOnly: boolean;
  /** When it was opened, on `performance.now()`'s clock. */
  readonly since: number;
  /** The rows that it has seen, with their sum. */
  readonly asExpected?: Expected;
}

/** Where one connection waits between two calls of one process. */
export interface Kept {
  /** The connection is the caller's then: nobody else gets it meanwhile. */
  take(): Resting | undefined;
  /** @returns false where it is not kept, and the caller must close it */
  put(resting: Resting): boolean;
}

/** A login that was changed, and an endpoint that has moved, are noticed by then, in milliseconds. */
const LONGEST_MS = 300_000;

export function createKept(): Kept {
  let kept: Resting | undefined;
  return {
    take: () => {
      const taken = kept;
      kept = undefined;
      taken?.setup.connection.use();
      return taken;
    },
    put: (resting) => {
      if (kept || performance.now() - resting.since > LONGEST_MS) return false;
      kept = resting;
      resting.setup.connection.rest();
      return true;
    },
  };
}

/**
 * How long the first answer of a kept connection is waited for, in milliseconds: whoever stands in between may have forgotten
 * it while the process was frozen, and then nothing ever answers.
 */
const ANSWER_MS = 2_000;

/** @returns what it answers; nothing where it fails, or is silent for too long, and then it is closed */
export async function answerOf<T>(connection: Connection, asking: () => Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ANSWER_MS);
  });
  const answer = await Promise.race([asking().catch(() => undefined), silence]);
  clearTimeout(timer);
  if (answer === undefined) connection.destroy();
  return answer;
}
