import { MigratorError } from "../errors";
import type { DialectName } from "../migration";
import { type Activity, indexOf, processRecords } from "./activity";
import type { Reader, Session, StepRow } from "./database";
import { chainOf } from "./effect";
import { createAudit, createReader, type SessionSetup } from "./session";

/** Beside the Session that holds the lock, on a connection without it. */
export interface Canceller extends Reader, Pick<Session, "startRun" | "finishRun"> {
  /**
   * Asks the server once to stop the statement of this step that its connection is running, while that holds the lock.
   * @returns what was asked to stop; undefined when it was running nothing of the step's at that moment
   * @throws MigratorError `ACCESS_DENIED`
   */
  stop(step: StepRow): Promise<Stopped | undefined>;
}

export interface Stopped {
  /** Index of the statement in its script, from 0; absent where the server shows only the message that it is in. */
  readonly index?: number;
}

export function createCanceller(setup: SessionSetup): Canceller {
  return {
    ...createReader(setup),
    ...createAudit(setup),
    stop: async (step) => {
      const ask = ASK[setup.dialect.name];
      const activity = await ask.running(setup, step.connection);
      const target = activity && targetOf(setup, step, activity);
      return target && activity && (await ask.stop(setup, step.connection, activity)) ? target : undefined;
    },
  };
}

/** Which statement of the step that is; undefined where it is one of ours, as its mark is. */
function targetOf({ dialect }: SessionSetup, step: StepRow, { sql }: Activity): Stopped | undefined {
  const { script, statement } = step;
  if (!script) return {};
  const segment = dialect.segments(script, statement)[0];
  if (!segment) return undefined;
  const index = indexOf(script, { ...segment, ...chainOf(step) }, sql);
  if (index !== undefined) return { index };
  // The message is shown, and that is undone as a whole.
  return dialect.name === "postgres" && segment.kind === "transaction" ? {} : undefined;
}

interface Ask {
  running(setup: SessionSetup, id: number): Promise<Activity | undefined>;
  /** False when it has ended in between. */
  stop(setup: SessionSetup, id: number, activity: Activity): Promise<boolean>;
}

const ASK: Readonly<Record<DialectName, Ask>> = {
  mysql: {
    running: async (setup, id) => {
      const [process] = await processRecords(setup, id);
      if (!process) throw hidden("CONNECTION_ADMIN (CONNECTION ADMIN on MariaDB) and PROCESS");
      const { INFO, QUERY_ID } = process;
      return INFO === null ? undefined : { sql: INFO, mark: String(QUERY_ID ?? "") };
    },
    stop: (setup, id, { sql, mark }) => {
      if (mark !== "") return killed(setup, `KILL QUERY ID ${mark}`);
      const { holder, text } = setup.dialect.grammar;
      // MySQL kills whatever runs by then: as little time as may be between the look and the kill.
      const still = `SELECT ID FROM information_schema.PROCESSLIST WHERE ID = ${id} AND ID = ${holder(setup.lock)} AND INFO = ${text(sql)}`;
      return killed(setup, `SET @cancelled = COALESCE((${still}), 0);\nKILL QUERY @cancelled`);
    },
  },
  postgres: {
    running: async ({ connection }, id) => {
      const [process] = await connection.query<readonly ShownProcess[]>(
        `SELECT state, query AS sql, query_start::text AS mark FROM pg_catalog.pg_stat_activity WHERE pid = ${id}`,
      );
      if (process?.state === null) throw hidden("pg_signal_backend and pg_read_all_stats");
      return process?.state === "active" ? process : undefined;
    },
    stop: async ({ connection, dialect, lock }, id, { mark }) => {
      const { text, holder } = dialect.grammar;
      const answers = await connection.query<readonly { readonly sent: boolean }[]>(
        `SELECT pg_catalog.pg_cancel_backend(pid) AS sent FROM pg_catalog.pg_stat_activity
 WHERE pid = ${id} AND pid = ${holder(lock)} AND state = 'active' AND query_start::text = ${text(mark)}`,
      );
      return answers[0]?.sent === true;
    },
  },
};

interface ShownProcess extends Activity {
  readonly state: string | null;
}

async function killed({ connection, dialect }: SessionSetup, sql: string): Promise<boolean> {
  try {
    await connection.query(sql);
    return true;
  } catch (error) {
    const gone = ["ER_NO_SUCH_THREAD", "ER_1957"];
    if (dialect.errors.isServerError(error) && gone.includes(error.code)) return false;
    if (dialect.errors.isServerError(error) && error.code === "ER_KILL_DENIED_ERROR")
      throw hidden("CONNECTION_ADMIN (CONNECTION ADMIN on MariaDB)");
    throw error;
  }
}

function hidden(rights: string): MigratorError {
  return new MigratorError("ACCESS_DENIED", "The session that holds the lock is another user's.", {
    advice: `Cancel as the user who runs the migrations, or grant ${rights}.`,
  });
}
