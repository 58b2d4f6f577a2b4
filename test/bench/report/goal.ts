import type { DialectName } from "../../../lib/migration";
import { RAW } from "../contestants/baselines";
import { DEPLOYED } from "../contestants/own";
import type { Result, Results, Sample } from "../results";
import { FULL, workloadsOf } from "../workloads";
import { find, medianOf, trafficOf } from "./figures";

/** One line of the table of goals. */
export interface Goal {
  readonly what: string;
  readonly goal: string;
  readonly measured: string;
  /** Undefined where it was not measured. */
  readonly met: boolean | undefined;
}

/** The results of one server, of the function and of what it is compared with. */
export interface Lookup {
  readonly results: Results;
  readonly dialect: DialectName;
  readonly own: (workload: string) => Result | undefined;
  readonly raw: (workload: string) => Result | undefined;
}

export function createLookup(results: Results, dialect: DialectName): Lookup {
  const of = (contestant: string) => (workload: string) => find(results, { dialect, workload, contestant });
  return { results, dialect, own: of(DEPLOYED), raw: of(RAW) };
}

/** Of what a whole run has. */
const TITLES: readonly { readonly key: string; readonly title: string }[] = workloadsOf(FULL).map(({ key, title }) => ({
  key,
  title,
}));

/** Also of a workload that was not measured. */
export function titleOf({ results }: Lookup, workload: string): string {
  return [...results.workloads, ...TITLES].find(({ key }) => key === workload)?.title ?? workload;
}

export function stepsOf({ results }: Lookup, workload: string): number {
  return results.workloads.find(({ key }) => key === workload)?.steps ?? 1;
}

/** Of what can be missing. */
export function from<T, U>(value: T | undefined, make: (value: T) => U): U | undefined {
  return value === undefined ? undefined : make(value);
}

export function middle(result: Result | undefined, figure: (sample: Sample) => number): number | undefined {
  return from(result, ({ direct }) => medianOf(direct, figure));
}

export function roundTrips(result: Result | undefined): number | undefined {
  return from(result, (one) => trafficOf(one, (traffic) => traffic.roundTrips));
}
