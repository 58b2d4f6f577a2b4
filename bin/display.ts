import type { Report } from "../lib/report";
import { createLive } from "./live";
import { createPlain } from "./plain";

/** What shows a run while it goes on. */
export interface Display {
  onStart(runId: string): void;
  onProgress(report: Report): void;
  /** Leaves the terminal as what is printed next wants it. */
  end(): void;
}

const SILENT: Display = { onStart: () => undefined, onProgress: () => undefined, end: () => undefined };

export interface DisplayOptions {
  /** What is done, for people. */
  readonly title: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Drawn anew again and again in a terminal; elsewhere, and beside a log, a line for each thing that happens. */
export async function createDisplay({ title, json, verbose }: DisplayOptions): Promise<Display> {
  if (json) return SILENT;
  const { stdout, stderr, env } = process;
  const drawn = stdout.isTTY && stderr.isTTY && env.TERM !== "dumb" && !env.CI && !verbose;
  return drawn ? createLive(title, stderr) : createPlain(stderr);
}
