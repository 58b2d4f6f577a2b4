import type { Migration } from "../../lib/migration";
import type { Report } from "../../lib/report";
import { sourceSums } from "../../lib/source/source-sums";
import type { ServerName } from "../../scripts/local/hold.cjs";
import { ask } from "./ask";
import { createTestDatabase } from "./database";
import { sql } from "./migrator";

/** Does nothing, and has a down that does nothing. `text`: what other tools' checksums are made of. */
export function file(name: string, text = `-- of ${name}\n`): Migration {
  return { ...sql(name, "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 1;"), source: sourceSums(text) };
}

/** A database whose user has run these statements, each on a connection of its own. */
export async function databaseWith(server: ServerName, statements: readonly string[]) {
  const database = await createTestDatabase({ server });
  for (const statement of statements) await ask(database.url, statement);
  return database;
}

/** Names for the journal's tables that no tool gives its own. */
export const OTHER_TABLES = {
  MIGRATION_TABLE: "our_migration",
  MIGRATION_STEP_TABLE: "our_step",
  MIGRATION_RUN_TABLE: "our_run",
};

export const names = (list: readonly { readonly name: string }[] | undefined) => list?.map(({ name }) => name);
export const codes = ({ problems }: Report) => problems.map(({ code }) => code);
