import type { Command } from "../command";
import { MigratorError } from "../errors";
import type { Report, Summary, Unreached } from "../report";
import { summary } from "../summary";
import { longer, type Pace, pause } from "./pace";
import type { Watch } from "./remote";

type Started = Extract<Command, { readonly action: "migrate" | "rollback" }> & {
  readonly runId: string;
};

interface Looking {
  readonly watch: Watch;
  readonly pace: Pace;
  /** Asks the function that only reads. */
  look(command: Command): Promise<Report | Summary>;
}

export interface Following extends Looking {
  readonly command: Started;
  /** Whether the run may have been started before. */
  readonly known: boolean;
  start(): Promise<void>;
}

type Result = Report | Unreached;

/** One database of a Command, and the last that is known of it. */
interface Target {
  readonly database: string;
  readonly named: boolean;
  /** Absent where the answer had no room, or no time, for it. */
  last?: Result;
  ended: boolean;
}

/** How a look at a database's run found it. */
type Seen = "ended" | "goes on" | "stopped" | "nothing";

/** Starts a run and waits for its end. */
export async function follow(following: Following): Promise<Report | Summary> {
  const { command } = following;
  const startedAt = new Date().toISOString();
  const before = await lookBefore(following);
  const targets = "databases" in before ? targetsOf(before) : [{ ...toTarget(before), named: false }];
  for (const target of targets) target.ended = target.last !== undefined && isOver(target.last, following);
  const end = await untilEnd(following, targets);
  const results = targets.flatMap(({ last, ended }) => {
    if (last === undefined) return [];
    return ended || end === "end" ? last : leftReport(last, command, end);
  });
  const [only] = results;
  if (!("databases" in before) && only && "outcome" in only) return only;
  const { runId, action } = command;
  const notStarted = targets.filter(({ last }) => last === undefined).map(({ database }) => database);
  return summary({ runId, action, startedAt }, { databases: results, notStarted });
}

/** Waits for the end of one run. */
export async function attach(
  run: { readonly runId: string; readonly database?: string },
  { watch, pace, look }: Looking,
): Promise<Report> {
  const lookOnce = async () => (await look({ action: "status", ...run })) as Report;
  let seen = await lookOnce();
  let heard = Date.now();
  for (let pauseMs = pace.first; seen.outcome === "running"; pauseMs = longer(pauseMs, pace)) {
    watch.onProgress?.(seen);
    if (!(await pause(pauseMs, watch))) return seen;
    try {
      seen = await lookOnce();
      heard = Date.now();
    } catch (error) {
      if (!isPassing(error, heard, pace)) throw error;
    }
  }
  return seen;
}

/** Looking again does no harm. */
function isPassing(error: unknown, heard: number, { silence }: Pace): boolean {
  return error instanceof MigratorError && Date.now() - heard < silence;
}

/** So that nothing is started for nothing, and a database that cannot be reached is told of at once. */
async function lookBefore(following: Following): Promise<Report | Summary> {
  const { command, known, look } = following;
  if (known && command.databases === undefined) {
    const run = await look(statusOf(command, command.database));
    if (!isUnknown(run)) return run;
  }
  return look(planOf(command));
}

/** What asks, without changing anything, what there is to do. */
function planOf(command: Started): Command {
  const { database, databases } = command;
  const where = { ...(database !== undefined && { database }), ...(databases !== undefined && { databases }) };
  if (command.action === "rollback") return { action: "plan", of: "rollback", ...where, steps: command.steps };
  const { to, steps, phase } = command;
  const selection = {
    ...(to !== undefined && { to }),
    ...(steps !== undefined && { steps }),
    ...(phase && { phase }),
  };
  return { action: "plan", of: "migrate", ...where, ...selection };
}

function statusOf({ runId }: Started, database: string | undefined): Command {
  return { action: "status", runId, ...(database !== undefined && { database }) };
}

function toTarget(last: Result): Target {
  return { database: last.database, named: true, last, ended: false };
}

function targetsOf({ databases, notStarted = [], leftOut = [] }: Summary): readonly Target[] {
  const unseen = [...notStarted, ...leftOut].map((database): Target => ({ database, named: true, ended: false }));
  return [...databases.map(toTarget), ...unseen];
}

