import { randomUUID } from "node:crypto";
import type { Command } from "../command";
import type { Report, Summary } from "../report";
import { readAnswer } from "./answer";
import { attach, follow } from "./follow";
import type { Lambda } from "./lambda";
import type { FunctionNames } from "./names";
import type { Pace } from "./pace";

/** A client of a deployed migrator. */
export interface Remote {
  /**
   * Runs a Command there and waits for its end, however many calls that takes. What runs migrations is started without
   * waiting for the answer and looked at by its run id, so that a connection that breaks stops nothing and repeats nothing.
   * @throws MigratorError as the function does, and `NOT_INVOKED`, `FUNCTION_FAILED`
   */
  run(command: Command, watch?: Watch): Promise<Report | Summary>;
  /** Waits for the end of a run that was started before, and starts nothing. */
  attach(run: { readonly runId: string; readonly database?: string }, watch?: Watch): Promise<Report>;
}

export interface Watch {
  /** Called before a run is started; never where there is nothing to start. */
  onStart?(runId: string): void;
  /** Called with each look at a run that goes on. */
  onProgress?(report: Report): void;
  /** Stops the waiting; the run goes on, and the answer is its last Report. */
  readonly signal?: AbortSignal;
}

export interface RemoteOptions {
  readonly names: FunctionNames;
  readonly lambda: Lambda;
  readonly pace?: Pace;
}

const PACE: Pace = { first: 500, most: 3_000, silence: 60_000 };

export function createRemote({ names, lambda, pace = PACE }: RemoteOptions): Remote {
  const ask = async (name: string, command: Command) => readAnswer(name, await lambda.ask(name, command));
  const look = (asked: Command) => ask(names.status, asked);
  return {
    attach: (run, watch = {}) => attach(run, { watch, pace, look }),
    run: async (command, watch = {}) => {
      switch (command.action) {
        case "migrate":
        case "rollback": {
          const name = command.action === "rollback" ? names.rollback : names.migrate;
          // It leaves no trace by which it could be looked at.
          if (command.dryRun) return ask(name, command);
          const started = { ...command, runId: command.runId ?? randomUUID() };
          const start = () => lambda.start(name, started);
          return follow({ command: started, known: command.runId !== undefined, watch, pace, look, start });
        }
        // What there is nothing to record of leaves no trace either.
        case "adopt":
        case "baseline":
        case "cancel":
        case "accept":
        case "settle":
          return ask(names.migrate, command);
        default:
          return ask(names.status, command);
      }
    },
  };
}
