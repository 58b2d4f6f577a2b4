import type { DialectName } from "../../../lib/migration";
import type { Mode, Results } from "../results";

import { ratioToRaw } from "./figures";
import { times } from "./words";

const WIDTH = 760;
const NAMES = 230;
const FIGURES = 70;
const LINE = 20;
const TITLE = 34;
const FILLS = { ours: "#0969da", baseline: "#8c959f", peer: "#d4a72c" } as const;

interface Panel {
  readonly workload: string;
  readonly mode: Mode;
}

const PANELS: readonly Panel[] = [
  { workload: "nothing-small", mode: "direct" },
  { workload: "apply-small", mode: "direct" },
  { workload: "apply-small", mode: "delayed" },
  { workload: "one-script", mode: "delayed" },
  { workload: "rollback", mode: "delayed" },
];

interface Bar {
  readonly title: string;
  readonly ratio: number;
  readonly fill: string;
}

/** Bars of how many times the raw client's time each contestant took. @returns SVG */
export function plot(results: Results, dialect: DialectName): string {
  const panels = PANELS.map((panel) => ({ title: titleOf(results, panel), bars: barsOf(results, dialect, panel) }));
  let top = 0;
  const drawn = panels
    .filter(({ bars }) => bars.length > 0)
    .map(({ title, bars }) => {
      const begun = top;
      top += TITLE + bars.length * LINE;
      return drawPanel(title, bars, begun);
    });
  const height = top + 10;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" \
font-family="system-ui, sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
${drawn.join("\n")}
</svg>
`;
}

function titleOf({ workloads }: Results, { workload, mode }: Panel): string {
  const title = workloads.find(({ key }) => key === workload)?.title ?? workload;
  return `${title}${mode === "delayed" ? ", 1 ms more per round trip" : ""} (× raw client)`;
}

function barsOf(results: Results, dialect: DialectName, { workload, mode }: Panel): readonly Bar[] {
  return results.results
    .filter((one) => one.dialect === dialect && one.workload === workload && one.failure === undefined)
    .flatMap((one) => {
      const kind = results.contestants.find(({ title }) => title === one.contestant)?.kind ?? "peer";
      const ratio = ratioToRaw(results, one, mode);
      return ratio === undefined ? [] : [{ title: one.contestant, ratio, fill: FILLS[kind] }];
    })
    .toSorted((a, b) => a.ratio - b.ratio);
}

function drawPanel(title: string, bars: readonly Bar[], top: number): string {
  const most = Math.max(...bars.map(({ ratio }) => ratio));
  const scale = (WIDTH - NAMES - FIGURES) / most;
  const lines = bars.map(({ title: name, ratio, fill }, index) => {
    const y = top + TITLE + index * LINE;
    const width = (ratio * scale).toFixed(1);
    const end = NAMES + ratio * scale + 6;
    return [
      `<text x="${NAMES - 8}" y="${y + 13}" text-anchor="end">${escapeXml(name)}</text>`,
      `<rect x="${NAMES}" y="${y + 2}" width="${width}" height="${LINE - 5}" fill="${fill}"/>`,
      `<text x="${end.toFixed(1)}" y="${y + 13}">${times(ratio)}</text>`,
    ].join("");
  });
  return [`<text x="10" y="${top + 22}" font-weight="bold">${escapeXml(title)}</text>`, ...lines].join("\n");
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
