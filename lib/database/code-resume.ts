import { excerpt } from "../mask";
import type { Problem } from "../report";
import { answered, type CodeRecord, dropRecords, lastRecord, recordPart } from "./code-records";
import { decode, encode } from "./code-values";
import type { Part } from "./connection";
import type { Step, Verdict } from "./database";
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
  /** What is known by now of the statement in which it was cut off. */
  readonly settled?: Part;
  readonly problem?: Problem;
}

const NOTHING: Past = { resumed: false, recorded: 0, cuts: 0 };
/** So much more time than it had makes another attempt worth while. */
const MORE_TIME = 2;

export async function pastOf(setup: SessionSetup, step: Step): Promise<Past> {
  const row = await readRow(setup);
  if (!row || row.name !== step.name || row.direction !== step.direction) {
    return (await isUndone(setup, step)) ? { ...NOTHING, undone: true } : NOTHING;
  }
  const last = await lastRecord(setup);
  const begun = last && !last.end ? await settle(setup, step, last) : {};
  const reached = last ? last.position + 1 : 0;
  const recorded = begun.outcome === "not applied" ? reached - 1 : reached;
  const samePlace = row.statement === recorded && row.checksum === step.checksum;
  const cuts = row.cut === 1 ? (samePlace ? row.cuts : 0) + 1 : 0;
  const problem = begun.problem ?? (cuts >= 2 && !hasMoreTime(setup, row) ? cutTwice(step, recorded) : undefined);
  return {
    resumed: true,
    recorded,
    cuts,
    ...(row.state !== null && { state: decode(row.state) }),
    ...(begun.part && { settled: begun.part }),
    ...(problem && { problem }),
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
  readonly sinceStart: number;
  readonly sinceDeadline: number;
}

async function readRow({ connection, dialect, tables }: SessionSetup): Promise<Row | undefined> {
  const { name, age } = dialect.grammar;
  const columns = ["name", "direction", "checksum", "statement", "state", "cuts"].map(name).join(", ");
  const [row] = await connection.query<readonly Row[]>(
    `SELECT ${columns}, CASE WHEN ${name("error")} IS NULL THEN 1 ELSE 0 END AS cut,
 ${age(name("startedAt"))} AS ${name("sinceStart")}, ${age(name("deadline"))} AS ${name("sinceDeadline")}
 FROM ${tables.step} WHERE ${name("id")} = 1`,
  );
  return row;
}

/** Whether there is so much more time than the last attempt had that this one may come further. */
function hasMoreTime({ deadline }: SessionSetup, { sinceStart, sinceDeadline }: Row): boolean {
  return deadline.remainingMs() > MORE_TIME * (Number(sinceStart) - Number(sinceDeadline));
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

interface Settled {
  readonly outcome?: Verdict;
  readonly part?: Part;
  readonly problem?: Problem;
}

async function settle(setup: SessionSetup, step: Step, record: CodeRecord): Promise<Settled> {
  const outcome = await outcomeOf(setup, record);
  if (outcome === "unknown") return { outcome, problem: cutOff(step, record) };
  return { outcome, part: settledPart(setup, record, outcome) };
}

/** The one place where it is asked whether a statement of code that commits by itself took effect when it was cut off. */
async function outcomeOf({ dialect }: SessionSetup, { sql }: CodeRecord): Promise<Verdict> {
  return dialect.repeatable(sql) ? "not applied" : "unknown";
}

/** Makes it true of a statement that it took effect, or that it did not. */
export function settledPart(setup: SessionSetup, record: CodeRecord, outcome: "applied" | "not applied"): Part {
  if (outcome === "not applied") return dropRecords(setup, record.position);
  return recordPart(answered(record, { rows: [], affectedRows: 0 }), setup);
}

function cutOff({ name, script }: Step, { position, sql }: CodeRecord): Problem {
  return {
    code: "CUT_OFF",
    migration: name,
    file: script.file,
    message: `${name} was cut off in statement ${position + 1}, and whether that took effect is not known: ${excerpt(sql)}`,
    advice: "See in the database what has taken effect; docs/recovery.md says how to go on.",
  };
}

function cutTwice({ name, script }: Step, recorded: number): Problem {
  const where = recorded === 0 ? "before any statement of it was done" : `after statement ${recorded}`;
  return {
    code: "CUT_TWICE",
    migration: name,
    file: script.file,
    message: `${name} was cut off twice at the same place, ${where}, and is not begun a third time in as little time.`,
    advice:
      "Call directly, which has more time than HTTP; or do it in parts with context.batch or context.checkpoint, or in SQL; or roll back.",
  };
}
