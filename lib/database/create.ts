import type { Logins } from "../login";
import type { SqlScript } from "../migration";
import { createCanceller } from "./cancelling";
import { createSqlSteps } from "./carry-out";
import { createCodeSteps } from "./code-steps";
import type { Database, Deadline, Exclusively, Question, Segment, Session, State } from "./database";
import type { Dialect } from "./dialect";
import { acquire, type Entrance, enter, enterInTurn, type Open } from "./entering";
import { answerOf, type Kept, type Resting } from "./kept";
import { createReader, type Looking, type ReaderSetup, type Seen, see } from "./reading";
import { createRepairs } from "./repairs";
import { createSession, endRun, journalError, type SessionSetup } from "./session";

const PING_MS = 20_000;

/** How the database is reached. */
export interface Ways {
  readonly logins: Logins;
  /** Where the connection of a call that has only read waits for the next one. Default: it is closed. */
  readonly kept?: Kept;
}

/** A Database of this dialect. */
export function createDatabase(dialect: Dialect, { logins, kept }: Ways): Database {
  const open: Open = async (deadline) => {
    const { connection, database } = await dialect.connect(logins, deadline);
    return { dialect, connection, ...dialect.place(database) };
  };
  return {
    dialect: dialect.name,
    segments: dialect.segments,
    settling: (script, segment) => settling(dialect, script, segment),
    remark: dialect.remark,
    unended: dialect.unended,
    lost: (script, from) => dialect.frame(script, from).lost,
    list: async (deadline) => {
      const setup = await open(deadline);
      const rows = await closing(setup, () =>
        setup.connection.query<readonly { readonly name: string }[]>(dialect.databases),
      );
      return rows.map(({ name }) => name);
    },
    read: (deadline, asked, work) => {
      const opening = { open, deadline, ...(kept && { kept }) };
      return visiting(opening, asked, ({ setup, state, asExpected }, handOver) => {
        const exclusively: Exclusively = (options, work) => {
          handOver();
          return enterExclusively(open, { ...options, first: setup }, work);
        };
        return work({ ...createReader(setup), exclusively }, asExpected ? { ...state, applied: "as expected" } : state);
      });
    },
    exclusively: async (options, work) =>
      enterExclusively(open, { ...options, first: await open(options.deadline) }, work),
    cancelling: async (deadline, work) => {
      const setup = await enterInTurn(open, deadline);
      return closing(setup, () => work(createCanceller(setup)));
    },
  };
}

function settling(
  dialect: Dialect,
  script: SqlScript,
  { kind, first, repeatable, unsure }: Segment,
): ReturnType<Database["settling"]> {
  if (unsure) return "asked";
  if (kind === "transaction") return "undone";
  if (repeatable) return "repeated";
  // Whether there is an effect to look for does not depend on where.
  return kind === "implicit" && dialect.effect(script, first, dialect.place("")) ? "looked up" : "asked";
}

interface Opening {
  readonly open: Open;
  readonly deadline: Deadline;
  readonly kept?: Kept;
}

interface Visited extends Seen {
  readonly setup: ReaderSetup;
  /** When it was opened, on `performance.now()`'s clock. */
  readonly since: number;
}

/** Reads on the connection that was kept, or on a new one. `handOver`: somebody else closes it. */
async function visiting<T>(
  { open, deadline, kept }: Opening,
  asked: Question,
  work: (visited: Visited, handOver: () => void) => Promise<T>,
): Promise<T> {
  const looking = { ...asked, ...(kept && { use: "kept" as const }) };
  const rested = kept && (await lookAgain(kept, looking));
  const since = performance.now();
  const setup = rested?.setup ?? (await open(deadline));
  let handedOver = false;
  try {
    const visited = rested ?? { setup, since, ...(await see(setup, looking)) };
    const result = await work(visited, () => {
      handedOver = true;
    });
    const stays = !handedOver && visited.endsIdle && !setup.connection.busy() && kept?.put(restingOf(visited));
    if (!handedOver && !stays) await closed(setup);
    return result;
  } catch (error) {
    if (!handedOver) await closed(setup);
    throw journalError(setup.dialect, error);
  }
}

/** Without what was read: thousands of rows would stay in memory as long as the connection. */
function restingOf({ setup, since, readOnly, asExpected }: Visited): Resting {
  return { setup, since, readOnly, ...(asExpected && { asExpected }) };
}

/** @returns nothing where no connection was kept, or it cannot be used any more */
async function lookAgain(kept: Kept, looking: Looking): Promise<Visited | undefined> {
  const resting = kept.take();
  if (!resting) return undefined;
  const { setup, since, readOnly, asExpected: rows } = resting;
  const again = rows && looking.expected?.digest === rows.digest ? { ...looking, expected: rows } : looking;
  const seen = await answerOf(setup.connection, () => see(setup, again));
  if (seen?.readOnly === readOnly) return { ...seen, setup, since };
  // An endpoint that led to a writer has another one by now, when that has become a reader.
  setup.connection.destroy();
  return undefined;
}

async function enterExclusively<T>(
  open: Open,
  entrance: Entrance,
  work: (session: Session, state: State | undefined) => Promise<T>,
): Promise<{ readonly value: T } | undefined> {
  const entered = await enter(open, entrance);
  const { setup, state } = entered;
  return closing(setup, async () => {
    if (!(await acquire(entered, entrance))) return undefined;
    return { value: await holding(setup, (session) => work(session, state)) };
  });
}

async function closing<T>(setup: ReaderSetup, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw journalError(setup.dialect, error);
  } finally {
    await closed(setup);
  }
}

async function closed({ connection }: ReaderSetup): Promise<void> {
  // A connection in the middle of a message would make `close` wait for it.
  if (connection.busy()) connection.destroy();
  else await connection.close();
}

async function holding<T>(setup: SessionSetup, work: (session: Session) => Promise<T>): Promise<T> {
  const { connection, dialect, lock } = setup;
  let held = true;
  const session: Session = {
    ...createSession(setup, { sql: createSqlSteps, code: createCodeSteps }),
    ...createRepairs(setup),
    endRun: async (report) => {
      await endRun(setup, report);
      held = false;
    },
  };
  const ping = setInterval(() => {
    // A failure shows in the next statement of the run itself.
    if (!connection.busy()) connection.query(dialect.ping).catch(() => undefined);
  }, PING_MS);
  ping.unref();
  try {
    return await work(session);
  } finally {
    clearInterval(ping);
    // Closing the connection gives the lock back as well; asking makes sure that it is free when the answer goes out.
    if (held && !connection.busy()) await connection.query(dialect.grammar.unlock(lock)).catch(() => undefined);
  }
}
