import { type Cell, FAULTS, PHASES, type Phase } from "./cells";
import type { RunEnd } from "./run";

/** How often each fault struck in each phase; `-` where it is not tried. */
export function faultTable(ends: readonly RunEnd[], cells: readonly Cell[]): string {
  const hits = ends.filter(({ end }) => end !== "missed");
  const rows = FAULTS.map((fault) => [
    fault,
    ...PHASES.map((phase) => {
      if (!cells.some((one) => one.fault === fault && one.phase === phase)) return "-";
      return String(hits.filter((one) => one.fault === fault && one.phase === phase).length);
    }),
  ]);
  return aligned([["", ...PHASES], ...rows]);
}

/** In which kinds of statements, and at which writes to the journal, the faults struck. */
export function kindTable(ends: readonly RunEnd[]): string {
  const listed = (phase: Phase) => {
    const counts = new Map<string, number>();
    for (const one of ends)
      if (one.end !== "missed" && one.phase === phase && one.kind !== "")
        counts.set(one.kind, (counts.get(one.kind) ?? 0) + 1);
    return [...counts].sort(([, a], [, b]) => b - a).map(([kind, count]) => `${kind} ${count}`);
  };
  return `in statements: ${listed("statement").join(", ")}\nin rows: ${listed("row").join(", ")}`;
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
