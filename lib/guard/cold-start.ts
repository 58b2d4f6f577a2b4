import { randomUUID } from "node:crypto";
import type { Call, Command } from "../command";
import { MigratorError } from "../errors";
import type { Report } from "../report";
import { type Stop, stopError } from "./judge";
import { type Handler, protecting } from "./protect";
import type { Refusal } from "./refusal";

/** The part of an assembly that migrates; `assembleBundle(bundle)` of "migration-lambda" gives it. */
export type AssembleMigrator = (runId: string) => {
  readonly migrator: { run(command: Command, call: Call): Promise<Pick<Report, "outcome" | "message">> };
};

export interface ColdStartOptions {
  /** How long `init` takes at most, in milliseconds, 2000 to 9000. Lambda gives it ten seconds. Default: 8000. */
  readonly initMs?: number;
  /** How long a request waits for migrations, in milliseconds, 2000 to 890000; less where the function's time is up. Default: 20000. */
  readonly requestMs?: number;
}

export interface ColdStart {
  /**
   * Migrates while the container starts, as far as there is time; what is left is the first request's. Never throws. To be
   * awaited at the top of an ES module: where it is not awaited, Lambda freezes it half way.
   */
  init(): Promise<void>;
  /** A handler that serves once everything is migrated; till then 503 over HTTP, and MigratorError `MIGRATING` or `OUT_OF_DATE`. */
  protect<Event, Context extends TimedContext, Result>(
    handler: Handler<Event, Context, Result>,
  ): Handler<Event, Context, Result | Refusal>;
}

/** The part of Lambda's context object that is used. */
export interface TimedContext {
  getRemainingTimeInMillis(): number;
}

/** Left to the handler, in milliseconds. */
const RESERVE_MS = 2_000;
/** How long what has failed is not tried again by this container, in milliseconds. */
const FAILED_MS = 10_000;

/** For an application that brings its migrations along: a container serves when they are applied, by itself or by another. */
export function migrateOnColdStart(assemble: AssembleMigrator, options: ColdStartOptions = {}): ColdStart {
  const { initMs, requestMs } = readOptions(assemble, options);
  let ready = false;
  let failed: { readonly until: number; readonly stop: Stop } | undefined;
  let running: Promise<Stop | undefined> | undefined;
  const migrate = async (patienceMs: number) => {
    const runId = randomUUID();
    const report = await assemble(runId).migrator.run(
      { action: "migrate" },
      { requestId: runId, patienceMs, whenRunning: "wait" },
    );
    const stop = stopOf(report);
    ready = stop === undefined;
    failed = stop?.why === "out of date" ? { until: Date.now() + FAILED_MS, stop } : undefined;
    return stop;
  };
  const once = (patienceMs: number) => {
    running ??= migrate(patienceMs).finally(() => {
      running = undefined;
    });
    return running;
  };
  const enter = async (context: unknown) => {
    if (ready) return;
    const remainingMs = (context as TimedContext).getRemainingTimeInMillis() - RESERVE_MS;
    const stop =
      failed && Date.now() < failed.until ? failed.stop : await once(Math.max(0, Math.min(requestMs, remainingMs)));
    if (stop) throw stopError(stop);
  };
  return {
    init: () =>
      once(initMs).then(
        () => undefined,
        () => undefined,
      ),
    protect: (handler) => protecting(handler, { enter }),
  };
}

function stopOf({ outcome, message }: Pick<Report, "outcome" | "message">): Stop | undefined {
  if (outcome === "done") return undefined;
  const passes = outcome === "running" || outcome === "incomplete";
  return { why: passes ? "migrating" : "out of date", message };
}

function readOptions(assemble: unknown, { initMs = 8_000, requestMs = 20_000 }: ColdStartOptions) {
  const between = (value: unknown, most: number) => typeof value === "number" && value >= 2_000 && value <= most;
  const wrong = [
    ...(typeof assemble === "function" ? [] : ["it needs what `assembleBundle` returns"]),
    ...(between(initMs, 9_000) ? [] : ["`initMs` must be from 2000 to 9000"]),
    ...(between(requestMs, 890_000) ? [] : ["`requestMs` must be from 2000 to 890000"]),
  ];
  if (wrong.length === 0) return { initMs, requestMs };
  throw new MigratorError("INVALID_SETTINGS", `There is no migrating on a cold start: ${wrong.join("; ")}.`, {
    advice: "docs/guard.md shows how.",
  });
}
