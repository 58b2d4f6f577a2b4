import { randomBytes } from "node:crypto";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";

export interface TestDatabase {
  readonly name: string;
  /** Login of a user of its own, who has the asked privileges and no others. */
  readonly url: string;
  /** Runs one statement as administrator, in this database. */
  query<Row = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Done by itself at the end of a test that passed. */
  drop(): Promise<void>;
}

type Outcome = "passed" | "failed";

interface Options {
  /** What the user may do: `SELECT` is meant within the database, `PROCESS ON *.*` as it stands. Default: all within it. */
  readonly grants?: readonly string[];
}

/** MySQL allows 64 characters; room is left for what makes the name unique. */
const NAME_LENGTH = 48;
const LOCK_WAIT_TIMEOUT = 1205;

let running: string | undefined;
const ofTest: TestDatabase[] = [];
const ofFile: TestDatabase[] = [];
let outcomeOfFile: Outcome = "passed";

beforeEach(() => {
  running = expect.getState().currentTestName;
});

afterEach(async () => {
  running = undefined;
  const outcome = outcomeOfTest();
  if (outcome === "failed") outcomeOfFile = "failed";
  await settle(ofTest, outcome);
});

afterAll(() => settle(ofFile, outcomeOfFile));

/**
 * Creates an empty database, named after the test, and a user for it. Made outside of a test (in beforeAll), it is named
 * after the file and lives as long as the file's tests. Dropped at the end; kept, with its name said, after a failure.
 */
export async function createTestDatabase({ grants = ["ALL PRIVILEGES"] }: Options = {}): Promise<TestDatabase> {
  const suffix = randomBytes(4).toString("hex");
  const name = `t_${sanitise(running ?? fileName()).slice(0, NAME_LENGTH)}_${suffix}`;
  const user = `t_${suffix}`;
  const password = randomBytes(8).toString("hex");
  await asAdmin(async (admin) => {
    await admin.query(`CREATE DATABASE \`${name}\``);
    await admin.query(`CREATE USER '${user}'@'%' IDENTIFIED BY '${password}'`);
    for (const grant of grants) await admin.query(`GRANT ${within(name, grant)} TO '${user}'@'%'`);
  });
  const { hostname, port } = new URL(adminUrl());
  const database: TestDatabase = {
    name,
    url: `mysql://${user}:${password}@${hostname}:${port || 3306}/${name}`,
    query: (sql, values) => asAdmin((admin) => rows(admin, sql, values), name),
    drop: () => asAdmin((admin) => dropAll(admin, name, user)),
  };
  (running ? ofTest : ofFile).push(database);
  return database;
}

async function settle(databases: TestDatabase[], outcome: Outcome): Promise<void> {
  for (const database of databases.splice(0)) {
    if (outcome === "failed") keep(database);
    else await database.drop();
  }
}

function keep({ name, url }: TestDatabase): void {
  process.stderr.write(`Kept for a look: database ${name} (${url})\n`);
  // The private server's keeper leaves its folder alone when it finds this file.
  if (process.env.TEST_MYSQL_FOLDER) appendFileSync(join(process.env.TEST_MYSQL_FOLDER, "kept"), `${name}\n`);
}

async function dropAll(admin: Connection, name: string, user: string): Promise<void> {
  await admin.query(`DROP USER IF EXISTS '${user}'@'%'`);
  await admin.query("SET SESSION lock_wait_timeout = 1");
  try {
    await admin.query(`DROP DATABASE IF EXISTS \`${name}\``);
  } catch (error) {
    // A test may leave a transaction open. Its session is ended only now, so that idle ones do not see an error.
    if ((error as { errno?: number }).errno !== LOCK_WAIT_TIMEOUT) throw error;
    await endSessions(admin, user);
    await admin.query(`DROP DATABASE IF EXISTS \`${name}\``);
  }
}

async function endSessions(admin: Connection, user: string): Promise<void> {
  const sessions = await rows<{ id: number }>(
    admin,
    "SELECT id AS id FROM information_schema.processlist WHERE user = ?",
    [user],
  );
  for (const { id } of sessions) await admin.query(`KILL ${id}`);
}

async function rows<Row>(admin: Connection, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
  const [result] = await admin.query<RowDataPacket[]>(sql, [...values]);
  return result as Row[];
}

async function asAdmin<T>(work: (admin: Connection) => Promise<T>, database?: string): Promise<T> {
  const admin = await createConnection({ uri: adminUrl(), ...(database && { database }) });
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

function adminUrl(): string {
  const url = process.env.TEST_MYSQL_URL;
  if (!url) throw new Error("TEST_MYSQL_URL is not set: Jest's global set-up did not run");
  return url;
}

function within(database: string, grant: string): string {
  return grant.includes(" ON ") ? grant : `${grant} ON \`${database}\`.*`;
}

function fileName(): string {
  return (expect.getState().testPath ?? "").replace(/^.*[\\/]/, "").replace(/\.test\.ts$/, "");
}

function sanitise(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
}

// Jest tells only a custom environment how a test went. Its runner's state is reached by the name of its symbol, and
// test/integration/kept-database.test.ts notices when that changes.
function outcomeOfTest(): Outcome {
  const symbol = Object.getOwnPropertySymbols(globalThis).find((each) => each.description === "JEST_STATE_SYMBOL");
  const state = symbol && (globalThis as unknown as Record<symbol, RunnerState>)[symbol];
  if (!state) throw new Error("Jest's runner keeps its state elsewhere now");
  return state.currentlyRunningTest?.errors.length ? "failed" : "passed";
}

interface RunnerState {
  readonly currentlyRunningTest?: { readonly errors: readonly unknown[] } | null;
}
