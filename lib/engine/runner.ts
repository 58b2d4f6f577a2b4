import { MigrationError, Umzug } from "umzug";
import type { Deadline, RunStart, Session, StatementFailure, Step, Upcoming } from "../database/database";
import { MigratorError } from "../errors";
import type { Log } from "../log";
import { maskMessage } from "../mask";
import type { CodeScript, DialectName, Direction } from "../migration";
import type { DoneStep } from "../report";
import { openContext } from "./context";
import { seedStore } from "./store";

export interface RunnerInput {
  readonly steps: readonly Step[];
  /** Names that the journal holds. */
  readonly applied: readonly string[];
  readonly session: Session;
  readonly run: RunStart;
  readonly deadline: Deadline;
  readonly dialect: DialectName;
  readonly log: Log;
  /** Told of each step that is recorded; mostly the server is at the next one by then. */
  readonly recorded: (step: Step) => void;
}

/**
 * Why the runner stopped.
 *
 * - `time`: between two steps; nothing is under way.
 * - `left`: in the middle of an SQL step, which the server finishes.
 * - `abandoned`: in the middle of a code step, which ended with it.
 * - `paused`: at a place in a code step from which it goes on.
 * - `interrupted`: the connection or the lock was lost, or the server takes no more writes; the journal knows what was done.
 */
export type Stop =
  | { readonly why: "finished" | "time" }
  | { readonly why: "left" | "abandoned" | "paused"; readonly step: Step }
  | { readonly why: "interrupted"; readonly error: MigratorError }
  | { readonly why: "failed"; readonly step: Step; readonly failure: StatementFailure | CodeFailure };

/** What code threw, or what kept us from recording a step. */
export interface CodeFailure {
  readonly message: string;
  readonly code?: string;
  readonly advice?: string;
}

export interface RunnerResult {
  readonly done: readonly DoneStep[];
  readonly stop: Stop;
}

/** Thrown through umzug to end its loop; carries why. */
class Stopped {
  constructor(readonly stop: Stop) {}
}

/**
 * Lets umzug run the steps by name. An SQL step's `up` or `down` does nothing by itself: its statements travel together with
 * the row, which the awaited listener of `migrated` or `reverted` sends. What was done is what the listeners did.
 */
export async function runSteps(input: RunnerInput): Promise<RunnerResult> {
  const done: DoneStep[] = [];
  const names = (direction: Direction) =>
    input.steps.filter((step) => step.direction === direction).map(({ name }) => name);
  // A migration that was stopped on its way up is in no row, and umzug must take it for applied to revert it. A repeatable
  // may have a row, and umzug must not take it for applied.
  const up = new Set(names("up"));
  const store = await seedStore([...input.applied.filter((name) => !up.has(name)), ...names("down")]);
  try {
    for (const steps of sameDirection(input.steps)) {
      const umzug = createUmzug({ ...input, steps }, done, store.storage);
      const names = steps.map(({ name }) => name);
      await (steps[0]?.direction === "down" ? umzug.down({ migrations: names }) : umzug.up({ migrations: names }));
    }
    return { done, stop: { why: "finished" } };
  } catch (error) {
    const reason = error instanceof MigrationError ? error.cause : error;
    if (reason instanceof Stopped) return { done, stop: reason.stop };
    const step = input.steps[done.length];
    if (reason instanceof MigratorError && step) return { done, stop: stopOf(reason, step) };
    throw reason;
  } finally {
    await store.remove();
  }
}

/** Calling again helps where the connection, the lock or the writer went away, and nowhere else. */
function isInterruption(error: unknown): error is MigratorError {
  return error instanceof MigratorError && ["CONNECTION_LOST", "LOCK_LOST", "READ_ONLY"].includes(error.code);
}

function stopOf(error: MigratorError, step: Step): Stop {
  if (isInterruption(error)) return { why: "interrupted", error };
  const { code, message, advice } = error;
  return { why: "failed", step, failure: { code, message, ...(advice !== undefined && { advice }) } };
}

