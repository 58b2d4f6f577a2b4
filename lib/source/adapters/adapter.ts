import type { CodeParams } from "../../migration";

/** The `up` or `down` of a migration that was written for another tool. */
export interface ToolScript {
  run(...values: readonly unknown[]): unknown;
  /** How many parameters it declares. */
  readonly parameters: number;
  /** Whether it is to run in one transaction, where the dialect has that for DDL. */
  readonly inTransaction: boolean;
  /** Of a Sequelize migration that takes umzug's one argument: what it takes the `context` in it for. */
  readonly context: "sequelize" | "queryInterface";
}

/** Calls a script with what its tool would call it with; all that it does goes through `params.context`. */
export type Adapter = (script: ToolScript, params: CodeParams) => Promise<void>;
