import * as v from "valibot";
import { MigratorError } from "./errors";
import type { Problem } from "./report";

export type Action = "status" | "migrate" | "rollback" | "adopt" | "baseline";

/**
 * The tools whose histories can be adopted; the first whose columns fit a table takes it, so the least particular come last.
 * `umzug`: the table of its SequelizeStorage, or a bare table of names.
 */
export const TOOLS = [
  "flyway",
  "golang-migrate",
  "goose",
  "dbmate",
  "knex",
  "node-pg-migrate",
  "prisma",
  "drizzle",
  "typeorm",
  "sequelize",
  "umzug",
] as const;

export type ToolName = (typeof TOOLS)[number];

export interface StatusCommand {
  readonly action: "status";
  /** Asks for the Report of one run, finished or not. */
  readonly runId?: string;
}

export interface MigrateCommand {
  readonly action: "migrate";
  readonly runId?: string;
  /** Stop after the migration of this name. */
  readonly to?: string;
  /** Apply at most so many. Default: all. */
  readonly steps?: number;
  /** Say what would be done; take no lock, write nothing. */
  readonly dryRun?: boolean;
}

export interface RollbackCommand {
  readonly action: "rollback";
  readonly runId?: string;
  /** How many migrations to revert, the last applied first. */
  readonly steps: number;
  readonly dryRun?: boolean;
}

export interface AdoptCommand {
  readonly action: "adopt";
  readonly runId?: string;
  /** Whose history; needed where there are several. */
  readonly from?: ToolName;
  /** Its table, where it is not called as that tool calls it; `schema.table` where it lies elsewhere. */
  readonly table?: string;
  /** What to do with rows that no file goes with. Default: refuse. */
  readonly unmatched?: "refuse" | "leave";
  readonly dryRun?: boolean;
}

export interface BaselineCommand {
  readonly action: "baseline";
  readonly runId?: string;
  /** The last migration whose objects are there already. */
  readonly to: string;
  readonly dryRun?: boolean;
}

/** What is asked, as plain data. */
export type Command = StatusCommand | MigrateCommand | RollbackCommand | AdoptCommand | BaselineCommand;

/** What the way in knows about one call and the Command does not say. */
export interface Call {
  /** Names the run when the Command does not: the request id. */
  readonly requestId: string;
  /** How long this caller waits for an answer, in milliseconds, counted from now. */
  readonly patienceMs: number;
  /** What a caller wants who finds the same run already going on: an answer at once, or to wait for its end. */
  readonly whenRunning: "answer" | "wait";
  /** Who asks, for the audit: an IAM principal, an S3 event. */
  readonly caller?: string;
}

/** No plan is that long; a number beyond it is a mistake. */
const MAX_STEPS = 10_000;

const steps = v.pipe(
  v.number("`steps` must be a number"),
  v.integer("`steps` must be a whole number"),
  v.minValue(1, "`steps` must be at least 1"),
  v.maxValue(MAX_STEPS, `\`steps\` must be at most ${MAX_STEPS}`),
);

const name = v.pipe(
  v.string("`to` must be the name of a migration"),
  v.minLength(1, "`to` must be the name of a migration"),
  v.maxLength(255, "`to` must be at most 255 characters long"),
);

const runId = v.pipe(
  v.string("`runId` must be a string"),
  v.regex(/^[\w.:-]{1,128}$/, "`runId` must be 1 to 128 letters, digits, dots, colons, hyphens or underscores"),
);

const dryRun = v.boolean("`dryRun` must be true or false");

const table = v.pipe(
  v.string("`table` must be the name of a table"),
  v.regex(/^[^.]+(?:\.[^.]+)?$/, "`table` must be the name of a table, or schema.table"),
  v.maxLength(128, "`table` must be at most 128 characters long"),
);

const schemas = {
  status: v.strictObject({ runId: v.exactOptional(runId) }),
  migrate: v.strictObject({
    runId: v.exactOptional(runId),
    to: v.exactOptional(name),
    steps: v.exactOptional(steps),
    dryRun: v.exactOptional(dryRun),
  }),
  rollback: v.strictObject({
    runId: v.exactOptional(runId),
    steps: v.exactOptional(steps),
    step: v.exactOptional(steps),
    dryRun: v.exactOptional(dryRun),
  }),
  adopt: v.strictObject({
    runId: v.exactOptional(runId),
    from: v.exactOptional(v.picklist(TOOLS, `\`from\` must be one of ${TOOLS.join(", ")}`)),
    table: v.exactOptional(table),
    unmatched: v.exactOptional(v.picklist(["refuse", "leave"], '`unmatched` must be "refuse" or "leave"')),
    dryRun: v.exactOptional(dryRun),
  }),
  baseline: v.strictObject({ runId: v.exactOptional(runId), to: name, dryRun: v.exactOptional(dryRun) }),
};

/**
 * Makes a Command of what a caller sent. umzug's `step` is accepted for `steps`, but not both.
 * @throws MigratorError `INVALID_COMMAND`, all mistakes together.
 */
export function parseCommand(action: Action, input: unknown): Command {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw invalid(action, ["The command must be a JSON object"]);
  }
  switch (action) {
    case "status":
      return { action, ...check(action, schemas.status, input) };
    case "migrate":
      return { action, ...check(action, schemas.migrate, input) };
    case "rollback": {
      const { step, steps: plural, ...rest } = check(action, schemas.rollback, input);
      if (step !== undefined && plural !== undefined) throw invalid(action, ["Give `steps` or `step`, not both"]);
      return { action, ...rest, steps: plural ?? step ?? 1 };
    }
    case "adopt":
      return { action, ...check(action, schemas.adopt, input) };
    case "baseline":
      return { action, ...check(action, schemas.baseline, input) };
  }
}

function check<T>(action: Action, schema: v.GenericSchema<unknown, T>, input: object): T {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  throw invalid(action, result.issues.map(describe));
}

function describe(issue: v.BaseIssue<unknown>): string {
  if (issue.type !== "strict_object") return issue.message;
  // A key that is missing is expected; nothing is expected of one that is unknown.
  if (issue.expected !== "never") return `${issue.expected?.replaceAll('"', "`")} is missing`;
  return `Unknown key ${JSON.stringify(String(issue.path?.at(-1)?.key).slice(0, 64))}`;
}

function invalid(action: Action, messages: readonly string[]): MigratorError {
  const keys = Object.keys(schemas[action].entries).filter((key) => key !== "step");
  const advice = `\`${action}\` knows the keys ${keys.join(", ")}.`;
  const problems = messages.length > 1 ? messages.map((message): Problem => ({ code: "INVALID", message })) : [];
  return new MigratorError("INVALID_COMMAND", `${messages.join(". ")}.`, { advice, problems });
}
