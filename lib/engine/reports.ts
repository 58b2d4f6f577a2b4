import { compare } from "../compare";
import type { RunRow, State, StatementFailure, Step } from "../database/database";
import { excerpt } from "../mask";
import type { Migration, SqlScript } from "../migration";
import type { DoneStep, Failure, InProgress, Outcome, Problem, Report } from "../report";
import { digestOfSet } from "../set-digest";
import { changedProblem, lateProblem, type Plan, reformattedNotice } from "./plan";
import type { RunnerResult } from "./runner";
import { stepsLeft } from "./steps-left";

/** What every Report of one call begins with. */
export interface Heading {
  readonly runId: string;
  readonly action: string;
  readonly database: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
}

type Body = { readonly outcome: Outcome; readonly message: string } & Partial<
  Omit<Report, keyof Heading | "outcome" | "message" | "finishedAt">
>;

/** In the order in which a person reads it: what came of it first. */
export function report({ startedAt, ...heading }: Heading, { outcome, message, ...body }: Body): Report {
  const finishedAt = new Date().toISOString();
  return { ...heading, outcome, message, done: [], remaining: [], problems: [], ...body, startedAt, finishedAt };
}

export interface Standing {
  readonly migrations: readonly Migration[];
  readonly state: State;
  /** What keeps the step in progress from going on. */
  readonly obstacle?: Problem;
}

export function statusReport(head: Heading, { migrations, state, obstacle }: Standing): Report {
  const { pending, ahead, changed, reformatted, late } = compare(migrations, state.applied);
  const problems = [...(obstacle ? [obstacle] : []), ...changed.map(changedProblem), ...late.map(lateProblem)];
  const inProgress = inProgressOf(state);
  const message = [
    `${state.applied.length} applied`,
    `${pending.length} pending`,
    ...(ahead.length > 0 ? [`${ahead.length} unknown to this bundle`] : []),
    ...(problems.length > 0 ? [`${problems.length} problems`] : []),
    ...(inProgress ? [`${inProgress.name} is ${inProgress.connection === undefined ? "half way" : "running"}`] : []),
  ].join(", ");
  return report(head, {
    outcome: inProgress?.connection === undefined ? "done" : "running",
    message: `${message}.`,
    remaining: pending.map(({ name }) => name),
    problems,
    ...(reformatted.length > 0 && { notices: reformatted.map(reformattedNotice) }),
    applied: state.applied.map(({ name, appliedAt, runId }) => ({ name, appliedAt, runId })),
    ahead: ahead.map(({ name }) => name),
    changed: changed.map(({ name }) => name),
    set: digestOfSet(migrations),
    ...(inProgress && { inProgress }),
  });
}

/** The lock with another connection than the step's means that the step's is gone. */
export function inProgressOf({ step, holder, progress }: State): InProgress | undefined {
  if (!step) return undefined;
  const { name, direction, runId, elapsedMs, script, statement, error, connection } = step;
  return {
    name,
    direction,
    runId,
    elapsedMs,
    ...(script && placeIn(script, statement)),
    ...(connection === holder && { connection }),
    ...(progress !== undefined && { progress }),
    ...(error && { error: error.message }),
  };
}

function placeIn({ statements }: SqlScript, index: number): Pick<InProgress, "statement" | "statements" | "sql"> {
  const at = Math.min(index, statements.length - 1);
  const { sql = "" } = statements[at] ?? {};
  return { statement: at + 1, statements: statements.length, sql: excerpt(sql) };
}

export function refusedReport(head: Heading, problems: readonly Problem[]): Report {
  const [first, ...others] = problems;
  const more = others.length > 0 ? ` And ${others.length} more.` : "";
  return report(head, { outcome: "refused", problems, message: `${first?.message ?? "Refused."}${more}` });
}

/** For a caller who finds a run of the same kind going on: that run's id and where it is. */
export function joinedReport(head: Heading, run: RunRow, state: State): Report {
  const inProgress = inProgressOf(state);
  const left = stepsLeft(run, state);
  const place = { step: run.plan.length - left.length + 1, steps: run.plan.length };
  const where = inProgress ? `at ${inProgress.name}` : "between two migrations";
  return report(
    { ...head, runId: run.runId },
    {
      outcome: "running",
      message: `Run ${run.runId} is doing this already, ${where}, for ${seconds(run.elapsedMs)}.`,
      remaining: left.map(({ name }) => name),
      ...(inProgress && { inProgress: { ...inProgress, ...place } }),
    },
  );
}

/** For who asks about a run that has not come to an end. Whose connection no longer holds the lock was cut off. */
export function unfinishedReport(head: Heading, run: RunRow, state: State): Report {
  if (run.connection === state.holder) return joinedReport(head, run, state);
  const message = "It was cut off; the same command with the same run id goes on with it.";
  return report({ ...head, runId: run.runId }, { outcome: "incomplete", message });
}

