import { randomInt } from "node:crypto";
import type { Examination, Examiner, LackingPrivilege, PoolerSign, RefusedLogin, ServerFacts } from "../examination";
import type { Login, Logins } from "../login";
import { type Attempt, connectError } from "./connecting";
import type { Connection } from "./connection";
import type { Grammar } from "./grammar";
import type { JournalTables } from "./journal";

/** Where the journal is, for questions about it. */
export interface Journal {
  readonly database: string;
  /** PostgreSQL's schema; in MySQL the database itself. */
  readonly schema: string;
  readonly tables: JournalTables;
}

/** What one dialect's server is asked. Nothing is written. */
export interface Questions {
  readonly attempt: Attempt;
  readonly grammar: Grammar;
  facts(connection: Connection): Promise<ServerFacts>;
  lacking(connection: Connection, journal: Journal): Promise<readonly LackingPrivilege[]>;
  /** This connection's id as the server itself has it, which no proxy answers for it. */
  readonly serverId: string;
  /** Starts a transaction that only reads: what shares connections keeps one for it. */
  readonly begin: string;
  /** What the server calls itself, where proxies put in their own name. */
  readonly title: string;
  /** A name for a lock that nobody else has. */
  lockName(random: number): string;
}

export interface ExaminerOptions {
  readonly questions: Questions;
  readonly logins: Logins;
  journal(database: string): Journal;
}

export function createExaminer({ questions, logins, journal }: ExaminerOptions): Examiner {
  return {
    open: async (withinMs) => {
      const until = Date.now() + withinMs;
      let refused: RefusedLogin | undefined;
      for await (const login of logins()) {
        const opened = await questions.attempt(login, Math.max(1, until - Date.now()));
        if (!("kind" in opened)) return examination(questions, { connection: opened, login }, journal(login.database));
        const by = ANSWERED.has(opened.kind) ? "server" : "anything";
        refused = { kind: "refused", by, error: connectError(opened, login) };
        if (opened.kind !== "login") break;
      }
      if (!refused) throw new Error("There is no login for the database.");
      return refused;
    },
  };
}

/** Faults that a server tells of once TLS is up and it knows who asks. */
const ANSWERED = new Set(["login", "rights", "no-database"]);

interface Opened {
  readonly connection: Connection;
  readonly login: Login;
}

function examination(questions: Questions, opened: Opened, journal: Journal): Examination {
  const { connection } = opened;
  return {
    kind: "open",
    database: journal.database,
    facts: () => questions.facts(connection),
    lacking: () => questions.lacking(connection, journal),
    between: () => signsOf(questions, opened),
    close: () => connection.destroy(),
  };
}

const SECOND_MS = 2_000;
const PROXY = /proxysql|maxscale|pgbouncer|rds proxy/i;
const LOCKS = 2 ** 47;

async function signsOf(questions: Questions, { connection, login }: Opened): Promise<readonly PoolerSign[]> {
  const first = await idOf(questions, connection);
  const [{ title = "" } = {}] = await connection.query<readonly { readonly title?: string }[]>(
    `SELECT ${questions.title} AS title`,
  );
  const second = await questions.attempt(login, SECOND_MS);
  const shared = "kind" in second ? false : await isShared(questions, { connection, second, first });
  const signs: readonly (readonly [PoolerSign, boolean])[] = [
    ["shared", shared],
    // Where sessions are shared a lock of ours could stay behind in somebody else's.
    ["lock", !shared && (await losesLock(questions, connection))],
    ["id", connection.announcedId !== undefined && connection.announcedId !== first],
    ["name", PROXY.test(title)],
  ];
  return signs.flatMap(([sign, found]) => (found ? [sign] : []));
}

interface Pair {
  readonly connection: Connection;
  readonly second: Connection;
  /** Id of the first one, before the second one did anything. */
  readonly first: number;
}

/**
 * The second connection holds a transaction open: whoever shares sessions gives it one that is free, such as the first
 * one's, and gives the first one another.
 */
async function isShared(questions: Questions, { connection, second, first }: Pair): Promise<boolean> {
  try {
    await second.query(questions.begin);
    const other = await idOf(questions, second);
    return other === first || (await idOf(questions, connection)) !== first;
  } finally {
    second.destroy();
  }
}

async function losesLock({ grammar, lockName }: Questions, connection: Connection): Promise<boolean> {
  const lock = lockName(randomInt(LOCKS));
  await connection.query(`SELECT ${grammar.tryLock(lock)} AS got`);
  const [holder] = await connection.query<readonly { readonly own: number }[]>(
    `SELECT CASE WHEN ${grammar.holder(lock)} = ${grammar.connectionId} THEN 1 ELSE 0 END AS own`,
  );
  await connection.query(grammar.unlock(lock));
  return holder?.own !== 1;
}

async function idOf({ serverId }: Questions, connection: Connection): Promise<number> {
  const [row] = await connection.query<readonly { readonly id: number | string }[]>(`SELECT ${serverId} AS id`);
  return Number(row?.id);
}
