export { type ErrorCode, MigratorError } from "../errors";
export { type AssembleMigrator, type ColdStart, type ColdStartOptions, migrateOnColdStart } from "./cold-start";
export { createGuard, type Guard, type GuardOptions } from "./guard";
export type { GuardedDatabase, HandleOf, Query } from "./guarded-database";
export type { JournalOptions } from "./journal";
export type { Mode } from "./judge";
export type { Handler } from "./protect";
export type { Refusal } from "./refusal";
export type { BuiltMigration, MigrationSet } from "./set";
