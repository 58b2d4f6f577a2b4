import type { MigratorError } from "../errors";
import { type Asked, asked, type CodeRecord, createRecordReader, recordPart } from "./code-records";
import { ours, type SessionSetup, write } from "./session";

/** How far a step in code has come, and what its session is in the middle of. */
export interface Recording {
  readonly setup: SessionSetup;
  /** Tells what is worth knowing while the step runs. */
  readonly notify: (message: string) => void;
  /** The record of this position, from an attempt before this one. */
  recordAt: (position: number) => Promise<CodeRecord | undefined>;
  /** How many statements were recorded before this attempt. */
  recorded: number;
  /** Of the next statement. */
  position: number;
  /** `range`: in a transaction whose work is recorded as a whole. */
  phase: "none" | "transaction" | "block" | "range";
  /** In the phase `transaction`: a statement may have ended it. */
  loose: boolean;
  /** The transaction, or the block, as far as it has come: what it holds is not safe before its end. */
  inside: CodeRecord[];
  /** The server takes nothing more in this transaction. */
  aborted: boolean;
  /** Why nothing more may be sent. */
  broken?: MigratorError;
  /** What was left in an earlier session, and is not in this one. */
  readonly missing: Set<string>;
  insertId?: number;
  /** Positions of statements that were refused, by the error that the migration got. */
  readonly refusals: WeakMap<object, number>;
}

export function createRecording(setup: SessionSetup, recorded: number, notify: Recording["notify"]): Recording {
  return {
    setup,
    notify,
    recordAt: recorded > 0 ? createRecordReader(setup) : async () => undefined,
    recorded,
    position: 0,
    phase: "none",
    loose: false,
    inside: [],
    aborted: false,
    missing: new Set(),
    refusals: new WeakMap(),
  };
}

/** From here on the migration gets this error for whatever it asks, even if it catches the first one. */
export function fail(recording: Recording, error: MigratorError): MigratorError {
  recording.broken = error;
  return error;
}

/** What a statement is called in the records. */
export function nextAsked(recording: Recording, sql: string, values?: readonly unknown[]): Asked {
  const statement = asked(recording.position, sql, values);
  recording.position += 1;
  return statement;
}

/** Keeps a record of what is in the transaction that is open. */
export async function insert(recording: Recording, record: CodeRecord): Promise<void> {
  recording.inside.push(record);
  if (!recording.aborted) await ours(recording.setup, [recordPart(record, recording.setup)]);
}

/** Writes all records of the transaction that is open, which going back within it has taken along. */
export async function rewrite({ inside, setup }: Recording): Promise<void> {
  await ours(
    setup,
    inside.map((record) => recordPart(record, setup)),
  );
}

/** Writes in a transaction of its own what was held back. */
export async function flush(recording: Recording): Promise<void> {
  const parts = recording.inside.map((record) => recordPart(record, recording.setup));
  leave(recording);
  await write(recording.setup, parts);
}

/** The transaction, or the block, has ended. */
export function leave(recording: Recording): void {
  recording.phase = "none";
  recording.inside = [];
  recording.aborted = false;
  recording.loose = false;
}
