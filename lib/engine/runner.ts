import { MigrationError, Umzug } from "umzug";
import type { Deadline, RunStart, Session, StatementFailure, Step, Upcoming } from "../database/database";
import { MigratorError } from "../errors";
import type { Log } from "../log";
import { maskMessage } from "../mask";
import type { CodeScript, DialectName, Direction } from "../migration";
import type { DoneStep } from "../report";
import { openContext } from "./context";
import { type SeededStore, seedStore } from "./store";

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
    for (const part of partsOf(input.steps)) {
      const umzug = createUmzug(input, part, { done, storage: store.storage });
      const names = part.map(({ name }) => name);
      await (part[0]?.direction === "down" ? umzug.down({ migrations: names }) : umzug.up({ migrations: names }));
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

/** How many steps one umzug is given: it keeps functions and objects of its own for each. */
const MOST = 500;

/** Steps of one direction that follow one another. */
function partsOf(steps: readonly Step[]): readonly (readonly Step[])[] {
  const parts: Step[][] = [];
  for (const step of steps) {
    const part = parts.at(-1);
    if (part?.[0]?.direction === step.direction && part.length < MOST) part.push(step);
    else parts.push([step]);
  }
  return parts;
}

interface Kept extends Pick<SeededStore, "storage"> {
  readonly done: DoneStep[];
}

function createUmzug(input: RunnerInput, steps: readonly Step[], { done, storage }: Kept): Umzug<object> {
  const { log } = input;
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
    const next = done.length + 1;
    const upcoming: Upcoming = (count, skip) => sameWay(step, input.steps.slice(next, next + skip + count)).slice(skip);
    const durationMs = await record(input, step, upcoming);
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

/** As many of those that follow a step as go in its direction. */
function sameWay({ direction }: Step, following: readonly Step[]): readonly Step[] {
  const end = following.findIndex((step) => step.direction !== direction);
  return end < 0 ? following : following.slice(0, end);
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
