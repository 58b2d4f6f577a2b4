import { answered, type CodeRecord, dropRecords, lastRecord, recordPart } from "./code-records";
import { decode, encode } from "./code-values";
import type { Part } from "./connection";
import type { Step } from "./database";
import { writeIntent } from "./gate";
import type { Intent } from "./journal";
import { intentPart, updateStep } from "./message";
import { contextOf, type SessionSetup } from "./session";

/** What an attempt before this one has left of a step in code. */
export interface Past {
  /** False: the step begins for the first time, or in the other direction. */
  readonly resumed: boolean;
  /** It would undo a step of which nothing has taken effect. */
  readonly undone?: true;
  /** How many statements are recorded. */
  readonly recorded: number;
  readonly state?: unknown;
  /** How often in a row it was cut off where it stands now. */
  readonly cuts: number;
  /** Forgets the statement in which it was cut off, and which is harmless to run again. */
  readonly settled?: Part;
}

const NOTHING: Past = { resumed: false, recorded: 0, cuts: 0 };

/** What stands in the way of going on, such as a statement in doubt, is for the plan to say. */
export async function pastOf(setup: SessionSetup, step: Step): Promise<Past> {
  const row = await readRow(setup);
  if (!row || row.name !== step.name || row.direction !== step.direction) {
    return (await isUndone(setup, step)) ? { ...NOTHING, undone: true } : NOTHING;
  }
  const last = await lastRecord(setup);
  const begun = last && !last.end ? last : undefined;
  const recorded = begun ? begun.position : last ? last.position + 1 : 0;
  const samePlace = row.statement === recorded && row.checksum === step.checksum;
  return {
    resumed: true,
    recorded,
    cuts: row.cut === 1 ? (samePlace ? row.cuts : 0) + 1 : 0,
    ...(row.state !== null && { state: decode(row.state) }),
    ...(begun && { settled: settledPart(setup, begun, "not applied") }),
  };
}

/** Code of which there is neither a record nor a state was cut off, or failed, before anything of it was committed. */
async function isUndone(setup: SessionSetup, { undoes }: Step): Promise<boolean> {
  if (!undoes || undoes.script || undoes.state !== undefined) return false;
  return (await lastRecord(setup)) === undefined;
}

interface Row {
  readonly name: string | null;
  readonly direction: string | null;
  readonly checksum: string | null;
  readonly statement: number;
  readonly state: string | null;
  readonly cuts: number;
  /** 1 when it did not stop by itself. */
  readonly cut: number;
}

async function readRow({ connection, dialect, tables }: SessionSetup): Promise<Row | undefined> {
  const { name } = dialect.grammar;
  const columns = ["name", "direction", "checksum", "statement", "state", "cuts"].map(name).join(", ");
  const [row] = await connection.query<readonly Row[]>(
    `SELECT ${columns}, CASE WHEN ${name("error")} IS NULL THEN 1 ELSE 0 END AS cut FROM ${tables.step} WHERE ${name("id")} = 1`,
  );
  return row;
}

/** Writes the intent, and in the same transaction what goes with it. `recorded`: the step keeps records. */
export async function beginAnew(
  setup: SessionSetup,
  { intent, past, recorded }: { readonly intent: Intent; readonly past: Past; readonly recorded: boolean },
): Promise<void> {
  const context = contextOf(setup);
  const { text } = setup.dialect.grammar;
  const state = past.state === undefined ? "NULL" : text(encode(past.state));
  await writeIntent(setup, [
    intentPart(intent, { statement: past.recorded }, context),
    updateStep(context, { state, cuts: String(past.cuts) }),
    ...(past.settled ? [past.settled] : []),
    // Those of another step, or of the other direction, which may be taken up again where this one leaves nothing.
    ...(recorded && !past.resumed ? [dropRecords(setup, 0)] : []),
  ]);
}

/** Makes it true of a statement that it took effect, or that it did not. */
export function settledPart(setup: SessionSetup, record: CodeRecord, outcome: "applied" | "not applied"): Part {
  if (outcome === "not applied") return dropRecords(setup, record.position);
  return recordPart(answered(record, { rows: [], affectedRows: 0 }), setup);
}
