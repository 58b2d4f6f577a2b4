import { Console } from "node:console";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { assembleBundle } from "../lib/assemble";
import { doctor } from "../lib/assemble-doctor";
import type { Call, Command } from "../lib/command";
import { attach } from "../lib/remote/follow";
import type { Pace } from "../lib/remote/pace";
import type { Remote, Watch } from "../lib/remote/remote";
import type { Report, Summary } from "../lib/report";
import type { RunLog } from "../lib/settings/logger";
import type { Target } from "./asked";
import { readManifest } from "./manifest";

const PACE: Pace = { first: 250, most: 1_000, silence: 0 };

/** Nobody waits so long, and a timer can. */
const PATIENCE_MS = 24 * 60 * 60 * 1000;

/** What runs Commands in this process as a function would, with settings from the environment and what the command line says. */
export async function openHere(target: Extract<Target, { readonly at: "here" }>, log: RunLog): Promise<Remote> {
  if (existsSync(".env")) process.loadEnvFile(".env");
  useTarget(target);
  // What migrations in code print is no part of the answer.
  globalThis.console = new Console(process.stderr);
  const assemble = assembleBundle(await readManifest(), { makeDoctor: doctor, createLog: () => log });
  const ask = (command: Command, requestId: string = randomUUID()): Promise<Report | Summary> => {
    const { migrator } = assemble(requestId);
    return migrator.run(command, callOf(requestId));
  };
  return {
    run: (command, watch = {}) => {
      switch (command.action) {
        case "migrate":
        case "rollback":
        case "adopt":
        case "baseline": {
          const runId = command.runId ?? randomUUID();
          return watched({ ...command, runId }, watch, ask);
        }
        default:
          return ask(command);
      }
    },
    attach: (run, watch = {}) => attach(run, { watch, pace: PACE, look: ask }),
  };
}

/** A URL on the command line says all of where the database is. */
function useTarget({ url, dir, format }: Extract<Target, { readonly at: "here" }>): void {
  const { env } = process;
  if (url !== undefined) {
    for (const part of ["SECRET_ID", "AUTH", "HOST", "PORT", "USER", "NAME"]) delete env[`DATABASE_${part}`];
    env.DATABASE_URL = url;
  }
  if (dir !== undefined) env.MIGRATIONS_DIR = dir;
  if (format !== undefined) env.MIGRATIONS_FORMAT = format;
}

function callOf(requestId: string): Call {
  const { USER, USERNAME = USER } = process.env;
  const caller = ["command line", ...(USERNAME ? [USERNAME] : [])].join(", ");
  return { requestId, patienceMs: PATIENCE_MS, whenRunning: "wait", caller };
}

type Running = Extract<Command, { readonly action: "migrate" | "rollback" | "adopt" | "baseline" }> & {
  readonly runId: string;
};

type Ask = (command: Command, requestId?: string) => Promise<Report | Summary>;

/** Looks at the run, on another connection, while it goes on. It counts as started when it is seen. */
async function watched(command: Running, watch: Watch, ask: Ask): Promise<Report | Summary> {
  const { runId, database, databases } = command;
  const ended = new AbortController();
  const running = ask(command, runId).finally(() => ended.abort());
  // Nobody waits for it yet.
  running.catch(() => undefined);
  if (databases !== undefined) {
    // Which of them are at it is not known.
    watch.onStart?.(runId);
    return running;
  }
  let started = false;
  while (await pause(ended.signal)) {
    // What keeps this from being seen, the run itself tells better.
    const look: Command = { action: "status", runId, ...(database !== undefined && { database }) };
    const seen = await ask(look).catch(() => undefined);
    if (!seen || "databases" in seen || seen.outcome !== "running" || ended.signal.aborted) continue;
    if (!started) watch.onStart?.(runId);
    started = true;
    watch.onProgress?.(seen);
  }
  return running;
}

/** @returns false when it has ended */
async function pause(signal: AbortSignal): Promise<boolean> {
  await sleep(PACE.first, undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}
