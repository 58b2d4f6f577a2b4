import type { DialectName } from "../../../lib/migration";
import type { Cpu, Figures, LambdaResult } from "./result";

export interface Goal {
  readonly what: string;
  /** Such as `at most 0.5 ×`. */
  readonly goal: string;
  /** As a person reads it, with its spread. */
  readonly measured: string;
  readonly verdict: "met" | "not met";
}

/** Of the time that the original pattern takes. */
const START: Readonly<Record<DialectName, number>> = { mysql: 0.5, postgres: 0.4 };
const ZIP_BYTES = 350_000;

/** What was aimed at, and what was measured of it. */
export function lambdaGoals(result: LambdaResult): readonly Goal[] {
  const starts = result.figures.filter(({ kind, title }) => kind === "ours" && title === "migrate");
  const zips = result.zips.filter(({ kind, title }) => kind === "ours" && title === "migrate");
  return [
    ...starts.flatMap(startGoal),
    ...zips.map(
      ({ dialect, bytes }): Goal => ({
        what: `zip of \`migrate\`, ${TITLES[dialect]}`,
        goal: `at most ${kilobytes(ZIP_BYTES)} KB`,
        measured: `${kilobytes(bytes)} KB`,
        verdict: bytes <= ZIP_BYTES ? "met" : "not met",
      }),
    ),
  ];
}

function startGoal({ dialect, cpu, toOriginal }: Figures): readonly Goal[] {
  if (!toOriginal) return [];
  const { median, min, max } = toOriginal.start;
  return [
    {
      what: `process start to “nothing to do”, ${TITLES[dialect]}, ${cpuTitle(cpu)}`,
      goal: `at most ${START[dialect]} × the original pattern`,
      measured: `${median.toFixed(2)} × (${min.toFixed(2)}–${max.toFixed(2)}); CPU time ${toOriginal.cpuTime.median.toFixed(2)} ×`,
      verdict: median <= START[dialect] ? "met" : "not met",
    },
  ];
}

export const TITLES: Readonly<Record<DialectName, string>> = { mysql: "MariaDB", postgres: "PostgreSQL" };

export const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(0);

export function cpuTitle({ memoryMb, init }: Cpu): string {
  return `${memoryMb} MB${init === "full" ? ", init with a whole CPU and more" : ""}`;
}
