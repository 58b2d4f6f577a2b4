import { styleText } from "node:util";
import type { InProgress, Report } from "../lib/report";
import type { Display } from "./display";
import { bar, cut, duration, printable } from "./text";

/** Milliseconds. */
const REDRAWN = 200;
/** Lines for what has been done, and for what is to come. */
const SHOWN = { done: 3, next: 5 };

const INDENT = "  ";

interface Seen {
  readonly report: Report;
  readonly at: number;
}

/** A line for the set with its bar, and below it one for each migration around the one that is running. */
export async function createLive(title: string, stream: NodeJS.WriteStream): Promise<Display> {
  const { default: ora } = await import("ora");
  const startedAt = Date.now();
  // Keys are left to the terminal: it makes a signal of Ctrl-C.
  const spinner = ora({ text: title, stream, discardStdin: false, isEnabled: true });
  const databases = new Map<string, Seen>();
  const done = new Map<string, readonly string[]>();
  const draw = () => {
    const width = (stream.columns || 80) - 4;
    const head = `${title}  ${duration(Date.now() - startedAt)}`;
    const frames = [...databases].flatMap(([name, seen]) => frame(seen, done.get(name) ?? [], width));
    spinner.text = [head, ...frames].join("\n");
  };
  const timer = setInterval(draw, REDRAWN);
  spinner.start();
  return {
    onStart: () => undefined,
    onProgress: (report) => {
      const before = databases.get(report.database)?.report.remaining ?? [];
      const gone = before.filter((name) => !report.remaining.includes(name));
      done.set(report.database, [...(done.get(report.database) ?? []), ...gone]);
      databases.set(report.database, { report, at: Date.now() });
      draw();
    },
    end: () => {
      clearInterval(timer);
      spinner.stop();
    },
  };
}

function frame({ report, at }: Seen, done: readonly string[], width: number): readonly string[] {
  const { inProgress, remaining, database } = report;
  const { step = done.length + 1, steps = done.length + remaining.length } = inProgress ?? {};
  const next = inProgress ? remaining.slice(1) : remaining;
  const more = next.length - SHOWN.next;
  const before = step - 1 - Math.min(done.length, SHOWN.done);
  const line = (text: string) => cut(printable(text), width - INDENT.length);
  return [
    `${bar(step - 1, steps)}  ${step - 1} of ${steps}  ${line(database)}`,
    ...(before > 0 ? [`${styleText("green", "✔")} ${before} before`] : []),
    ...done.slice(-SHOWN.done).map((name) => `${styleText("green", "✔")} ${line(name)}`),
    ...(inProgress
      ? [`${styleText("cyan", "▶")} ${line(placeOf(inProgress, Date.now() - at))}`]
      : [styleText("dim", line(report.message))]),
    ...(inProgress?.sql === undefined ? [] : [styleText("dim", line(`    ${inProgress.sql}`))]),
    ...next.slice(0, SHOWN.next).map((name) => styleText("dim", `· ${line(name)}`)),
    ...(more > 0 ? [styleText("dim", `… and ${more} more`)] : []),
  ].map((each) => INDENT + each);
}

function placeOf({ name, elapsedMs, statement, statements, progress }: InProgress, sinceMs: number): string {
  const where = statement === undefined ? "code" : `statement ${statement} of ${statements}`;
  return [name, where, duration(elapsedMs + sinceMs), ...(progress === undefined ? [] : [progress])].join("  ");
}
