import type { Report } from "../lib/report";
import type { Display } from "./display";
import { duration, printable } from "./text";

/** A log in which nothing happens for longer looks as if nothing did. */
const REPEATED_MS = 30_000;

/** A line for the beginning, and one for each migration and statement at which the run is seen. */
export function createPlain(stream: NodeJS.WritableStream): Display {
  const said = new Map<string, { readonly line: string; readonly at: number }>();
  return {
    onStart: (runId) => stream.write(`Run ${printable(runId)} begins.\n`),
    onProgress: (report) => {
      const { line, time } = lineOf(report);
      const last = said.get(report.database);
      if (last?.line === line && Date.now() - last.at < REPEATED_MS) return;
      said.set(report.database, { line, at: Date.now() });
      stream.write(`${line}${time}\n`);
    },
    end: () => undefined,
  };
}

function lineOf({ database, message, inProgress }: Report): { readonly line: string; readonly time: string } {
  if (!inProgress) return { line: printable(`${database}: ${message}`), time: "" };
  const { name, step, steps, statement, statements, elapsedMs, progress } = inProgress;
  const set = steps === undefined ? "" : ` (${step} of ${steps})`;
  const where = statement === undefined ? "code" : `statement ${statement} of ${statements}`;
  const how = progress === undefined ? "" : `, ${progress}`;
  return { line: printable(`${database}: ${name}${set}, ${where}`), time: printable(`${how}, ${duration(elapsedMs)}`) };
}
