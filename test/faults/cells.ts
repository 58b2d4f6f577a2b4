/** Where a call is when something happens to it; `row` is whatever is written to the journal by itself or at a step's end. */
export const PHASES = [
  "connecting",
  "reading",
  "lock",
  "half sent",
  "statement",
  "row",
  "release",
  "answering",
] as const;

export type Phase = (typeof PHASES)[number];

export type Fault =
  | "kill"
  | "cut"
  | "half-close"
  | "stall"
  | "vanish"
  | "double"
  | "connection killed"
  | "restart"
  | "refuse"
  | "time up"
  | "lock lost";

/**
 * In which phases each fault is tried. Not tried is what cannot occur (a connection cannot be killed before the server knows
 * of it) and what comes to the same as a cut in that phase. There are fifty, so that each comes up twenty times in a thousand
 * runs.
 */
export const CELLS_OF: Readonly<Record<Fault, readonly Phase[]>> = {
  kill: ["connecting", "reading", "lock", "half sent", "statement", "row", "release", "answering"],
  cut: ["connecting", "reading", "lock", "half sent", "statement", "row", "release"],
  "half-close": ["connecting", "lock", "half sent", "statement", "row"],
  stall: ["connecting", "lock", "half sent", "statement", "row"],
  vanish: ["lock", "half sent", "statement", "row", "release"],
  double: ["connecting", "lock", "statement", "row", "release"],
  "connection killed": ["reading", "lock", "statement", "row", "release"],
  restart: ["connecting", "lock", "statement", "row", "release"],
  refuse: ["connecting", "statement"],
  "time up": ["statement"],
  "lock lost": ["statement", "row"],
};

export interface Cell {
  readonly fault: Fault;
  readonly phase: Phase;
}

export const FAULTS = Object.keys(CELLS_OF) as Fault[];

export const CELLS: readonly Cell[] = FAULTS.flatMap((fault) => CELLS_OF[fault].map((phase) => ({ fault, phase })));
