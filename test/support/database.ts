import { randomBytes } from "node:crypto";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { type ServerName, TEST_VARIABLES } from "../../scripts/local/hold.cjs";
import { folderVariable } from "./held";
import { mysqlAdmin } from "./mysql-admin";
import { postgresAdmin } from "./postgres-admin";

export interface TestDatabase {
  readonly server: ServerName;
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
  /** Default: mysql. */
  readonly server?: ServerName;
  /**
   * What the user may do: `SELECT` or, on PostgreSQL, `CONNECT` is meant within the database, `PROCESS ON *.*` or
   * `USAGE ON SCHEMA public` as it stands. Default: all within it; on PostgreSQL the database is the user's own.
   */
  readonly grants?: readonly string[];
}

/** What an administrator of one kind of server does for the tests. */
export interface Admin {
  /** @returns the user's login */
  create(database: {
    readonly name: string;
    readonly user: string;
    readonly password: string;
    readonly grants?: readonly string[];
  }): Promise<string>;
  query<Row>(name: string, sql: string, values?: readonly unknown[]): Promise<Row[]>;
  drop(database: { readonly name: string; readonly user: string }): Promise<void>;
}

const ADMINS = { mysql: mysqlAdmin, postgres14: postgresAdmin, postgres18: postgresAdmin } as const;

/** PostgreSQL allows 63 bytes; room is left for what makes the name unique. */
const NAME_LENGTH = 48;

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
export async function createTestDatabase({ server = "mysql", grants }: Options = {}): Promise<TestDatabase> {
  const suffix = randomBytes(4).toString("hex");
  const name = `t_${sanitise(running ?? fileName()).slice(0, NAME_LENGTH)}_${suffix}`;
  const user = `t_${suffix}`;
  const admin = ADMINS[server](adminUrl(server));
  const password = randomBytes(8).toString("hex");
  const database: TestDatabase = {
    server,
    name,
    url: await admin.create({ name, user, password, ...(grants && { grants }) }),
    query: (sql, values) => admin.query(name, sql, values),
    drop: () => admin.drop({ name, user }),
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

function keep({ server, name, url }: TestDatabase): void {
  process.stderr.write(`Kept for a look: database ${name} (${url})\n`);
  const folder = process.env[folderVariable(server)];
  if (folder) appendFileSync(join(folder, "kept"), `${name}\n`);
}

/** Login of an administrator. */
export function adminUrl(server: ServerName): string {
  const variable = TEST_VARIABLES[server];
  const url = process.env[variable];
  if (!url) throw new Error(`${variable} is not set: Jest's global set-up did not run`);
  return url;
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
