import type { Action, BenchMigration } from "../contestant";

/** How a tool's modules in JavaScript are written. */
export interface CodeForm {
  /** Opens the function of a direction; a line at the end of the module closes it. */
  readonly open: (action: Action) => string;
  /** Hands over one statement, which is given as a literal of JavaScript. */
  readonly call: (statement: string) => string;
  readonly head?: string;
}

/** A module with a function for each direction, and a call for each statement, as such migrations are written by hand. */
export function codeOf({ up, down }: BenchMigration, { open, call, head }: CodeForm): string {
  const functionOf = (action: Action, statements: readonly string[]) =>
    [open(action), ...statements.map((text) => `  ${call(JSON.stringify(text))};`), "};", ""].join("\n");
  return [...(head ? [head, ""] : []), functionOf("up", up), functionOf("down", down)].join("\n");
}

/** Statements as a script. */
export function sqlOf(statements: readonly string[]): string {
  return statements.map((statement) => `${statement};\n`).join("");
}

/** What the name begins with, and the rest of it. */
export function numberAndTitle({ name }: BenchMigration): readonly [number: string, title: string] {
  const [number = "", ...title] = name.split("_");
  return [number, title.join("_")];
}
