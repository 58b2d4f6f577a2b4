import { type Asked, type CodeRecord, createRecordReader, dropRecords, recordPart, refused } from "./code-records";
import type { Part, ServerError } from "./connection";
import type { Manner } from "./dialect";
import { flush, insert, type Recording } from "./recording";
import { ours, write } from "./session";

export interface Refused {
  readonly asked: Asked;
  readonly manner: Manner;
}

/** A statement may fail for the same reason as our check of the lock. */
export async function isHeld({ setup }: Recording): Promise<boolean> {
  const [lock] = await setup.connection.query<readonly { readonly holder: number | null }[]>(
    `SELECT ${setup.dialect.grammar.holder(setup.lock)} AS holder`,
  );
  return lock?.holder === setup.server.id;
}

/** Records that the server has refused a statement: the migration may catch that and go on. */
export async function recordRefusal(
  recording: Recording,
  { asked, manner }: Refused,
  error: ServerError,
): Promise<void> {
  const { setup, phase } = recording;
  const record = refused(asked, error);
  if (phase === "block") recording.inside.push(record);
  else if (phase === "transaction") await refusedInside(recording, record, manner);
  else {
    await ours(setup, [{ sql: "ROLLBACK" }]);
    await write(setup, [recordPart(record, setup)]);
  }
}

async function refusedInside(recording: Recording, record: CodeRecord, manner: Manner): Promise<void> {
  const open = await transactionNow(recording);
  recording.aborted = open === "aborted";
  // It may have committed before it failed.
  recording.loose ||= manner === "implicit" || manner === "unsure";
  if (open !== "gone") return insert(recording, record);
  recording.inside.push(record);
  await flush(recording);
}

/** A deadlock takes the whole transaction with it; PostgreSQL takes nothing more in one that an error has met. */
async function transactionNow({ setup, inside }: Recording): Promise<"open" | "aborted" | "gone"> {
  const { connection, dialect, tables } = setup;
  const first = (inside[0]?.position ?? 0) + 2;
  try {
    const found = await connection.query<readonly unknown[]>(
      `SELECT 1 FROM ${tables.step} WHERE ${dialect.grammar.name("id")} = ${first}`,
    );
    return found.length > 0 ? "open" : "gone";
  } catch (error) {
    if (dialect.errors.isServerError(error)) return "aborted";
    throw error;
  }
}

/**
 * Once the transaction is undone. Of what was refused, that with which the migration ended is sent again the next time; what
 * it has caught, and gone on from, stays as it was.
 */
export async function toSendAgain(recording: Recording, cause: unknown): Promise<readonly Part[]> {
  const { setup, position, recorded } = recording;
  const thrown = refusedAt(recording, cause);
  const recordNow = (at: number) => createRecordReader(setup)(at);
  let end = Math.max(position, recorded);
  for (; end > 0; end -= 1) {
    const found = await recordNow(end - 1);
    const done = found && found.end?.kind !== "error" && found.end?.kind !== "again";
    if (done) break;
  }
  const found = thrown !== undefined && thrown < end ? await recordNow(thrown) : undefined;
  const again = found ? [recordPart({ ...found, end: { kind: "again" } }, setup)] : [];
  return [...again, dropRecords(setup, end)];
}

/** Packages and migrations wrap errors: Sequelize keeps the first one in `original`. */
function refusedAt({ refusals }: Recording, cause: unknown): number | undefined {
  let error = cause;
  for (let depth = 0; depth < 5 && typeof error === "object" && error !== null; depth += 1) {
    const position = refusals.get(error);
    if (position !== undefined) return position;
    const { cause: inner, original } = error as { readonly cause?: unknown; readonly original?: unknown };
    error = original ?? inner;
  }
  return undefined;
}
