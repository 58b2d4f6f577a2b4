import type { Form } from "./migrations";

/** One tool, as it is used in a Lambda. */
export interface Contestant {
  readonly title: string;
  /** As test/tools/container.mjs calls it; `ours` is this project. */
  readonly tool: "umzug" | "knex" | "ours";
  readonly form: Form;
  /** The table in which it records what is applied. */
  readonly history: string;
  /** What a person is told to type when no call gets further. */
  readonly help?: string;
}

export const CONTESTANTS: readonly Contestant[] = [
  { title: "umzug, as in the pattern", tool: "umzug", form: "code", history: "migrations" },
  { title: "knex", tool: "knex", form: "knex", history: "knex_migrations", help: "knex migrate:unlock" },
  { title: "migration-lambda, SQL", tool: "ours", form: "sql", history: "migration", help: "settle" },
  { title: "migration-lambda, umzug's files", tool: "ours", form: "code", history: "migration", help: "settle" },
];
