import type { MigrateCommand, RollbackCommand } from "../command";
import { compare } from "../compare";
import type { AppliedRow, Database, State, Step, Verdict } from "../database/database";
import type { Migration, Script, SqlScript } from "../migration";
import type { Problem } from "../report";
import { rollbackWith } from "./older-code";
import { isSame, type Resumption, resume, undo } from "./recovery";

export interface PlanInput {
  readonly command: MigrateCommand | RollbackCommand;
  readonly migrations: readonly Migration[];
  readonly state: Pick<State, "applied" | "step">;
  readonly database: Pick<Database, "segments" | "settling" | "remark" | "unended" | "lost">;
  /** How far the step in progress has come where it was cut off. Default: nobody can tell. */
  readonly verdict?: Verdict | undefined;
  /** How much time this call has. Default: any. */
  readonly remainingMs?: number;
  /** What to do with a migration that sorts before one that is already applied. */
  readonly late: "refuse" | "apply";
}

/** What a Command means here and now. With any problem nothing is run. */
export interface Plan {
  readonly steps: readonly Step[];
  readonly problems: readonly Problem[];
  /** What is worth knowing of the steps before they run. Reads every script, so it is asked for by who says it. */
  notices(): readonly string[];
  /** Reads the script of one step, so that `notices` need not: for a moment in which nobody waits for this process. */
  read(step: Step): void;
}

type Planned = { readonly step: Step } | { readonly problem: Problem };

/** Pure. */
export function makePlan(input: PlanInput): Plan {
  const planned = input.command.action === "migrate" ? migrate(input, input.command) : rollback(input, input.command);
  const steps = planned.flatMap((entry) => ("step" in entry ? [entry.step] : []));
  const { reformatted } = compare(input.migrations, input.state.applied);
  const noted = new Map<Step, readonly string[]>();
  const noticesOf = (step: Step) => noted.get(step) ?? notice(step, input.database);
  return {
    steps,
    read: (step) => noted.set(step, noticesOf(step)),
    notices: () => [
      ...reformatted.map(reformattedNotice),
      ...steps.flatMap(noticesOf),
      ...(input.command.action === "migrate" ? heldBack(input, input.command) : []),
    ],
    problems: planned.flatMap((entry) => ("problem" in entry ? [entry.problem] : [])),
  };
}

function notice({ name, script, from }: Step, database: PlanInput["database"]): readonly string[] {
  if (script.kind !== "sql") return [];
  if (script.statements.length === 0) return [`${name} has no statements: it is recorded, and nothing else.`];
  const remark = database.remark(script);
  const open = database.unended(script);
  const starts = database.segments(script, 0).map(({ first }) => first);
  const lost = starts.filter((from) => from > 0 && database.lost(script, from) !== undefined);
  const [first, last] = [lost[0], lost.at(-1)];
  return [
    ...(remark === undefined ? [] : [`${name} is not run in one transaction: ${remark}.`]),
    ...(open
      ? [`${name} begins a transaction (${open.file ?? script.file}:${open.line}) and never ends it: it is committed.`]
      : []),
    ...(first === undefined || last === undefined
      ? []
      : [
          `${name} cannot be taken up again between statements ${first} and ${last + 1}: ${database.lost(script, first)}.`,
        ]),
    ...askedNotice({ name, script, from }, database),
  ];
}

/** At most so many are counted up one by one. */
const SHOWN = 10;

/** Whoever runs it should know beforehand what may want a person. */
function askedNotice(
  { name, script, from }: Pick<Step, "name" | "from"> & { readonly script: SqlScript },
  database: PlanInput["database"],
): readonly string[] {
  const asked = database.segments(script, from).filter((segment) => database.settling(script, segment) === "asked");
  if (asked.length === 0) return [];
  const shown = asked.slice(0, SHOWN).map(({ first }) => first + 1);
  const more = asked.length > SHOWN ? ` and ${asked.length - SHOWN} more` : "";
  const which = `${asked.length === 1 ? "statement" : "statements"} ${shown.join(", ")}${more}`;
  return [`${name}: should the server itself die in ${which}, nobody but a person can tell whether it took effect.`];
}

/** What a deployment that has not happened yet keeps from being run. */
function heldBack({ migrations, state }: PlanInput, { phase, to }: MigrateCommand): readonly string[] {
  if (phase !== "pre") return [];
  const until = to === undefined ? migrations.length : migrations.findIndex(({ name }) => name === to) + 1;
  const pending = compare(migrations.slice(0, until), state.applied).pending.filter(
    ({ name }) => name !== state.step?.name,
  );
  const [first, ...after] = pending.slice(beforePost(pending));
  if (!first) return [];
  const behind = after.filter((migration) => migration.phase === "pre").map(({ name }) => name);
  return [
    `${first.name} is for after the deployment (post).`,
    ...behind.map((name) => `${name} is for before the deployment (pre), and waits behind ${first.name}.`),
  ];
}

function beforePost(pending: readonly Migration[]): number {
  const first = pending.findIndex(({ phase }) => phase === "post");
  return first === -1 ? pending.length : first;
}

