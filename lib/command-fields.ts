import * as v from "valibot";
import { entriesOf } from "./wildcard";

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

// What the keys of a Command may hold.

/** No plan is that long; a number beyond it is a mistake. */
const MAX_STEPS = 10_000;

/** MySQL's limit; PostgreSQL's is 63 bytes. */
const MAX_DATABASE = 64;
/** A thousand names of the longest kind. */
const MAX_LIST = 65_536;

export const steps = v.pipe(
  v.number("`steps` must be a number"),
  v.integer("`steps` must be a whole number"),
  v.minValue(1, "`steps` must be at least 1"),
  v.maxValue(MAX_STEPS, `\`steps\` must be at most ${MAX_STEPS}`),
);

function nameIn(key: "to" | "migration") {
  const message = `\`${key}\` must be the name of a migration`;
  return v.pipe(
    v.string(message),
    v.minLength(1, message),
    v.maxLength(255, `\`${key}\` must be at most 255 characters long`),
  );
}

export const to = nameIn("to");
export const migration = nameIn("migration");

export const statement = v.pipe(
  v.number("`statement` must be a number"),
  v.integer("`statement` must be a whole number"),
  v.minValue(1, "`statement` must be at least 1"),
);

export const reason = v.pipe(
  v.string("`reason` must be a text"),
  v.trim(),
  v.minLength(1, "`reason` must say why"),
  v.maxLength(500, "`reason` must be at most 500 characters long"),
);

export const runId = v.pipe(
  v.string("`runId` must be a string"),
  v.regex(/^[\w.:-]{1,128}$/, "`runId` must be 1 to 128 letters, digits, dots, colons, hyphens or underscores"),
);

/** Whether the server could have a database of this name is known once the dialect is. */
export const database = v.pipe(
  v.string("`database` must be the name of a database"),
  v.regex(/^\P{C}+$/u, "`database` must be the name of a database"),
  v.maxLength(MAX_DATABASE, `\`database\` must be at most ${MAX_DATABASE} characters long`),
);

export const databases = v.pipe(
  v.string("`databases` must be names and patterns, separated by commas"),
  v.regex(/^\P{C}+$/u, "`databases` must be names and patterns, separated by commas"),
  v.maxLength(MAX_LIST, `\`databases\` must be at most ${MAX_LIST} characters long; use a pattern`),
  v.check((list) => !entriesOf(list).includes(""), "`databases` has a comma with no name beside it"),
);

export const onFailure = v.picklist(["continue", "stop"], '`onFailure` must be "continue" or "stop"');

export const phase = v.picklist(["pre", "post"], '`phase` must be "pre" or "post"');

export const plan = v.pipe(
  v.string("`plan` must be the digest that a plan has shown"),
  v.regex(/^[0-9a-f]{20}-[0-9a-f]{20}$/, "`plan` must be the digest that a plan has shown"),
);

export const of = v.picklist(["migrate", "rollback"], '`of` must be "migrate" or "rollback"');

export const dryRun = v.boolean("`dryRun` must be true or false");

export const table = v.pipe(
  v.string("`table` must be the name of a table"),
  v.regex(/^[^.]+(?:\.[^.]+)?$/, "`table` must be the name of a table, or schema.table"),
  v.maxLength(128, "`table` must be at most 128 characters long"),
);

export const from = v.picklist(TOOLS, `\`from\` must be one of ${TOOLS.join(", ")}`);
