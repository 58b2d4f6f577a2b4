import { createHash } from "node:crypto";
import { keptStatements, maskMessage } from "../mask";
import type { Result } from "../migration";
import { decode, encode } from "./code-values";
import type { Part, ServerError } from "./connection";
import type { Dialect } from "./dialect";
import type { MessageContext } from "./message";
import { updateStep } from "./message";
import type { SessionSetup } from "./session";

/** Bytes up to which a result is kept. */
const RESULT_BYTES = 65_536;
/** Rows above this one are records. */
const STEP_ID = 1;
const PAGE = 100;

/**
 * What became of a statement.
 *
 * - `large`: its result was not kept.
 * - `again`: it was refused and the migration ended with that; it is sent again.
 * - `batch`: ranges up to `after` are done.
 */
export type Ending =
  | { readonly kind: "result"; readonly result: Result }
  | { readonly kind: "error"; readonly message: string; readonly details: Readonly<Record<string, unknown>> }
  | { readonly kind: "large" | "again" }
  | { readonly kind: "batch"; readonly after?: unknown; readonly batches: number; readonly done: boolean };

/** One statement of a migration in code, or one batch. */
export interface CodeRecord {
  /** In the order of calls, from 0. */
  readonly position: number;
  readonly hash: string;
  /** As the journal keeps statements. */
  readonly sql: string;
  /** Absent: about to run. */
  readonly end?: Ending;
}

export type Asked = Omit<CodeRecord, "end">;

/** Differ every time that the same code is run: times, whether as a text or in milliseconds, and UUIDs. */
const PASSING =
  /\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?|\b[12]\d{12}\b|\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/gi;

export function asked(position: number, sql: string, values?: readonly unknown[]): Asked {
  const text = JSON.stringify([sql, encode(values ?? [])]).replace(PASSING, "*");
  const [kept = ""] = keptStatements([sql]);
  return { position, hash: createHash("sha256").update(text).digest("hex"), sql: kept };
}

export function answered(statement: Asked, result: Result): CodeRecord {
  return { ...statement, end: { kind: "result", result } };
}

/** The driver's error, without the statement that it quotes: that may hold values. */
export function refused(statement: Asked, error: ServerError): CodeRecord {
  const { sql: _, sqlMessage, ...details } = { ...error } as Readonly<Record<string, unknown>>;
  const words = typeof sqlMessage === "string" ? { sqlMessage: maskMessage(sqlMessage) } : {};
  return {
    ...statement,
    end: { kind: "error", message: maskMessage(error.message), details: { ...details, ...words } },
  };
}

export function errorOf({ message, details }: Extract<Ending, { kind: "error" }>): Error {
  return Object.assign(new Error(message), details);
}

export function isTooLarge(value: unknown): boolean {
  return Buffer.byteLength(encode(value)) > RESULT_BYTES;
}

/** Writes a record, or writes it anew. Checks the lock. */
export function recordPart(record: CodeRecord, { dialect, tables, lock }: Written): Part {
  const { text, replace, whileLocked } = dialect.grammar;
  const { position, hash, sql } = record;
  const end: Ending | undefined = isTooLarge(record.end) ? { kind: "large" } : record.end;
  const columns = {
    id: String(STEP_ID + 1 + position),
    statement: whileLocked(lock, "0"),
    checksum: text(hash),
    // The migration may have chosen a character set in which it would come back as something else.
    script: text(inAscii(encode({ sql, ...(end && { end }) }))),
  };
  return { sql: replace(tables.step, "id", columns) };
}

type Written = Pick<MessageContext, "dialect" | "tables" | "lock">;

function inAscii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Removes the records from this position on. */
export function dropRecords({ dialect, tables }: Pick<Written, "dialect" | "tables">, from: number): Part {
  return { sql: `DELETE FROM ${tables.step} WHERE ${dialect.grammar.name("id")} > ${STEP_ID + from}` };
}

/** What a step in code leaves in the journal besides its intent goes with it. */
export function forget(context: MessageContext): readonly Part[] {
  return [dropRecords(context, 0), updateStep(context, { state: "NULL", cuts: "0" })];
}

/** A record as it lies in the journal. */
export interface CodeRow {
  readonly id: number;
  readonly checksum: string;
  readonly script: string;
}

export function recordOf({ id, checksum, script }: CodeRow): CodeRecord {
  const { sql, end } = decode(script) as Pick<CodeRecord, "sql" | "end">;
  return { position: id - STEP_ID - 1, hash: checksum, sql, ...(end && { end }) };
}

type Readable = Pick<SessionSetup, "connection" | "dialect" | "tables">;

function select({ grammar }: Pick<Dialect, "grammar">, tables: Written["tables"], rest: string): string {
  const columns = ["id", "checksum", "script"].map(grammar.name).join(", ");
  return `SELECT ${columns} FROM ${tables.step} WHERE ${rest}`;
}

async function read({ connection, dialect, tables }: Readable, rest: string): Promise<readonly CodeRecord[]> {
  return (await connection.query<readonly CodeRow[]>(select(dialect, tables, rest))).map(recordOf);
}

/** What reads the last record there is. */
export function lastRecordOf(dialect: Pick<Dialect, "grammar">, tables: Written["tables"]): string {
  const id = dialect.grammar.name("id");
  return select(dialect, tables, `${id} > ${STEP_ID} ORDER BY ${id} DESC LIMIT 1`);
}

export async function lastRecord({ connection, dialect, tables }: Readable): Promise<CodeRecord | undefined> {
  return (await connection.query<readonly CodeRow[]>(lastRecordOf(dialect, tables))).map(recordOf)[0];
}

/** Reads records page by page, as they are asked for. */
export function createRecordReader(setup: Readable): (position: number) => Promise<CodeRecord | undefined> {
  let page: ReadonlyMap<number, CodeRecord> = new Map();
  let until = 0;
  return async (position) => {
    if (position >= until) {
      const id = setup.dialect.grammar.name("id");
      const first = STEP_ID + 1 + position;
      const found = await read(setup, `${id} >= ${first} AND ${id} < ${first + PAGE} ORDER BY ${id}`);
      page = new Map(found.map((record) => [record.position, record]));
      until = position + PAGE;
    }
    return page.get(position);
  };
}
