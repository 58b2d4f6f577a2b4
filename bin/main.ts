import { MigratorError } from "../lib/errors";
import { createRunLogs } from "../lib/remote/logs";
import { functionNames } from "../lib/remote/names";
import type { Asked, AskedCommand, AskedLogs } from "./asked";
import { carryOut } from "./carry-out";
import { EXIT, exitCodeOf, exitCodeOfError } from "./exit-code";
import { createFiles } from "./new";
import { readArguments } from "./program";
import { resultLines, unreachedLines } from "./report-lines";
import { styleFor } from "./style";
import { printable } from "./text";
import { nextStep } from "./way";

/** The command line, without the name of the program. @returns its exit code */
export async function main(args: readonly string[]): Promise<number> {
  const asked = readArguments(args);
  if (typeof asked === "number") return asked;
  try {
    return await answer(asked);
  } catch (error) {
    return fault(error, asked);
  }
}

async function answer(asked: Asked): Promise<number> {
  switch (asked.kind) {
    case "new":
      for (const file of createFiles(asked)) process.stdout.write(`${file}\n`);
      return EXIT.done;
    case "logs":
      return showLogs(asked);
    case "command":
      return show(asked);
  }
}

async function show(asked: AskedCommand): Promise<number> {
  const result = await carryOut(asked);
  const code = exitCodeOf(result, asked);
  if (asked.show.json) {
    process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
    return code;
  }
  const bad = result.outcome === "failed" || result.outcome === "refused";
  const stream = bad ? process.stderr : process.stdout;
  const lines = [...resultLines(result, styleFor(stream)), ...nextStep(result, asked)];
  stream.write(`${lines.join("\n")}\n`);
  return code;
}

async function showLogs({ runId, target, show: { json } }: AskedLogs): Promise<number> {
  const lines = await createRunLogs(functionNames(target.name), target.region).read(runId);
  if (lines.length === 0 && !json) {
    process.stderr.write(`There is nothing of run ${printable(runId)} in the log.\n`);
    return EXIT.nothing;
  }
  for (const line of lines) process.stdout.write(`${json ? line : logLine(line)}\n`);
  return EXIT.done;
}

/** As Powertools writes it; what is not is shown as it is. */
function logLine(line: string): string {
  try {
    const { timestamp = "", level = "", message = "", data } = JSON.parse(line);
    const details = data === undefined ? "" : ` ${JSON.stringify(data)}`;
    return printable(`${timestamp} ${String(level).padEnd(5)} ${message}${details}`);
  } catch {
    return printable(line);
  }
}

function fault(error: unknown, asked: Asked): number {
  const { json, verbose } = "show" in asked ? asked.show : {};
  if (!(error instanceof MigratorError)) return unexpected(error, verbose);
  const { code, message, advice, problems } = error;
  const told = { message, code, ...(advice !== undefined && { advice }), problems };
  if (json) process.stdout.write(`${JSON.stringify(told, undefined, 2)}\n`);
  else process.stderr.write(`${unreachedLines(told, styleFor(process.stderr)).join("\n")}\n`);
  return exitCodeOfError(code, "target" in asked ? asked.target.at : undefined);
}

/** Its message may be a driver's or the SDK's, and hold a host or an account: it is shown to who asks for it. */
function unexpected(error: unknown, verbose = false): number {
  const kind = error instanceof Error ? error.name : typeof error;
  const details = verbose && error instanceof Error ? `\n${printable(error.stack ?? "")}` : "";
  process.stderr.write(`Unexpected (${kind}). With --verbose it is told where it comes from.${details}\n`);
  return EXIT.failed;
}
