import type { Log } from "../lib/log";
import type { RunLog } from "../lib/settings/logger";
import { printable } from "./text";

/** The log of what runs here. Without `--verbose` nobody sees it: the Report says what came of it. */
export function createLog({ verbose = false }: { readonly verbose?: boolean }): RunLog {
  const write = (level: string) => (message: string, data?: Readonly<Record<string, unknown>>) => {
    if (verbose)
      process.stderr.write(`${level} ${printable(message)}${data ? ` ${printable(JSON.stringify(data))}` : ""}\n`);
  };
  const log: Log = { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
  return { withRun: () => log };
}
