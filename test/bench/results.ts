import type { DialectName } from "../../lib/migration";
import type { LambdaResult } from "./lambda/result";

/** What went through the proxy. */
export interface Traffic {
  readonly connections: number;
  /** A change of direction from the client to the server and back; without TCP's own. Those of the login included. */
  readonly roundTrips: number;
  /** Of these, those before a connection's first command. */
  readonly handshakes: number;
  readonly bytesToServer: number;
  readonly bytesToClient: number;
}

/** One run. */
export interface Sample {
  /** From 0. Contestants of the same round ran one after the other. */
  readonly round: number;
  readonly wallMs: number;
  /** From the call of the handler to its answer, or from connecting to the end of the connection; of programs that tell. */
  readonly callMs?: number | undefined;
  readonly cpuMs?: number | undefined;
  readonly memoryBytes: number;
  readonly serverCpuMs?: number | undefined;
  /** How often the server's engine asked the system to bring data to the disk. */
  readonly durableWrites: number;
  /** Of a delayed run. */
  readonly traffic?: Traffic;
}

/** `delayed`: through the proxy, which counts. */
export type Mode = "direct" | "delayed";

/** One contestant in one workload. */
export interface Result {
  readonly dialect: DialectName;
  readonly workload: string;
  readonly contestant: string;
  /** When this workload was begun on this server. ISO 8601. */
  readonly date: string;
  readonly direct: readonly Sample[];
  /** Through the proxy, which adds a millisecond to each round trip. */
  readonly delayed: readonly Sample[];
  /** Of each of its runs, where not all contestants do as many. */
  readonly steps?: number;
  /** Why there is nothing, or no more. */
  readonly failure?: string;
}

export interface ServerFacts {
  readonly dialect: DialectName;
  readonly version: string;
  /** What durability depends on, as the server has it. */
  readonly settings: Readonly<Record<string, string>>;
  /** Of one round trip, in milliseconds: to the server itself, through the proxy, and with its delay. */
  readonly roundTripMs: { readonly direct: number; readonly proxied: number; readonly delayed: number };
}

export interface ContestantFacts {
  readonly title: string;
  readonly language: string;
  readonly kind: Kind;
  readonly version: string;
}

export type Kind = "ours" | "baseline" | "peer";

/** All that a report is made of. */
export interface Results {
  readonly machine: string;
  readonly servers: readonly ServerFacts[];
  readonly contestants: readonly ContestantFacts[];
  readonly workloads: readonly WorkloadFacts[];
  readonly results: readonly Result[];
  /** How functions start; absent where that was not measured. */
  readonly starts?: LambdaResult | undefined;
  /** Why it could not be. */
  readonly startsFailure?: string | undefined;
}

export interface WorkloadFacts {
  readonly key: string;
  readonly title: string;
  readonly steps: number;
  /** Figures are compared, and told, of each step: not all contestants do as many. */
  readonly each?: "database";
}

/** What was measured later takes the place of what was measured before, workload by workload of each server. */
export function combined(before: Results, now: Results): Results {
  const measured = new Set(now.results.map(placeOf));
  return {
    ...before,
    ...now,
    servers: replaced(before.servers, now.servers, ({ dialect }) => dialect),
    contestants: replaced(before.contestants, now.contestants, ({ title, version }) => `${title} ${version}`),
    workloads: replaced(before.workloads, now.workloads, ({ key }) => key),
    results: [...before.results.filter((result) => !measured.has(placeOf(result))), ...now.results],
  };
}

function placeOf({ dialect, workload }: Result): string {
  return `${dialect}/${workload}`;
}

/** Each stays where it was; what is new comes last. */
function replaced<T>(before: readonly T[], now: readonly T[], keyOf: (one: T) => string): readonly T[] {
  return [...new Map([...before, ...now].map((one) => [keyOf(one), one])).values()];
}
