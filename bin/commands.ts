import type { Action } from "../lib/command";

export type CommandName = Action;

/** How a key of a Command is written here. */
const OPTIONS = {
  runId: ["--run <id>", "the id of a run: the same again goes on with it, or gives what came of it"],
  database: ["--database <name>", "the database, where it is not the one that the settings name"],
  databases: ["--databases <list>", "names and patterns of databases, separated by commas"],
  onFailure: ["--on-failure <what>", "continue (default) or stop, when one of the databases has failed"],
  of: ["--of <action>", "whose plan: migrate (default) or rollback"],
  to: ["--to <migration>", "up to this migration"],
  steps: ["--steps <n>", "at most so many migrations"],
  phase: ["--phase <phase>", "pre: up to the first that is for after the deployment; post: all"],
  plan: ["--plan <digest>", "do only what the plan with this digest has shown"],
  dryRun: ["--dry-run", "say what would be done, and do nothing"],
  from: ["--from <tool>", "whose history, where there are several"],
  table: ["--table <name>", "its table, where it is not called as that tool calls it"],
  unmatched: ["--unmatched <what>", "rows without a file: refuse (default) or leave"],
  migration: ["--migration <name>", "which migration"],
  statement: ["--statement <n>", "number of the statement that is in doubt"],
  as: ["--as <what>", '"applied" or "not applied"'],
  reason: ["--reason <text>", "why, for the record"],
} as const;

export type Key = keyof typeof OPTIONS;

export interface CommandText {
  readonly description: string;
  readonly keys: readonly Key[];
}

const SOME: readonly Key[] = ["database", "databases"];
const EACH: readonly Key[] = [...SOME, "onFailure", "runId"];

/** Those that are a Command. Each can be asked of a function, and carried out here. */
export const COMMANDS: Readonly<Record<CommandName, CommandText>> = {
  status: { description: "what is applied, pending and in progress", keys: [...SOME, "runId"] },
  plan: {
    description: "what migrate or rollback would do, statement by statement",
    keys: ["of", "to", "steps", "phase", ...SOME],
  },
  migrate: {
    description: "apply what is pending",
    keys: ["to", "steps", "phase", "plan", "dryRun", ...EACH],
  },
  rollback: { description: "revert what was applied last", keys: ["steps", "plan", "dryRun", ...EACH] },
  adopt: {
    description: "take over another tool's history",
    keys: ["from", "table", "unmatched", "dryRun", ...EACH],
  },
  baseline: { description: "mark all up to a migration as applied", keys: ["to", "dryRun", ...EACH] },
  accept: {
    description: "say that an applied file that has changed is right",
    keys: ["migration", "reason", "database"],
  },
  settle: {
    description: "answer the question of a CUT_OFF",
    keys: ["migration", "statement", "as", "reason", "database"],
  },
  cancel: { description: "stop the statement that is running", keys: ["runId", "database"] },
  doctor: { description: "what stands between the function and its database", keys: SOME },
};

export function optionOf(key: Key): readonly [flags: string, description: string] {
  return OPTIONS[key];
}

/** A sentence about a Command, with its keys as they are written here. */
export function inFlags(text: string): string {
  return text.replace(/`(\w+)`/g, (word, key) => (isKey(key) ? flagOf(key) : word));
}

export function flagOf(key: Key): string {
  return OPTIONS[key][0].split(" ")[0] ?? "";
}

function isKey(key: string): key is Key {
  return Object.hasOwn(OPTIONS, key);
}