function migrate(input: PlanInput, command: MigrateCommand): readonly Planned[] {
  const { migrations, state, late } = input;
  const { to, phase, steps = Number.POSITIVE_INFINITY } = command;
  const { step } = state;
  // What is half reverted is reverted to its end first, and then as pending as any other.
  const applied = step?.direction === "down" ? state.applied.filter(({ name }) => name !== step.name) : state.applied;
  const known = compare(migrations, applied);
  const begun = resumption(input);
  const problems = [
    ...known.changed.map(changedProblem),
    ...(late === "refuse" ? known.late.map(lateProblem) : []),
    ...(to !== undefined && !migrations.some(({ name }) => name === to) ? [unknownTarget(to, migrations)] : []),
  ];
  const until = to === undefined ? migrations.length : migrations.findIndex(({ name }) => name === to) + 1;
  const wanted = new Set(migrations.slice(0, until));
  const resumed = step?.direction === "up" ? step.name : undefined;
  const pending = known.pending.filter((migration) => wanted.has(migration) && migration.name !== resumed);
  const allowed = phase === "pre" ? pending.slice(0, beforePost(pending)) : pending;
  const all = [...begun, ...allowed.map((migration) => ({ step: upStep(migration) }))].slice(0, steps);
  return [...all, ...problems.map((problem) => ({ problem }))];
}

/** What a run before this one has begun comes first; it counts as a step. */
export function resumption({
  state: { step },
  migrations,
  ...judged
}: Omit<PlanInput, "command">): readonly Resumption[] {
  if (!step) return [];
  const migration = migrations.find(({ name }) => name === step.name);
  return [resume(step, migration, judged)];
}

function upStep(migration: Migration): Step {
  const { name, up, down, checksum, normalised, repeatable, phase } = migration;
  const step = { name, direction: "up", script: up, from: 0, checksum, normalised, phase } as const;
  return { ...step, ...(down && { down }), ...(repeatable && { repeatable }) };
}

/** By order of application, the last first; a migration that was stopped on its way up comes before all others. */
function rollback(input: PlanInput, command: RollbackCommand): readonly Planned[] {
  const { migrations, state } = input;
  const files = new Map(migrations.map((migration) => [migration.name, migration]));
  const { step } = state;
  const begun: readonly Planned[] = step?.direction === "up" ? [undo(step, files.get(step.name))] : resumption(input);
  // A repeatable has nothing to go back to.
  const once = state.applied.filter(
    ({ name, repeatable }) => name !== step?.name && !repeatable && !files.get(name)?.repeatable,
  );
  const rows = once.toReversed();
  return [...begun, ...rows.map((row) => downStep(row, files.get(row.name)))].slice(0, command.steps);
}

function downStep(row: AppliedRow, migration: Migration | undefined): Planned {
  const script: Script | undefined = migration && isSame(row, migration) ? migration.down : row.down;
  if (!script) return { problem: noDown(row, migration) };
  const { name, checksum, normalised } = row;
  const phase = row.phase ?? migration?.phase;
  const step = { name, direction: "down", script, from: 0, checksum, normalised } as const;
  // The script is kept with the intent: when it is cut off, it is brought to its end without the file as well.
  return { step: { ...step, down: script, ...(phase && { phase }) } };
}

function noDown(row: AppliedRow, migration: Migration | undefined): Problem {
  const by = rollbackWith(row.bundle);
  if (!migration) {
    return {
      code: "FILE_GONE",
      migration: row.name,
      message: `${row.name} is applied, but this bundle has no file of that name, and what reverts it was not kept.`,
      advice: by,
    };
  }
  const file = migration.up.file;
  if (!isSame(row, migration)) {
    const message = `${row.name} has changed since it was applied, and what reverts it was not kept.`;
    return { code: "CHANGED", migration: row.name, file, message, advice: `${by} Or restore the file.` };
  }
  const advice = "Give it a down, or write a new migration that undoes it.";
  return {
    code: "NO_DOWN",
    migration: row.name,
    file,
    message: `${row.name} has no down and cannot be rolled back.`,
    advice,
  };
}

export function changedProblem(migration: Migration): Problem {
  return {
    code: "CHANGED",
    migration: migration.name,
    file: migration.up.file,
    message: `${migration.name} is applied, and its file is no longer what was applied.`,
    advice: `Restore the file, and put the change into a new migration; or, where the file is right as it is now, call accept with ${JSON.stringify({ action: "accept", migration: migration.name, reason: "…" })}.`,
  };
}

export function reformattedNotice({ name }: Migration): string {
  return `${name} is applied, and its file differs from what was applied in comments or spacing only.`;
}

export function lateProblem(migration: Migration): Problem {
  return {
    code: "LATE",
    migration: migration.name,
    file: migration.up.file,
    message: `${migration.name} is not applied, but one that comes after it is.`,
    advice: "Give it a number that comes last, or set LATE_MIGRATIONS=apply.",
  };
}

export function unknownTarget(to: string, migrations: readonly Migration[]): Problem {
  const last = migrations.at(-1);
  return {
    code: "UNKNOWN_TARGET",
    message: `No migration is called ${JSON.stringify(to)}.`,
    advice: last ? `Use the name without its extension, such as ${last.name}.` : "There are no migrations.",
  };
}
