import type { DialectName } from "../../../lib/migration";
import { RAW } from "../contestants/baselines";
import type { Mode, Result, Results, Sample, Traffic } from "../results";

/** The middle one, and of an even number the mean of the two in the middle. @returns undefined of nothing */
export function median(numbers: readonly number[]): number | undefined {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

export function medianOf(
  samples: readonly Sample[],
  figure: (sample: Sample) => number | undefined,
): number | undefined {
  return median(samples.map(figure).filter((number) => number !== undefined));
}

/** What went over the wire, of a run in the middle. */
export function trafficOf({ delayed }: Result, figure: (traffic: Traffic) => number): number | undefined {
  return medianOf(delayed, ({ traffic }) => traffic && figure(traffic));
}

/** Round trips that are not of a login. */
export function commandTrips(result: Result): number | undefined {
  return trafficOf(result, ({ roundTrips, handshakes }) => roundTrips - handshakes);
}

export interface Which {
  readonly dialect: DialectName;
  readonly workload: string;
  readonly contestant: string;
}

/** @returns undefined where it did not take part */
export function find({ results }: Results, { dialect, workload, contestant }: Which): Result | undefined {
  return results.find((one) => one.dialect === dialect && one.workload === workload && one.contestant === contestant);
}

/** How many times the raw client's time: the median over the rounds that both have. */
export function ratioToRaw(results: Results, result: Result, mode: Mode): number | undefined {
  const raw = find(results, { ...result, contestant: RAW });
  const found = raw && ratio(result[mode], raw[mode]);
  return raw && found !== undefined ? found * partOf(raw, result) : undefined;
}

/** What one does in a run, in terms of the other. */
function partOf({ steps: one }: Result, { steps: other }: Result): number {
  return one === undefined || other === undefined ? 1 : one / other;
}

/** Of times, round by round. */
export function ratio(ones: readonly Sample[], others: readonly Sample[]): number | undefined {
  return median(
    ones.flatMap(({ round, wallMs }) => {
      const other = others.find((sample) => sample.round === round);
      return other ? [wallMs / other.wallMs] : [];
    }),
  );
}
