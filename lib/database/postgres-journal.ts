import type { JournalTables } from "./journal";

/** Declarations of the columns that came later. */
export const added: Readonly<Record<string, string>> = {
  origin: "text NULL",
  repeatable: "integer NOT NULL DEFAULT 0",
  probe: "text NULL",
  state: "text NULL",
  phase: "text NULL",
  cuts: "integer NOT NULL DEFAULT 0",
};

/** Its numbers were once no more than one. */
export function updateTables(tables: JournalTables): readonly string[] {
  return [`ALTER TABLE ${tables.step} ALTER "id" TYPE integer`];
}

/**
 * What makes the tables; each statement does nothing where its table is there. The first table that is read comes last:
 * where it is, the others are.
 */
export function createTables(tables: JournalTables): readonly string[] {
  return [
    `CREATE TABLE IF NOT EXISTS ${tables.step} (
 "id" integer NOT NULL PRIMARY KEY, "name" text NULL, "direction" text NULL, "checksum" text NULL, "normalised" text NULL,
 "script" text NULL, "down" text NULL, "statement" integer NOT NULL DEFAULT 0, "connection" integer NULL,
 "runId" text NULL, "bundle" text NULL, "startedAt" timestamptz NULL, "deadline" timestamptz NULL, "error" text NULL,
 "probe" text NULL, "state" text NULL, "cuts" integer NOT NULL DEFAULT 0, "phase" text NULL)`,
    `CREATE TABLE IF NOT EXISTS ${tables.run} (
 "id" integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "runId" text NOT NULL UNIQUE, "action" text NOT NULL,
 "runKey" text NOT NULL, "bundle" text NOT NULL, "caller" text NULL, "connection" integer NOT NULL, "plan" text NOT NULL,
 "startedAt" timestamptz NOT NULL, "deadline" timestamptz NOT NULL, "finishedAt" timestamptz NULL, "outcome" text NULL,
 "report" text NULL)`,
    `CREATE TABLE IF NOT EXISTS ${tables.migration} (
 "id" integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "name" text COLLATE "C" NOT NULL UNIQUE,
 "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL, "checksum" text NOT NULL, "normalised" text NOT NULL,
 "durationMs" bigint NOT NULL, "runId" text NOT NULL, "bundle" text NOT NULL, "down" text NULL, "origin" text NULL,
 "repeatable" integer NOT NULL DEFAULT 0, "phase" text NULL)`,
  ];
}
