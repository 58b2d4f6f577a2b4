import type { DialectName } from "../../../lib/migration";
import type { Goal } from "../report/goal";
import { times } from "../report/words";
import type { Cpu, Figures, LambdaResult } from "./result";

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
        what: `${TITLES[dialect]}: zip of \`migrate\` with the SDK inside`,
        goal: `≤ ${kilobytes(ZIP_BYTES)} KB`,
        measured: `${kilobytes(bytes)} KB`,
        met: bytes <= ZIP_BYTES,
      }),
    ),
  ];
}

function startGoal({ dialect, cpu, toOriginal }: Figures): readonly Goal[] {
  if (!toOriginal) return [];
  const { median, min, max } = toOriginal.start;
  return [
    {
      what: `${TITLES[dialect]}: start of the process to “nothing to do”, secret fetched, ${cpuTitle(cpu)}`,
      goal: `≤ ${START[dialect]} × the original pattern`,
      measured: `${times(median)} (${min.toFixed(2)}–${max.toFixed(2)}); of CPU time ${times(toOriginal.cpuTime.median)}`,
      met: median <= START[dialect],
    },
  ];
}

export const TITLES: Readonly<Record<DialectName, string>> = { mysql: "MySQL", postgres: "PostgreSQL" };

export const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(0);

export function cpuTitle({ memoryMb, init }: Cpu): string {
  return `${memoryMb} MB${init === "full" ? ", init with a whole CPU and more" : ""}`;
}
