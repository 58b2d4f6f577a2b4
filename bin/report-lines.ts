import { type Failure, outcomeOf, type Problem, type Report, type Summary, type Unreached } from "../lib/report";
import { planLines } from "./plan-lines";
import type { Style } from "./style";
import { duration, printable } from "./text";

/** What came of a Command, for people. */
export function resultLines(result: Report | Summary, style: Style): readonly string[] {
  if (!("databases" in result)) return reportLines(result, style);
  const { notStarted = [], leftOut = [] } = result;
  return [
    ...result.databases.flatMap((one) => [
      style("bold", printable(one.database)),
      ...("code" in one ? unreachedLines(one, style) : reportLines(one, style)).map((line) => `  ${line}`),
    ]),
    ...named("not started", notStarted),
    ...named("too large to be shown; the log has it", leftOut),
    `${mark(result, style)} ${printable(result.message)}`,
  ];
}

function reportLines(report: Report, style: Style): readonly string[] {
  const { done, failure, problems, notices = [], plan, action } = report;
  const width = Math.max(0, ...done.map(({ name }) => name.length));
  return [
    ...done.map(({ name, direction, durationMs, recovered }) => {
      const back = direction === "down" ? " reverted" : "";
      const time = recovered ? "finished by the database" : duration(durationMs);
      return `${style("green", "✔")} ${printable(name.padEnd(width))}${back}  ${style("dim", time)}`;
    }),
    ...(plan ? planLines(plan, style) : []),
    ...(action === "status" ? statusLines(report, style) : []),
    ...adoptionLines(report, style),
    ...notices.map((notice) => `${style("yellow", "!")} ${printable(notice)}`),
    `${mark(report, style)} ${printable(report.message)}`,
    ...(failure ? failureLines(failure, style) : []),
    ...problemLines(problems, report.message, style),
  ];
}

function statusLines({ applied = [], remaining, ahead = [], inProgress }: Report, style: Style): readonly string[] {
  const width = Math.max(0, ...applied.map(({ name }) => name.length));
  const unknown = new Set(ahead);
  const { name: current, statement, statements, elapsedMs = 0, error } = inProgress ?? {};
  const where = statement === undefined ? "" : ` at statement ${statement} of ${statements}`;
  return [
    ...applied.map(({ name, appliedAt }) => {
      const note = unknown.has(name) ? "  in none of the files" : "";
      return `${style("green", "✔")} ${printable(name.padEnd(width))}  ${style("dim", appliedAt.slice(0, 19).replace("T", " ") + note)}`;
    }),
    ...(current === undefined
      ? []
      : [
          `${style("yellow", "▶")} ${printable(current)}${where}, ${duration(elapsedMs)}${error === undefined ? "" : `: ${printable(error)}`}`,
        ]),
    ...remaining.filter((name) => name !== current).map((name) => style("dim", `· ${printable(name)}`)),
  ];
}

function adoptionLines({ adoption }: Report, style: Style): readonly string[] {
  if (!adoption) return [];
  return [
    ...adoption.recorded.map(
      ({ name, assumed }) => `${style("green", "✔")} ${printable(name)}${assumed ? "  assumed" : ""}`,
    ),
    ...adoption.pending.map((name) => style("dim", `· ${printable(name)}`)),
    ...adoption.rowsWithoutFile.map(
      (name) => `${style("yellow", "!")} ${printable(name)} is in the history, and in no file`,
    ),
  ];
}

function failureLines({ sql, advice }: Failure, style: Style): readonly string[] {
  return [...(sql === undefined ? [] : [`    ${style("dim", printable(sql))}`]), `  ${printable(advice)}`];
}

/** What the message has said already is said again only beside its way out, where there are several. */
function problemLines(problems: readonly Problem[], said: string, style: Style): readonly string[] {
  return problems.flatMap(({ message, advice, file, line }) => {
    const place = file === undefined ? "" : ` (${file}${line === undefined ? "" : `:${line}`})`;
    const told = said.includes(message) && (problems.length === 1 || (advice === undefined && place === ""));
    return [
      ...(told ? [] : [`  ${style("yellow", "-")} ${printable(`${message}${place}`)}`]),
      ...(advice === undefined ? [] : [`${told ? "" : "  "}  ${printable(advice)}`]),
    ];
  });
}

export function unreachedLines(error: Omit<Unreached, "database">, style: Style): readonly string[] {
  const { message, advice, problems = [] } = error;
  // Of what stood in the way the first is the advice.
  const isSaid = (problem: Problem) => problem.advice === advice || advice?.startsWith(problem.message);
  const others = advice === undefined ? problems : problems.filter((problem) => !isSaid(problem));
  return [
    `${style("red", "✖")} ${printable(message)}`,
    ...(advice === undefined ? [] : [`  ${printable(advice)}`]),
    ...problemLines(others, message, style),
  ];
}

function named(what: string, names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : [printable(`${what}: ${names.join(", ")}`)];
}

function mark(result: Report | Summary, style: Style): string {
  const outcome = "databases" in result ? result.outcome : outcomeOf(result);
  if (outcome === "done") return style("green", "✔");
  return outcome === "failed" || outcome === "refused" ? style("red", "✖") : style("yellow", "▶");
}
