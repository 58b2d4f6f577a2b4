import { CELLS_OF, FAULTS, PHASES } from "./cells";
import type { RunEnd } from "./run";

/** How often each fault struck in each phase; `-` where it is not tried. */
export function faultTable(ends: readonly RunEnd[]): string {
  const hits = ends.filter(({ end }) => end !== "missed");
  const rows = FAULTS.map((fault) => [
    fault,
    ...PHASES.map((phase) => {
      if (!CELLS_OF[fault].includes(phase)) return "-";
      return String(hits.filter((one) => one.fault === fault && one.phase === phase).length);
    }),
  ]);
  return aligned([["", ...PHASES], ...rows]);
}

/** How often each kind of statement was hit, and how the runs ended. */
export function kindTable(ends: readonly RunEnd[]): string {
  const counts = new Map<string, number>();
  for (const { end, kind } of ends) if (end !== "missed" && kind !== "") counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const list = [...counts].sort(([, a], [, b]) => b - a).map(([kind, count]) => `${kind} ${count}`);
  return `in statements: ${list.join(", ")}`;
}

export function sumLine(ends: readonly RunEnd[], elapsedMs: number): string {
  const count = (end: RunEnd["end"]) => ends.filter((one) => one.end === end).length;
  const directions = (["up", "down"] as const).map(
    (one) => `${ends.filter(({ direction }) => direction === one).length} ${one}`,
  );
  const rate = (ends.length / (elapsedMs / 1000)).toFixed(1);
  const seconds = (elapsedMs / 1000).toFixed(0);
  return `${ends.length} runs (${directions.join(", ")}) in ${seconds} s, ${rate} per second: ${count("survived")} survived, ${count("allowed")} ended as is allowed, ${count("diverged")} diverged, ${count("missed")} missed their place`;
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join("  "),
    )
    .join("\n");
}
