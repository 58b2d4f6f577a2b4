/** What there is no figure for. */
export const NONE = "–";

export function times(ratio: number | undefined): string {
  return ratio === undefined ? NONE : `${ratio.toFixed(ratio < 10 ? 2 : 1)} ×`;
}

export function duration(ms: number | undefined): string {
  if (ms === undefined) return NONE;
  return ms < 1000 ? `${ms.toFixed(ms < 10 ? 1 : 0)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

export function bytes(count: number | undefined): string {
  if (count === undefined) return NONE;
  if (count < 1000) return `${Math.round(count)} B`;
  return count < 1_000_000 ? `${(count / 1000).toFixed(1)} kB` : `${(count / 1_000_000).toFixed(1)} MB`;
}

export function mebibytes(count: number | undefined): string {
  return count === undefined || count === 0 ? NONE : `${Math.round(count / 2 ** 20)} MiB`;
}

export function count(number: number | undefined): string {
  if (number === undefined) return NONE;
  return number.toFixed(Number.isInteger(number) || number >= 100 ? 0 : 2);
}

/** A row of Markdown. */
export function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
}