function sameDirection(steps: readonly Step[]): readonly (readonly Step[])[] {
  const groups: Step[][] = [];
  for (const step of steps) {
    const group = groups.at(-1);
    if (group?.[0]?.direction === step.direction) group.push(step);
    else groups.push([step]);
  }
  return groups;
}

function createUmzug(
  input: RunnerInput,
  done: DoneStep[],
  storage: Awaited<ReturnType<typeof seedStore>>["storage"],
): Umzug<object> {
  const { steps, log } = input;
  const earlier = done.length;
  const byName = new Map(steps.map((step) => [step.name, step]));
  const perform =
    (direction: Direction) =>
    async ({ name }: { readonly name: string }) => {
      const step = byName.get(name);
      if (step?.direction === direction && step.script.kind === "code") await runCode(input, step, step.script);
    };
  const umzug = new Umzug<object>({
    migrations: steps.map(({ name }) => ({ name, up: perform("up"), down: perform("down") })),
    context: {},
    storage,
    logger: undefined,
  });
  const before = async ({ name }: { readonly name: string }) => {
    const step = byName.get(name);
    if (input.deadline.remainingMs() > 0 || (step && input.session.isSent(step))) return;
    throw new Stopped({ why: "time" });
  };
  const after = async ({ name }: { readonly name: string }) => {
    const step = byName.get(name);
    if (!step) return;
    const next = done.length - earlier + 1;
    const durationMs = await record(input, step, (count, skip) => steps.slice(next + skip, next + skip + count));
    done.push({ name, direction: step.direction, durationMs, ...(isTakenUp(step) && { recovered: true as const }) });
    log.info(step.direction === "up" ? "migrated" : "reverted", { migration: name, durationMs });
    input.recorded(step);
  };
  umzug.on("migrating", before);
  umzug.on("reverting", before);
  umzug.on("migrated", after);
  umzug.on("reverted", after);
  return umzug;
}

/** Whether a part of it was done before this run. */
function isTakenUp({ script, from, resumed }: Step): boolean {
  return script.kind === "code" ? resumed === true : from > 0;
}

/** Sends an SQL step with its row, or the row of a code step that has run. @returns the step's duration in milliseconds */
async function record({ session, run }: RunnerInput, step: Step, upcoming: Upcoming): Promise<number> {
  const end = await (step.script.kind === "code" ? session.complete(step) : session.carryOut(step, run, upcoming));
  if (end.end === "done") return end.durationMs;
  if (end.end === "failed") throw new Stopped({ why: "failed", step, failure: end.failure });
  throw new Stopped(end.end === "left" ? { why: "left", step } : { why: "time" });
}

/** Runs until it ends or the time is up: code cannot go on without this process, so then its connection is closed. */
async function runCode(input: RunnerInput, step: Step, script: CodeScript): Promise<void> {
  const { session, run, deadline, log } = input;
  const begun = await session.begin(step, run, (message) => log.warn(message, { migration: step.name }));
  if ("undone" in begun) return;
  const { context, settled, paused, close } = openContext({ ...input, state: begun.state });
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<"abandoned">((resolve) => {
    timer = setTimeout(() => resolve("abandoned"), deadline.remainingMs());
  });
  try {
    const running = script.run({ name: step.name, context }).then(settled);
    const why = await Promise.race([running, paused.then(() => "paused" as const), timeUp]);
    if (why === undefined) return;
    if (why === "abandoned") session.abandon();
    throw new Stopped({ why, step });
  } catch (error) {
    if (error instanceof Stopped) throw error;
    close();
    throw new Stopped({ why: "failed", step, failure: await codeFailure(session, error) });
  } finally {
    clearTimeout(timer);
    close();
  }
}

/** What the code threw, and keeps it in the journal. */
async function codeFailure(session: Session, error: unknown): Promise<CodeFailure> {
  if (isInterruption(error)) throw error;
  const { message, code, advice }: { readonly message: string; readonly code?: unknown; readonly advice?: unknown } =
    error instanceof Error ? error : { message: `it threw ${String(error)}` };
  const masked = maskMessage(message);
  await session.fail({ message: masked }, error);
  const known = error instanceof MigratorError && typeof advice === "string";
  return { message: masked, ...(typeof code === "string" && { code }), ...(known && { advice }) };
}
