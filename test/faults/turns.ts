/** Keeps runs that crash the server apart from all others. */
export interface Turns {
  /** Beside others of this kind. */
  together<T>(work: () => Promise<T>): Promise<T>;
  alone<T>(work: () => Promise<T>): Promise<T>;
}

export function createTurns(): Turns {
  const running = new Set<Promise<unknown>>();
  let last: Promise<unknown> = Promise.resolve();
  return {
    together: (work) => {
      const turn = last.then(work);
      const settled: Promise<unknown> = turn.catch(() => undefined);
      running.add(settled);
      return turn.finally(() => running.delete(settled));
    },
    alone: (work) => {
      const turn = Promise.all([last, ...running]).then(work);
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}
