import { setTimeout as wait } from "node:timers/promises";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { type Deployment, deploy, packageMigrations } from "../support/deployment";
import { RUNTIME_BUILD_MS } from "../support/lambda-runtime";
import type { PackagedService } from "../support/package-service";

/** Six seconds. Transactions and statements that commit by themselves; each row and column tells that one took effect. */
const SLOW = `
CREATE TABLE tally (id INT AUTO_INCREMENT PRIMARY KEY, n INT);
INSERT INTO tally (n) VALUES (1);
DO SLEEP(2);
ALTER TABLE tally ADD COLUMN a INT;
INSERT INTO tally (n) VALUES (2);
DO SLEEP(2);
INSERT INTO tally (n) VALUES (3);
ALTER TABLE tally ADD COLUMN b INT;
DO SLEEP(2);
INSERT INTO tally (n) VALUES (4);
`;
const ALL = [1, 2, 3, 4].map((n) => ({ id: n, n, a: null, b: null }));

let service: PackagedService;
let database: TestDatabase;
let deployment: Deployment;

beforeAll(async () => {
  service = await packageMigrations({ "01_slow.sql": SLOW });
}, RUNTIME_BUILD_MS);

beforeEach(async () => {
  database = await createTestDatabase();
  deployment = await deploy(service, { DATABASE_URL: database.url });
});

afterEach(() => deployment.stop());

async function expectOnce(): Promise<void> {
  expect(await database.query("SELECT * FROM tally ORDER BY id")).toEqual(ALL);
  expect(await database.query("SELECT name FROM migration")).toEqual([{ name: "01_slow" }]);
}

/** The statement, from 0, with which the segment of each pause begins. */
const PAUSES = [1, 4, 8] as const;

/** Until the server is in the n-th of the three pauses, as the journal tells. */
async function pause(n: 1 | 2 | 3): Promise<void> {
  const asked = () =>
    database
      .query<{ readonly statement: number }>("SELECT statement FROM migration_step WHERE name IS NOT NULL")
      .catch(() => []);
  const until = Date.now() + 15_000;
  while ((await asked())[0]?.statement !== PAUSES[n - 1]) {
    if (Date.now() > until) throw new Error(`The migration did not come to its pause ${n}`);
    await wait(20);
  }
  await wait(100);
}

describe("of two calls at once", () => {
  test("over HTTP one runs, 200, and the other joins, 202 with the first one's run id", async () => {
    const both = await Promise.all([deployment.http("GET /migrate"), deployment.http("GET /migrate")]);
    const [first, second] = both.toSorted((a, b) => a.status - b.status);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 202]);
    expect(first?.body).toMatchObject({ outcome: "done", done: [{ name: "01_slow" }] });
    expect(second?.body).toMatchObject({ outcome: "running", runId: first?.body.runId });
    expect(second?.headers["Retry-After"]).toMatch(/^\d+$/);
    expect(second?.elapsedMs).toBeLessThan(first?.elapsedMs ?? 0);
    await expectOnce();
    expect(await database.query("SELECT runId, outcome FROM migration_run")).toEqual([
      { runId: first?.body.runId, outcome: "done" },
    ]);
  });

  test("made directly the other waits, and both give the one Report", async () => {
    const both = await Promise.all([deployment.invoke("migrate"), deployment.invoke("migrate")]);
    expect(both.map(({ functionError }) => functionError)).toEqual([undefined, undefined]);
    const [first, second] = both.map(({ payload }) => payload);
    expect(second).toEqual(first);
    expect(first).toMatchObject({ outcome: "done", done: [{ name: "01_slow" }] });
    await expectOnce();
  });

  test("a rollback waits for the migration before it, and then reverts it or says why not", async () => {
    const migrating = deployment.http("GET /migrate");
    await pause(1);
    const { status, body } = await deployment.http("POST /rollback");
    expect((await migrating).status).toBe(200);
    expect([status, body.code]).toEqual([409, "NO_DOWN"]);
    await expectOnce();
  });
});

test("GET /status meanwhile tells which statement runs, on which connection, and does not wait", async () => {
  // The pause is short, and a first call starts a process.
  await deployment.http("GET /status");
  const migrating = deployment.http("GET /migrate");
  await pause(2);
  const { status, body, elapsedMs } = await deployment.http("GET /status");
  expect(status).toBe(200);
  expect(body).toMatchObject({ outcome: "running", inProgress: { name: "01_slow", statement: 5, statements: 10 } });
  expect(body.inProgress?.connection).toEqual(expect.any(Number));
  expect(elapsedMs).toBeLessThan(2_000);
  const { runId } = (await migrating).body;
  expect(body.inProgress?.runId).toBe(runId);
});

describe("a function that is killed in the middle of a migration", () => {
  test.each([1, 2, 3] as const)("leaves it to the server, in pause %i; the next call takes it over", async (n) => {
    const killed = deployment.invoke("migrate");
    await pause(n);
    await deployment.kill("migrate");
    expect((await killed).functionError).toBe("Unhandled");
    const { functionError, payload } = await deployment.invoke("migrate");
    expect([functionError, payload.outcome]).toEqual([undefined, "done"]);
    expect(payload.done).toMatchObject([{ name: "01_slow", recovered: true }]);
    await expectOnce();
    expect(await database.query("SELECT COUNT(*) AS n FROM migration_run WHERE finishedAt IS NULL")).toEqual([
      { n: 0 },
    ]);
  });

  test("is still running for those who ask over HTTP, until the server is done", async () => {
    const killed = deployment.invoke("migrate");
    await pause(1);
    const [requestId] = await deployment.kill("migrate");
    await killed;
    const meanwhile = await deployment.http("GET /migrate");
    expect([meanwhile.status, meanwhile.body.runId]).toEqual([202, requestId]);
    await pause(3);
    await wait(2_500);
    const after = await deployment.http("GET /migrate");
    expect([after.status, after.body.outcome]).toEqual([200, "done"]);
    await expectOnce();
  });
});
