import type { LambdaResult } from "./result";
export const lambdaMarkdown = (result: LambdaResult): string =>
  JSON.stringify(
    result.figures.map((f) => [
      f.dialect,
      f.title,
      f.cpu.memoryMb,
      f.cpu.init,
      "init",
      f.init.median | 0,
      "first",
      f.first.median | 0,
      "warm",
      f.warm.median | 0,
      "cpu",
      f.cpuTime.median | 0,
      "rss",
      f.resident.median | 0,
      f.peak.median | 0,
    ]),
  ).replaceAll("],[", "],\n[") +
  "\n" +
  tmp(result);
export const tmp = (result: LambdaResult): string =>
  result.compositions
    .map((c) =>
      [
        `${c.dialect} ${c.title} ${c.bytes} ${c.ms.toFixed(1)}`,
        ...c.packages
          .slice(0, 16)
          .map((p) => `   ${p.ms.toFixed(1).padStart(7)} ${String(p.bytes).padStart(8)} ${p.name}`),
      ].join("\n"),
    )
    .join("\n");