/** For a caller whose time was up before the lock was free. */
export function waitingReport(head: Heading, state: State | undefined): Report {
  const inProgress = state && inProgressOf(state);
  return report(head, {
    outcome: "running",
    waiting: true,
    message: inProgress
      ? `Another run is at ${inProgress.name}; call again.`
      : "Another run holds the lock; call again.",
    ...(inProgress && { inProgress }),
  });
}

export interface End {
  readonly plan: Plan;
  /** What was done before the runner began, by this run's earlier calls or by one that was taken over. */
  readonly before: readonly DoneStep[];
  readonly result: RunnerResult;
}

export function endReport(head: Heading, end: End): Report {
  const notices = end.plan.notices();
  return { ...endOf(head, end), ...(notices.length > 0 && { notices }) };
}

/** What becomes of a step in which the time was up. */
const WITHIN = {
  left: "; the database finishes it. Call again for the outcome.",
  abandoned: ", which is code and ended with it; the next call goes on.",
  paused: ", which goes on from there; call again.",
} as const;

function endOf(head: Heading, { plan, before, result }: End): Report {
  const { stop } = result;
  const done = [...before, ...result.done];
  const remaining = plan.steps.slice(result.done.length).map(({ name }) => name);
  switch (stop.why) {
    case "finished":
      return report(head, { outcome: "done", done, message: summary(done) });
    case "time":
      return report(head, {
        outcome: "incomplete",
        done,
        remaining,
        message: `The time was up with ${remaining.length} to go; call again.`,
      });
    case "left":
    case "abandoned":
    case "paused": {
      const message = `The time was up in ${stop.step.name}${WITHIN[stop.why]}`;
      return report(head, { outcome: stop.why === "left" ? "running" : "incomplete", done, remaining, message });
    }
    case "interrupted": {
      const message = `${stop.error.message} ${stop.error.advice ?? ""}`.trim();
      return report(head, { outcome: "incomplete", done, remaining, message });
    }
    case "failed":
      return failedReport(head, { done, remaining, failure: failureOf(stop.step, stop.failure) });
  }
}

export function failedReport(
  head: Heading,
  body: { readonly done: readonly DoneStep[]; readonly remaining: readonly string[]; readonly failure: Failure },
): Report {
  const { migration, file, line, statement, message } = body.failure;
  const where = statement === undefined ? "" : ` at statement ${statement} (${file}:${line})`;
  return report(head, { outcome: "failed", ...body, message: `${migration} failed${where}: ${message}` });
}

type RunnerFailure = Extract<RunnerResult["stop"], { why: "failed" }>["failure"];

export function failureOf(step: Pick<Step, "name" | "direction" | "script">, failure: RunnerFailure): Failure {
  const base = {
    migration: step.name,
    direction: step.direction,
    message: failure.message,
    file: step.script.file,
    ...(failure.code !== undefined && { code: failure.code }),
  };
  if (step.script.kind === "code" || !("applied" in failure)) {
    const advice = "advice" in failure ? failure.advice : undefined;
    return {
      ...base,
      advice: advice ?? "Correct it and call again: statements that have taken effect are not run again.",
    };
  }
  return { ...base, ...placeOf(step.script, failure) };
}

function placeOf(
  { statements }: SqlScript,
  { index, applied, reason }: StatementFailure,
): Pick<Failure, "advice"> & Partial<Failure> {
  const counts = { statements: statements.length, applied };
  const nothing = reason === "torn" ? "Nothing stands before it." : "Nothing of it has taken effect.";
  const kept =
    applied === 0
      ? nothing
      : `What stands before it (${applied} of ${statements.length}) has taken effect and is not run again.`;
  const failed = index === undefined ? undefined : statements[index];
  if (index === undefined || !failed) {
    const advice = `Its statements went well and their commit was refused. Correct them and call again. ${kept}`;
    return { ...counts, advice };
  }
  const { line, sql, file } = failed;
  const advice = `${whatToDo(index, reason)} ${kept}`;
  return { ...counts, statement: index + 1, line, sql: excerpt(sql), ...(file !== undefined && { file }), advice };
}

function whatToDo(index: number, reason: StatementFailure["reason"]): string {
  if (reason === "contention") {
    return "Call again when whoever holds a lock on what it needs has finished, or raise LOCK_TIMEOUT_SECONDS.";
  }
  if (reason === "torn")
    return "It commits in its middle, and may have taken effect in part: call again, and answer with settle.";
  if (reason === "denied") return "Grant the database user what it lacks, and call again.";
  return `Correct statement ${index + 1} and call again.`;
}

function summary(done: readonly DoneStep[]): string {
  if (done.length === 0) return "Nothing to do.";
  const up = done.filter(({ direction }) => direction === "up").length;
  const parts = [...(up > 0 ? [`${up} applied`] : []), ...(done.length > up ? [`${done.length - up} reverted`] : [])];
  return `${parts.join(", ")}.`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