/** Whether there is nothing to start, or to wait for. */
function isOver(seen: Result, { command }: Following): boolean {
  if ("code" in seen) return true;
  // A run that is to do what another plan has shown is refused.
  const isAnother = "plan" in command && command.plan !== undefined && command.plan !== seen.plan?.digest;
  if (seen.action === "plan") return seen.outcome === "done" && seen.remaining.length === 0 && !isAnother;
  return seen.runId === command.runId && ["done", "failed", "refused"].includes(seen.outcome);
}

/** What there was to see when the waiting ended. */
type End = "end" | "left" | "not started";

async function untilEnd(following: Following, targets: readonly Target[]): Promise<End> {
  const { command, pace, watch, start } = following;
  if (targets.every(({ ended }) => ended)) return "end";
  if (watch.signal?.aborted) return "not started";
  watch.onStart?.(command.runId);
  await begin(start);
  let heard = Date.now();
  // Since it was started last: before that, it is still what it was.
  let hasMoved = false;
  for (let pauseMs = pace.first; ; pauseMs = longer(pauseMs, pace)) {
    if (!(await pause(pauseMs, watch))) return "left";
    const seen = await lookAt(following, targets, heard);
    if (targets.every(({ ended }) => ended)) return "end";
    const isSilent = Date.now() - heard > pace.silence;
    if (seen.has("ended") || seen.has("goes on")) {
      heard = Date.now();
      hasMoved = true;
    } else if (hasMoved ? seen.has("stopped") || isSilent : seen.has("stopped") && isSilent) {
      // The same run id goes on with what was stopped, or not come to, and gives what has ended as it was.
      await begin(start);
      heard = Date.now();
      hasMoved = false;
    } else if (isSilent) throw notBegun(command);
  }
}

/** Where the answer to a call is lost, looking tells whether it has begun. */
async function begin(start: Following["start"]): Promise<void> {
  await start().catch((error: unknown) => {
    if (!(error instanceof MigratorError && error.code === "FUNCTION_FAILED")) throw error;
  });
}

async function lookAt(following: Following, targets: readonly Target[], heard: number): Promise<ReadonlySet<Seen>> {
  const seen = new Set<Seen>();
  for (const target of targets.filter(({ ended }) => !ended)) {
    try {
      seen.add(await lookAtOne(following, target));
    } catch (error) {
      if (!isPassing(error, heard, following.pace)) throw error;
      seen.add("nothing");
    }
  }
  return seen;
}

async function lookAtOne(following: Following, target: Target): Promise<Seen> {
  const { command, look, watch } = following;
  const database = target.named ? target.database : command.database;
  const run = await look(statusOf(command, database));
  if ("databases" in run) return "nothing";
  if (isUnknown(run)) return lookAround(following, target, database);
  target.last = run;
  target.ended = isOver(run, following);
  if (target.ended) return "ended";
  if (run.outcome !== "running") return "stopped";
  watch.onProgress?.(run);
  return "goes on";
}

/** The run has left no trace so far: it waits for another one, there is nothing left to do, or it has not begun. */
async function lookAround(following: Following, target: Target, database: string | undefined): Promise<Seen> {
  const { command, look, watch } = following;
  const where = database === undefined ? {} : { database };
  const around = await look({ action: "status", ...where });
  if (!("databases" in around) && around.outcome === "running") {
    watch.onProgress?.(around);
    return "goes on";
  }
  const { databases: _, ...one } = command;
  const plan = await look(planOf({ ...one, ...where }));
  if ("databases" in plan || plan.action !== "plan" || !isOver(plan, following)) return "nothing";
  target.last = { ...plan, runId: command.runId, action: command.action };
  target.ended = true;
  return "ended";
}

function isUnknown(seen: Report | Summary): boolean {
  return "problems" in seen && seen.problems.some(({ code }) => code === "UNKNOWN_RUN");
}

function leftReport(last: Result, { runId, action }: Started, end: Exclude<End, "end">): Result {
  if ("code" in last) return last;
  if (end === "not started" && last.runId === runId) return last;
  if (end === "not started") return { ...last, runId, action, outcome: "incomplete", message: "Nothing was started." };
  return { ...last, runId, action, outcome: "running", message: `Run ${runId} goes on without being watched.` };
}

function notBegun({ runId }: Started): MigratorError {
  return new MigratorError("FUNCTION_FAILED", `Run ${runId} has not begun.`, {
    advice: "The function's log may say why. Calling again with the same run id does no harm.",
  });
}
