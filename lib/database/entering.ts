import { MigratorError } from "../errors";
import type { Deadline, ExclusiveOptions, Reader, State } from "./database";
import type { Facts } from "./dialect";
import { readState } from "./journal-records";
import { createReader, once, type ReaderSetup, seenIn } from "./reading";
import { journalError, type SessionSetup } from "./session";

/** How long a server that takes no writes is asked again, in milliseconds: Aurora's endpoint follows its writer within that. */
const FAILOVER_MS = 30_000;
const RETRY_MS = 1_000;
/** A lock is polled: who waits inside the server cannot leave, and holds up whoever waits for every snapshot to end. */
const POLL_MS = { first: 50, most: 500 };

/** Opens a connection. */
export type Open = (deadline: Deadline) => Promise<ReaderSetup>;

/** Who asks for the lock, and on which connection where there is one. */
export interface Entrance extends ExclusiveOptions {
  readonly first?: ReaderSetup;
}

export interface Entered {
  readonly setup: SessionSetup;
  /** Whether the lock was free. */
  readonly got: boolean;
  /** What the journal says to whoever has the lock; nothing where it was not read, and once. */
  readonly takeState: () => State | undefined;
}

/**
 * Makes a connection ready to change something, asks for the lock and reads the journal, in one message. Where any of it
 * fails, nothing of it counts, and a new connection is led there step by step.
 * @throws MigratorError `READ_ONLY`, `UNREACHABLE`, `ACCESS_DENIED`
 */
export async function enter(open: Open, { first, ...options }: Entrance): Promise<Entered> {
  try {
    if (first) return await enterAtOnce({ ...first, deadline: options.deadline }, options.runId);
  } catch {
    first?.connection.destroy();
  }
  const setup = await enterInTurn(open, options.deadline);
  return { setup, got: await tryLock(setup), takeState: () => undefined };
}

async function enterAtOnce(setup: Omit<SessionSetup, "server">, runId: string | undefined): Promise<Entered> {
  const { connection, dialect } = setup;
  const state = runId === undefined ? [] : readState(dialect, setup, { runId, absent: new Set() });
  // The lock has a transaction of its own, so that what is read after it is not what was there before it.
  const before = [dialect.facts, ...dialect.readying(setup).map(({ sql }) => sql), dialect.grammar.begin];
  const message = [...before, lockQuestion(setup), "COMMIT", ...state];
  const results = await connection.query<readonly (readonly unknown[])[]>(message.join(";\n"));
  const [facts] = results[0] as readonly Facts[];
  const [lock] = results[before.length] as readonly LockAnswer[];
  const got = lock?.got === 1;
  return {
    setup: { ...setup, server: dialect.server(facts, connection) },
    got,
    takeState: once(got && state.length > 0 ? seenIn(results, dialect).state : undefined),
  };
}

/** An endpoint that fails over leads to a server that takes no writes, until it leads to another one. */
export async function enterInTurn(open: Open, deadline: Deadline): Promise<SessionSetup> {
  const until = performance.now() + Math.min(deadline.remainingMs(), FAILOVER_MS);
  for (;;) {
    const opened = await open(deadline);
    const { dialect, connection } = opened;
    try {
      const [facts] = await connection.query<readonly Facts[]>(dialect.facts);
      const server = dialect.server(facts, connection);
      const readying = dialect.readying(opened).map(({ sql }) => sql);
      await connection.query(readying.join(";\n"));
      return { ...opened, server, deadline };
    } catch (error) {
      await connection.close().catch(() => undefined);
      const known = journalError(dialect, error);
      const mayPass = known instanceof MigratorError && known.code === "READ_ONLY";
      if (!mayPass || performance.now() + RETRY_MS >= until) throw known;
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** Asks for a lock that is not free until it is, or until whoever asks leaves. */
export async function acquire(
  { setup, got }: Entered,
  { deadline, whenBusy }: Pick<ExclusiveOptions, "deadline" | "whenBusy">,
): Promise<boolean> {
  if (got) return true;
  const reader: Reader = createReader(setup);
  for (let pause = POLL_MS.first; ; pause = Math.min(pause * 2, POLL_MS.most)) {
    if ((await whenBusy(reader)) === "leave" || deadline.remainingMs() === 0) return false;
    await new Promise((resolve) => setTimeout(resolve, Math.min(pause, deadline.remainingMs())));
    if (await tryLock(setup)) return true;
  }
}

interface LockAnswer {
  readonly got: number | null;
}

function lockQuestion({ dialect, lock }: ReaderSetup): string {
  return `SELECT ${dialect.grammar.tryLock(lock)} AS got`;
}

async function tryLock(setup: ReaderSetup): Promise<boolean> {
  const [answer] = await setup.connection.query<readonly LockAnswer[]>(lockQuestion(setup));
  return answer?.got === 1;
}
