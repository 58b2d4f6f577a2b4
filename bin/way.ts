import type { Report, Summary } from "../lib/report";
import type { AskedCommand } from "./asked";
import { flagOf, type Key } from "./commands";
import { EXIT } from "./exit-code";
import { quoted } from "./text";

// What to type next.

/** After a result, where there is something left to do, or to look at. */
export function nextStep(result: Report | Summary, asked: AskedCommand): readonly string[] {
  const { runId, outcome } = result;
  if (outcome === "running") return ["databases" in result ? goOn(asked, runId) : watchAgain(asked, result)];
  if (outcome === "incomplete") return [goOn(asked, runId)];
  if ("databases" in result) return [];
  if (outcome === "failed" && asked.target.at === "function") {
    return [`  Log: ${commandLine("logs", [...option("runId", runId), ...where(asked)])}`];
  }
  const { plan } = result;
  return outcome === "done" && plan && plan.steps.length > 0 && asked.name === "plan"
    ? [justThis(asked, plan.digest)]
    : [];
}

/** Ends this process, in which migrations are running. */
export function stoppedHere(asked: AskedCommand, runId: string): never {
  const lines = [
    "This process, which ran the migrations, ends. What the database was given it finishes; nothing after that is begun.",
    ...(asked.input.databases === undefined ? [watchAgain(asked, { runId })] : []),
    goOn(asked, runId),
  ];
  process.stderr.write(`${lines.join("\n")}\n`);
  process.exit(EXIT.running);
}

function watchAgain(asked: AskedCommand, { runId }: Pick<Report, "runId">): string {
  const { database } = asked.input;
  const input = [...option("runId", runId), "--watch", ...option("database", database), ...where(asked)];
  return `Watch it: ${commandLine("status", input)}`;
}

/** The same command with the run's id goes on with it. */
function goOn(asked: AskedCommand, runId: string): string {
  const input = Object.entries({ ...asked.input, runId }).flatMap(([key, value]) => option(key as Key, value));
  return `Go on with it: ${commandLine(asked.name, [...input, ...where(asked)])}`;
}

function justThis(asked: AskedCommand, plan: string): string {
  const { of = "migrate", ...selection } = asked.input;
  const input = Object.entries({ ...selection, plan }).flatMap(([key, value]) => option(key as Key, value));
  return `Run just this: ${commandLine(String(of), [...input, ...where(asked)])}`;
}

function option(key: Key, value: unknown): readonly string[] {
  if (value === undefined) return [];
  return value === true ? [flagOf(key)] : [flagOf(key), quoted(String(value))];
}

/** A URL is never shown. */
function where({ target }: AskedCommand): readonly string[] {
  if (target.at === "function") {
    const { name, region } = target;
    return ["--function", quoted(name), ...(region === undefined ? [] : ["--region", quoted(region)])];
  }
  const { url, dir, format } = target;
  return [
    "--url",
    ...(url === undefined ? [] : ["…"]),
    ...(dir === undefined ? [] : ["--dir", quoted(dir)]),
    ...(format === undefined ? [] : ["--format", quoted(format)]),
  ];
}

function commandLine(name: string, args: readonly string[]): string {
  return ["migration-lambda", name, ...args].join(" ");
}
