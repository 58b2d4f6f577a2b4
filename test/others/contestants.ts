import type { Form } from "./migrations";

/** One tool, as it is used in a Lambda. */
export interface Contestant {
  readonly title: string;
  /** As test/tools/container.mjs calls it; `ours` is this project. */
  readonly tool: "umzug" | "knex" | "ours";
  readonly form: Form;
  /** The table in which it records what is applied. */
  readonly history: string;
  /** What a person is told to do when no call gets further. */
  readonly help?: Help;
}

export interface Help {
  readonly title: string;
  /** Absent: the container does it. */
  readonly sql?: string;
}

/** docs/migrations.md has it: it did not take effect, in code. */
const FORGET: Help = { title: "`DELETE` by hand", sql: "DELETE FROM migration_step WHERE id = 1 + 3" };

export const CONTESTANTS: readonly Contestant[] = [
  { title: "umzug, as in the pattern", tool: "umzug", form: "code", history: "migrations" },
  { title: "knex", tool: "knex", form: "knex", history: "knex_migrations", help: { title: "`knex migrate:unlock`" } },
  { title: "migration-lambda, SQL", tool: "ours", form: "sql", history: "migration" },
  { title: "migration-lambda, umzug's files", tool: "ours", form: "code", history: "migration", help: FORGET },
];
