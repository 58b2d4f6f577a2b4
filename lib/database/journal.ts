import { KEPT_BYTES, keptStatements, maskSecrets } from "../mask";
import type { Script, SqlScript, Statement } from "../migration";
import type { RunStart, Step, StepRow } from "./database";

/** Names of the journal's three tables; settings. */
export interface JournalTables {
  readonly migration: string;
  readonly step: string;
  readonly run: string;
}

/** The columns that make a table ours, in any dialect; one that lacks any of them is somebody else's. */
export const COLUMNS = {
  migration: [
    "id",
    "name",
    "createdAt",
    "updatedAt",
    "checksum",
    "normalised",
    "durationMs",
    "runId",
    "bundle",
    "down",
    "origin",
    "repeatable",
    "phase",
  ],
  step: [
    "id",
    "name",
    "direction",
    "checksum",
    "normalised",
    "script",
    "down",
    "statement",
    "connection",
    "runId",
    "bundle",
    "startedAt",
    "deadline",
    "error",
    "probe",
    "state",
    "cuts",
    "phase",
  ],
  run: [
    "id",
    "runId",
    "action",
    "runKey",
    "bundle",
    "caller",
    "connection",
    "plan",
    "startedAt",
    "deadline",
    "finishedAt",
    "outcome",
    "report",
  ],
} as const satisfies Record<keyof JournalTables, readonly string[]>;

/** Columns that were not there from the beginning: a table without them is an older one of ours, which gets them under the lock. */
export const ADDED: Readonly<Record<keyof JournalTables, readonly string[]>> = {
  migration: ["origin", "repeatable", "phase"],
  step: ["probe", "state", "cuts", "phase"],
  run: [],
};

/** In place of a fingerprint: a part of the segment has been committed, or may have been. */
export const TORN = "torn";

/** What a step's intent holds, as column values. */
export interface Intent {
  readonly name: string;
  readonly direction: string;
  readonly checksum: string;
  readonly normalised: string;
  readonly phase: string | null;
  readonly script: string | null;
  readonly down: string | null;
  readonly runId: string;
  readonly bundle: string;
}

export function intentOf(step: Step, run: RunStart): Intent {
  return {
    name: step.name,
    direction: step.direction,
    checksum: step.checksum,
    normalised: step.normalised,
    phase: step.phase ?? null,
    script: shownScript(step.script),
    down: storedScript(step.down),
    runId: run.runId,
    bundle: run.bundle,
  };
}

/** The intent as it stood when a step was stopped. */
export function intentOfRow(row: StepRow): Intent {
  const { name, direction, checksum, normalised, phase = null, runId, bundle, script, down } = row;
  const json = (kept: SqlScript | undefined) => (kept ? write(kept, kept.statements) : null);
  return { name, direction, checksum, normalised, phase, runId, bundle, script: json(script), down: json(down) };
}

/** What is being run, for comparison with its file later on. */
function shownScript(script: Script): string | null {
  if (script.kind !== "sql") return null;
  const kept = keptStatements(script.statements.map(({ sql }) => sql));
  return write(
    script,
    script.statements.map((statement, index) => ({ ...statement, sql: kept[index] ?? "" })),
  );
}

function write({ file, transaction }: SqlScript, statements: readonly Statement[]): string {
  return JSON.stringify({ file, statements, ...(transaction === false && { transaction }) });
}

/**
 * SQL is kept as JSON, so that it can be run without its file. A function is never kept as text, and neither is a script
 * that holds a credential or is very large: reverting that takes its file.
 */
export function storedScript(script: Script | undefined): string | null {
  if (script?.kind !== "sql") return null;
  if (script.statements.some(({ sql }) => maskSecrets(sql) !== sql)) return null;
  const json = write(script, script.statements);
  return Buffer.byteLength(json) > KEPT_BYTES ? null : json;
}

export function readScript(stored: string | null): SqlScript | undefined {
  return stored === null ? undefined : parseScript(stored);
}

export function parseScript(stored: string): SqlScript {
  return { kind: "sql", ...(JSON.parse(stored) as Omit<SqlScript, "kind">) };
}
