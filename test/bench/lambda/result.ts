import type { DialectName } from "../../../lib/migration";

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** How much of a CPU a function has: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
export interface Cpu {
  readonly memoryMb: number;
  /** Of one CPU: 1 at 1,769 MB. */
  readonly share: number;
  /** `full`: until the runtime asks for its first event, as much as there is, as on Lambda. `share`: from the start. */
  readonly init: "full" | "share";
}

export type SubjectKind = "ours" | "original" | "empty";

/** What was measured. */
export interface SubjectName {
  readonly kind: SubjectKind;
  /** A function's name, else what it stands for. */
  readonly title: string;
  readonly dialect: DialectName;
}

/** One function in fresh processes of the runtime, with one share of a CPU. Times are wall time in ms. */
export interface Figures extends SubjectName {
  readonly cpu: Cpu;
  readonly processes: number;
  /** From the start of the process until the runtime asks for its first event. */
  readonly init: Spread;
  /** From there until the first answer: secret fetched, connected, nothing to do. */
  readonly first: Spread;
  /** Both: what the caller of a new container waits for. */
  readonly start: Spread;
  /** A second call of the same process. */
  readonly warm: Spread;
  /** CPU time in ms of all threads until the first answer: what load on this machine does not change. */
  readonly cpuTime: Spread;
  /** How many times those of the original pattern in the same round, of `start` and `cpuTime`; absent of that itself. */
  readonly toOriginal?: { readonly start: Spread; readonly cpuTime: Spread };
  /** MiB held in memory at the first answer; and the most that was held until then. */
  readonly resident: Spread;
  readonly peak: Spread;
}

/** One deployed zip. */
export interface Zip extends SubjectName {
  readonly bytes: number;
}

export interface PackageCost {
  /** Of npm; `this project`; or, of time, what belongs to none. */
  readonly name: string;
  /** Of the bundle, minified. */
  readonly bytes: number;
  /** CPU time from the load of the bundle to the first answer, where this was the innermost package at work. */
  readonly ms: number;
}

/** What a function's bundle is made of, the dearest first. */
export interface Composition extends SubjectName {
  readonly bytes: number;
  readonly ms: number;
  readonly packages: readonly PackageCost[];
}

export interface LambdaResult {
  /** Of the runtime, the client, and what the original pattern is made of. */
  readonly versions: Readonly<Record<string, string>>;
  /** How many are applied. */
  readonly migrations: number;
  /** By what means the CPU was limited. */
  readonly limiter: string;
  readonly zips: readonly Zip[];
  readonly figures: readonly Figures[];
  readonly compositions: readonly Composition[];
}
