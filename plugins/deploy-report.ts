import type { Problem, Report, Summary, Unreached } from "../lib/report";

/** What came of a Command, for a terminal: the sentence first, then each migration, each problem and its way out. */
export function linesOf(result: Report | Summary): readonly string[] {
  if (!("databases" in result)) return [result.message, ...detailsOf(result)];
  return [result.message, ...result.databases.flatMap((one) => [`${one.database}: ${one.message}`, ...detailsOf(one)])];
}

function detailsOf(result: Report | Unreached): readonly string[] {
  if ("code" in result) return [result.advice ?? "", ...(result.problems ?? []).map(lineOf)].filter(Boolean);
  const { done, remaining, problems, failure, notices = [] } = result;
  return [
    ...done.map(
      ({ name, direction, durationMs }) =>
        `  ${direction === "up" ? "applied" : "reverted"} ${name} (${durationMs} ms)`,
    ),
    ...(remaining.length > 0 ? [`  remaining: ${remaining.join(", ")}`] : []),
    ...(failure ? [`  ${failure.advice}`] : []),
    ...problems.map(lineOf),
    ...notices.map((notice) => `  ${notice}`),
  ];
}

function lineOf({ message, advice }: Problem): string {
  return `  ${[message, advice].filter(Boolean).join(" ")}`;
}

/** Where the console shows a function's log. It wants the name encoded twice, with $ for %. */
export function logLink(region: string, name: string): string {
  const group = encodeURIComponent(encodeURIComponent(`/aws/lambda/${name}`)).replaceAll("%", "$");
  return `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${group}`;
}
