import type { DialectName } from "../../../lib/migration";
import { lambdaMarkdown } from "../lambda/markdown";
import type { Results, ServerFacts } from "../results";
import { goalsTable } from "./goals";
import { tableOf } from "./tables";
import { table } from "./words";

/** All that a run can say; what the figures mean is written by hand around it. */
export function markdown(results: Results): string {
  const { machine, servers, contestants } = results;
  return [
    `Measured${daysOf(results)}: ${machine}.`,
    ...servers.map(serverLine),
    "### The goals",
    goalsTable(results),
    "### Who took part",
    table(
      ["", "language", "version"],
      contestants.map(({ title, language, version }) => [title, language, version || "could not be had"]),
    ),
    ...servers.flatMap(({ dialect, version }) => tablesOf(results, dialect, version)),
    ...(results.starts ? [lambdaMarkdown(results.starts)] : []),
    ...(results.startsFailure === undefined ? [] : ["### How functions start", "Could not be measured."]),
  ].join("\n\n");
}

function daysOf({ results }: Results): string {
  const days = results.map(({ date }) => date.slice(0, 10)).sort();
  const [first, last] = [days[0], days.at(-1)];
  return first === undefined ? "" : first === last ? ` on ${first}` : ` from ${first} to ${last}`;
}

/** Beside docs/performance.md. */
export function plotName(dialect: DialectName): string {
  return `performance-${dialect}.svg`;
}

function serverLine({ version, settings, roundTripMs }: ServerFacts): string {
  const set = Object.entries(settings).map(([name, value]) => `\`${name} = ${value}\``);
  const { direct, proxied, delayed } = roundTripMs;
  return `${version} with ${set.join(", ")}. A round trip takes ${direct.toFixed(2)} ms, through the proxy \
${proxied.toFixed(2)} ms, with its delay ${delayed.toFixed(2)} ms.`;
}

function tablesOf(results: Results, dialect: DialectName, version: string): readonly string[] {
  const tables = results.workloads.flatMap((workload) => {
    const measured = results.results.some((one) => one.dialect === dialect && one.workload === workload.key);
    return measured ? [`#### ${version}: ${workload.title}`, tableOf(results, dialect, workload)] : [];
  });
  return [`### ${version}`, `![How many times the raw client's time](${plotName(dialect)})`, ...tables];
}
