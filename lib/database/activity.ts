import { maskSecrets } from "../mask";
import type { DialectName, SqlScript } from "../migration";
import type { StepProgress, StepRow } from "./database";
import { chainOf, type Extent } from "./effect";
import type { ReaderSetup } from "./session";

/** The statement that a connection is running. */
export interface Activity {
  /** As the server shows it: shortened where it is long; on PostgreSQL the message that it is part of. */
  readonly sql: string;
  /** Where the server numbers statements, this one's number; else when it began, in the server's own words. */
  readonly mark: string;
}

/** How far a statement has come. `total` is 0 where the server does not know it. */
interface Progress {
  readonly stage: string;
  readonly done: number | string;
  readonly total: number | string;
}

type Asking = Pick<ReaderSetup, "connection" | "dialect">;

/** https://mariadb.com/kb/en/information-schema-processlist-table/; MySQL's has none of the optional columns. */
export interface ProcessRecord {
  readonly INFO: string | null;
  readonly QUERY_ID?: number;
  readonly STAGE?: number;
  readonly MAX_STAGE?: number;
  readonly PROGRESS?: number | string;
}

/** Who is not the session's user and has no right to see it gets no row, or on PostgreSQL one without a state. */
export function processRecords({ connection }: Asking, id: number): Promise<readonly ProcessRecord[]> {
  return connection.query(`SELECT * FROM information_schema.PROCESSLIST WHERE ID = ${id}`);
}

/** Which of these statements of a script the server shows; undefined where it is none of them. */
export function indexOf(script: SqlScript, { first, count }: Extent, shown: string): number | undefined {
  const found = script.statements.slice(first, first + count).findIndex(({ sql }) => isShown(sql, shown));
  return found < 0 ? undefined : first + found;
}

/** Whether what the server shows may be what the journal keeps of a statement. Both may be shortened. */
function isShown(kept: string, shown: string): boolean {
  const [beginning = "", hash] = asShown(kept).split("… sha256:");
  const masked = asShown(maskSecrets(shown));
  if (beginning === masked) return true;
  const shorter = Math.min(beginning.length, masked.length);
  const isShortened = hash !== undefined || masked.length >= SHOWN_LENGTH;
  return isShortened && beginning.slice(0, shorter) === masked.slice(0, shorter);
}

/** What PostgreSQL shows of a message at least, less what a character of several bytes may lose at its end. */
const SHOWN_LENGTH = 250;

/** MariaDB shows a question mark for characters beyond the basic plane. */
function asShown(sql: string): string {
  return sql.trim().replace(/[\u{10000}-\u{10ffff}]/gu, "?");
}

/** Where in its step a connection is, as far as the server says so, and says it to this user. */
export async function progressOf(asking: Asking, step: StepRow): Promise<StepProgress> {
  try {
    const statement = await runningIn(asking, step);
    const progress = await READ[asking.dialect.name](asking, step.connection);
    if (!progress) return { statement };
    const { stage } = progress;
    // MySQL's are large integers, which the driver gives as text.
    const [done, total] = [Number(progress.done), Number(progress.total)];
    return { statement, text: total > 0 ? `${stage}, ${Math.floor((100 * Math.min(done, total)) / total)} %` : stage };
  } catch (error) {
    // A server that is older, or a right that is missing: it is only worth knowing.
    if (asking.dialect.errors.isServerError(error)) return { statement: step.statement };
    throw error;
  }
}

/** Within a chain the journal does not say which statement it is. */
async function runningIn(asking: Asking, step: StepRow): Promise<number> {
  const { script, statement, connection } = step;
  const chain = chainOf(step);
  if (!script || !chain) return statement;
  const [process] = await processRecords(asking, connection);
  return indexOf(script, chain, process?.INFO ?? "") ?? statement;
}

type Read = (asking: Asking, id: number) => Promise<Progress | undefined>;

const READ: Readonly<Record<DialectName, Read>> = {
  mysql: async (asking, id) => {
    const [process] = await processRecords(asking, id);
    if (process?.MAX_STAGE === undefined) return (await asking.connection.query<readonly Progress[]>(stages(id)))[0];
    const { STAGE = 0, MAX_STAGE, PROGRESS = 0 } = process;
    return MAX_STAGE > 0 ? { stage: `stage ${STAGE} of ${MAX_STAGE}`, done: PROGRESS, total: 100 } : undefined;
  },
  postgres: async ({ connection }, id) => (await connection.query<readonly Progress[]>(phases(id)))[0],
};

/** https://dev.mysql.com/doc/refman/8.4/en/monitor-alter-table-performance-schema.html */
function stages(id: number): string {
  return `SELECT SUBSTRING_INDEX(s.EVENT_NAME, '/', -1) AS stage, COALESCE(s.WORK_COMPLETED, 0) AS done,
 COALESCE(s.WORK_ESTIMATED, 0) AS total FROM performance_schema.events_stages_current s
 JOIN performance_schema.threads t ON t.THREAD_ID = s.THREAD_ID WHERE t.PROCESSLIST_ID = ${id}`;
}

/** https://www.postgresql.org/docs/current/progress-reporting.html */
function phases(id: number): string {
  const counted = (view: string, done: string, total: string) =>
    `SELECT pid, phase, ${done}, ${total} FROM pg_catalog.pg_stat_progress_${view}`;
  const index = `SELECT pid, phase, CASE WHEN blocks_total > 0 THEN blocks_done ELSE tuples_done END,
 CASE WHEN blocks_total > 0 THEN blocks_total ELSE tuples_total END FROM pg_catalog.pg_stat_progress_create_index`;
  const views = [
    index,
    counted("cluster", "heap_blks_scanned", "heap_blks_total"),
    counted("vacuum", "heap_blks_scanned", "heap_blks_total"),
    counted("analyze", "sample_blks_scanned", "sample_blks_total"),
    "SELECT pid, 'copying', bytes_processed, bytes_total FROM pg_catalog.pg_stat_progress_copy",
  ];
  return `SELECT stage, done::float8, total::float8 FROM (${views.join("\n UNION ALL ")})
 AS progress (pid, stage, done, total) WHERE pid = ${id}`;
}
