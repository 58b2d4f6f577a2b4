import * as v from "valibot";
import type { TOOLS } from "./command-fields";
import { schemas } from "./command-schemas";
import { MigratorError } from "./errors";
import type { Phase } from "./migration";
import type { Problem } from "./report";

export type Action =
  | "status"
  | "plan"
  | "migrate"
  | "rollback"
  | "adopt"
  | "baseline"
  | "doctor"
  | "cancel"
  | "accept"
  | "settle";

export { TOOLS } from "./command-fields";
export type ToolName = (typeof TOOLS)[number];

/** Which database a Command is for. */
export interface OneDatabase {
  /** Default: the one that the settings name. */
  readonly database?: string;
}

/** Which databases a Command is for: one, or those of a list. */
export interface SomeDatabases extends OneDatabase {
  /** Names and patterns, separated by commas: `shop,tenant_*`. Never together with `database`. */
  readonly databases?: string;
  /** Whether those that have not been begun are begun when one of the list has failed. Default: continue. */
  readonly onFailure?: "continue" | "stop";
}

export interface StatusCommand extends SomeDatabases {
  readonly action: "status";
  /** Asks for the Report of one run, finished or not. */
  readonly runId?: string;
}

/** Which of the pending migrations are meant. */
export interface Selection {
  /** Stop after the migration of this name. */
  readonly to?: string;
  /** At most so many. Default: all. */
  readonly steps?: number;
  /** `pre`: those before the first one that is for after the deployment; `post`, and by default: all. */
  readonly phase?: Phase;
}

export interface PlanCommand extends SomeDatabases, Selection {
  readonly action: "plan";
  readonly runId?: string;
  /** What would be done. */
  readonly of: "migrate" | "rollback";
}

export interface MigrateCommand extends SomeDatabases, Selection {
  readonly action: "migrate";
  readonly runId?: string;
  /** Digest of the plan that was looked at: with anything else to be done, nothing is. */
  readonly plan?: string;
  /** Say what would be done; take no lock, write nothing. */
  readonly dryRun?: boolean;
}

export interface RollbackCommand extends SomeDatabases {
  readonly action: "rollback";
  readonly runId?: string;
  /** How many migrations to revert, the last applied first. */
  readonly steps: number;
  /** As of `migrate`. */
  readonly plan?: string;
  readonly dryRun?: boolean;
}

export interface AdoptCommand extends SomeDatabases {
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

export interface BaselineCommand extends SomeDatabases {
  readonly action: "baseline";
  readonly runId?: string;
  /** The last migration whose objects are there already. */
  readonly to: string;
  readonly dryRun?: boolean;
}

export interface DoctorCommand extends SomeDatabases {
  readonly action: "doctor";
  readonly runId?: string;
}

export interface CancelCommand extends OneDatabase {
  readonly action: "cancel";
  /** The run whose statement is to be stopped, not this call's own. Absent: whichever is in progress. */
  readonly runId?: string;
}

export interface AcceptCommand extends OneDatabase {
  readonly action: "accept";
  readonly runId?: string;
  /** An applied one, whose file is to count as what was applied. */
  readonly migration: string;
  /** For the audit. */
  readonly reason: string;
}

export interface SettleCommand extends OneDatabase {
  readonly action: "settle";
  readonly runId?: string;
  /** The one that was cut off. */
  readonly migration: string;
  /** Its statement that is in doubt, counted from 1. */
  readonly statement: number;
  readonly as: "applied" | "not applied";
  /** For the audit. */
  readonly reason: string;
}

/** What is asked, as plain data. */
export type Command =
  | StatusCommand
  | PlanCommand
  | MigrateCommand
  | RollbackCommand
  | AdoptCommand
  | BaselineCommand
  | DoctorCommand
  | CancelCommand
  | AcceptCommand
  | SettleCommand;

/** What is asked of the migrations and the journal. */
export type JournalCommand = Exclude<Command, DoctorCommand>;

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

/** The id under which a call's run is known: the one that it names, else the request's. */
export function runIdOf(command: Command, requestId: string): string {
  return command.action === "cancel" ? requestId : (command.runId ?? requestId);
}

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
    case "plan":
      return planCommand(check(action, schemas.plan, input));
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
    case "doctor":
      return { action, ...check(action, schemas.doctor, input) };
    case "cancel":
      return { action, ...check(action, schemas.cancel, input) };
    case "accept":
      return { action, ...check(action, schemas.accept, input) };
    case "settle":
      return { action, ...check(action, schemas.settle, input) };
  }
}

function planCommand({ of = "migrate", ...asked }: v.InferOutput<typeof schemas.plan>): PlanCommand {
  if (of === "migrate") return { action: "plan", of, ...asked };
  const other = (["to", "phase"] as const).find((key) => asked[key] !== undefined);
  if (other) throw invalid("plan", [`\`${other}\` goes with \`of\` "migrate"`]);
  return { action: "plan", of, ...asked, steps: asked.steps ?? 1 };
}

function check<T extends Asked>(action: Action, schema: v.GenericSchema<unknown, T>, input: object): T {
  const result = v.safeParse(schema, input);
  if (!result.success) throw invalid(action, result.issues.map(describe));
  const contradictions = contradictionsIn(action, result.output);
  if (contradictions.length > 0) throw invalid(action, contradictions);
  return result.output;
}

function contradictionsIn(action: Action, { database, databases, onFailure, runId, plan }: Asked): readonly string[] {
  return [
    ...(database !== undefined && databases !== undefined ? ["Give `database` or `databases`, not both"] : []),
    ...(databases === undefined && onFailure !== undefined ? ["`onFailure` goes with `databases`"] : []),
    ...(databases !== undefined && plan !== undefined ? ["A `plan` is of one `database`, not of `databases`"] : []),
    // A database in which that run found nothing to do does not know of it, and would refuse.
    ...(action === "status" && databases !== undefined && runId !== undefined
      ? ["`status` tells of a `runId` in one `database`, not in `databases`"]
      : []),
  ];
}

type Asked = SomeDatabases & { readonly runId?: string; readonly plan?: string };

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
