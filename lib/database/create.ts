import { MigratorError } from "../errors";
import type { Logins } from "../login";
import type { SqlScript } from "../migration";
import { createCanceller } from "./cancelling";
import { createSqlSteps } from "./carry-out";
import { createCodeSteps } from "./code-steps";
import type { Connection } from "./connection";
import type { Database, Deadline, ExclusiveOptions, Reader, Segment } from "./database";
import type { Dialect } from "./dialect";
import { createRepairs } from "./repairs";
import { createReader, createSession, journalError, type ReaderSetup, type SessionSetup } from "./session";

const PING_MS = 20_000;
/** How long a server that takes no writes is asked again, in milliseconds: Aurora's endpoint follows its writer within that. */
const FAILOVER_MS = 30_000;
const RETRY_MS = 1_000;
/** A lock is polled: who waits inside the server cannot leave, and holds up whoever waits for every snapshot to end. */
const POLL_MS = { first: 50, most: 500 };

/** A Database of this dialect. */
export function createDatabase(dialect: Dialect, logins: Logins): Database {
  const open = async (deadline: Deadline) => {
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
    read: async (deadline, work) => {
      const setup = await open(deadline);
      return closing(setup, () => work(createReader(setup)));
    },
    exclusively: async (exclusive, work) => {
      const setup = await enter(open, exclusive.deadline);
      return closing(setup, async () => {
        if (!(await acquire(setup, exclusive))) return undefined;
        const session = {
          ...createSession(setup, { sql: createSqlSteps, code: createCodeSteps }),
          ...createRepairs(setup),
        };
        return { value: await holding(setup, () => work(session)) };
      });
    },
    cancelling: async (deadline, work) => {
      const setup = await enter(open, deadline);
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

interface Opened {
  readonly dialect: Dialect;
  readonly connection: Connection;
  readonly lock: string;
}

type Open = (deadline: Deadline) => Promise<ReaderSetup>;

/** An endpoint that fails over leads to a server that takes no writes, until it leads to another one. */
async function enter(open: Open, deadline: Deadline): Promise<SessionSetup> {
  const until = performance.now() + Math.min(deadline.remainingMs(), FAILOVER_MS);
  for (;;) {
    const opened = await open(deadline);
    const { dialect, connection } = opened;
    try {
      return { ...opened, server: await dialect.enter(connection, opened), deadline };
    } catch (error) {
      await connection.close().catch(() => undefined);
      const known = journalError(dialect, error);
      const mayPass = known instanceof MigratorError && known.code === "READ_ONLY";
      if (!mayPass || performance.now() + RETRY_MS >= until) throw known;
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function closing<T>({ connection, dialect }: Opened, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw journalError(dialect, error);
  } finally {
    // A connection in the middle of a message would make `close` wait for it.
    if (connection.busy()) connection.destroy();
    else await connection.close();
  }
}

async function acquire(
  setup: Opened & Parameters<typeof createReader>[0],
  { deadline, whenBusy }: ExclusiveOptions,
): Promise<boolean> {
  const { connection, dialect, lock } = setup;
  const reader: Reader = createReader(setup);
  for (let pause = POLL_MS.first; ; pause = Math.min(pause * 2, POLL_MS.most)) {
    const [answer] = await connection.query<readonly { readonly got: number | null }[]>(
      `SELECT ${dialect.grammar.tryLock(lock)} AS got`,
    );
    if (answer?.got === 1) return true;
    if ((await whenBusy(reader)) === "leave" || deadline.remainingMs() === 0) return false;
    await new Promise((resolve) => setTimeout(resolve, Math.min(pause, deadline.remainingMs())));
  }
}

async function holding<T>({ connection, dialect, lock }: Opened, work: () => Promise<T>): Promise<T> {
  const ping = setInterval(() => {
    // A failure shows in the next statement of the run itself.
    if (!connection.busy()) connection.query(dialect.ping).catch(() => undefined);
  }, PING_MS);
  ping.unref();
  try {
    return await work();
  } finally {
    clearInterval(ping);
    // Closing the connection gives the lock back as well; asking makes sure that it is free when the answer goes out.
    if (!connection.busy()) await connection.query(dialect.grammar.unlock(lock)).catch(() => undefined);
  }
}
