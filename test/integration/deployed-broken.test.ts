import { createTestDatabase, type TestDatabase } from "../support/database";
import { type Deployment, deploy, type FunctionError, packageMigrations } from "../support/deployment";
import { RUNTIME_BUILD_MS } from "../support/lambda-runtime";
import type { PackagedService } from "../support/package-service";

const FIRST = `-- migrate:up
CREATE TABLE first (n INT);
-- migrate:down
DROP TABLE first;
`;
/** Five statements; what has taken effect leaves its number in `tally`. */
const second = (third: string) => `-- migrate:up
CREATE TABLE tally (statement INT);
INSERT INTO tally (statement) VALUES (2);

-- The third of five.
${third};
INSERT INTO tally (statement) VALUES (4);
INSERT INTO tally (statement) VALUES (5);
-- migrate:down
DROP TABLE tally;
`;
const THROWS = `
export async function up({ context }) {
  await context.query("CREATE TABLE made_before (n INT)");
  throw new RangeError("the price of 3 articles is negative");
}
`;

/** As unlike a name as a file system allows. */
const ODD = `01_it's "odd" 名前 🙈 \`b\` $x; --`;

type Kind = "broken" | "corrected" | "odd" | "otherwise" | "throws";
const FOLDERS: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  broken: { "01_first.sql": FIRST, "02_second.sql": second("ALTER TABEL tally ADD COLUMN extra INT") },
  corrected: { "01_first.sql": FIRST, "02_second.sql": second("ALTER TABLE tally ADD COLUMN extra INT") },
  odd: { [`${ODD}.sql`]: FIRST },
  otherwise: { "01_first.sql": FIRST.replace("(n INT)", "(n BIGINT)") },
  throws: { "01_throws.ts": THROWS },
};

const services = new Map<Kind, PackagedService>();
const deployments: Deployment[] = [];
let database: TestDatabase;

beforeAll(async () => {
  for (const kind of Object.keys(FOLDERS) as Kind[]) services.set(kind, await packageMigrations(FOLDERS[kind]));
}, RUNTIME_BUILD_MS);

beforeEach(async () => {
  database = await createTestDatabase();
});

afterEach(async () => {
  const { password, hostname } = new URL(database.url);
  const said = deployments.map((deployment) => deployment.said()).join("\n");
  await Promise.all(deployments.splice(0).map((deployment) => deployment.stop()));
  for (const secret of [password, hostname]) expect(said).not.toContain(secret);
});

async function deployed(kind: Kind): Promise<Deployment> {
  const service = services.get(kind);
  if (!service) throw new Error(`${kind} was not packaged`);
  const deployment = await deploy(service, { DATABASE_URL: database.url });
  deployments.push(deployment);
  return deployment;
}

const column = async (sql: string) => (await database.query(sql)).map((row) => Object.values(row)[0]);
const tally = () => column("SELECT statement FROM tally ORDER BY statement");
const applied = () => column("SELECT name FROM migration ORDER BY id");

describe("a syntax error in statement 3 of 5", () => {
  test("fails the invocation, which says where and what now", async () => {
    const { functionError, payload } = await (await deployed("broken")).invoke<FunctionError>("migrate");
    expect([functionError, payload.errorType]).toEqual(["Unhandled", "MigrationFailed"]);
    expect(payload.errorMessage).toMatch(
      /^02_second failed at statement 3 \(02_second\.sql:6\): You have an error in your SQL syntax/,
    );
    expect(payload.errorMessage).toMatch(/\nCorrect statement 3 and call again\. .*2 of 5.* is not run again\.\n/);
  });

  test("is a problem of status 500 over HTTP, with the statement's text and place", async () => {
    const { status, headers, body } = await (await deployed("broken")).http("GET /migrate");
    expect([status, headers["Content-Type"]]).toEqual([500, "application/problem+json"]);
    expect(body).toMatchObject({ code: "MIGRATION_FAILED", outcome: "failed", remaining: ["02_second"] });
    expect(body.done?.map(({ name }) => name)).toEqual(["01_first"]);
    expect(body.failure).toMatchObject({
      migration: "02_second",
      code: "ER_PARSE_ERROR",
      file: "02_second.sql",
      line: 6,
      statement: 3,
      statements: 5,
      applied: 2,
      sql: "ALTER TABEL tally ADD COLUMN extra INT",
    });
  });

  test("leaves on record exactly what was done", async () => {
    const deployment = await deployed("broken");
    const { runId } = (await deployment.http("GET /migrate")).body;
    expect(await applied()).toEqual(["01_first"]);
    expect(await tally()).toEqual([2]);
    expect(await database.query("SELECT name, statement FROM migration_step WHERE id = 1")).toEqual([
      { name: "02_second", statement: 2 },
    ]);
    expect(await database.query("SELECT runId, outcome FROM migration_run")).toEqual([{ runId, outcome: "failed" }]);
    const { status, body } = await deployment.http("GET /status");
    expect([status, body.inProgress]).toMatchObject([200, { name: "02_second", statement: 3, statements: 5, runId }]);
  });

  test("fails again while it is there; what stands before it is not run again", async () => {
    const deployment = await deployed("broken");
    await deployment.http("GET /migrate");
    const { status, body } = await deployment.http("GET /migrate");
    expect([status, body.failure?.statement, body.failure?.applied]).toEqual([500, 3, 2]);
    expect(await tally()).toEqual([2]);
  });

  test("is gone on from once it is corrected: every statement has taken effect once", async () => {
    await (await deployed("broken")).http("GET /migrate");
    const { status, body } = await (await deployed("corrected")).http("GET /migrate");
    expect([status, body.done]).toMatchObject([200, [{ name: "02_second", recovered: true }]]);
    expect(await tally()).toEqual([2, 4, 5]);
    expect(await column("SHOW COLUMNS FROM tally")).toEqual(["statement", "extra"]);
    expect(await applied()).toEqual(["01_first", "02_second"]);
    expect(await column("SELECT name FROM migration_step WHERE id = 1")).toEqual([null]);
  });
});

describe("a migration that throws", () => {
  test("fails the invocation with its own words, and is recorded as begun, not as applied", async () => {
    const { payload } = await (await deployed("throws")).invoke<FunctionError>("migrate");
    expect(payload.errorType).toBe("MigrationFailed");
    expect(payload.errorMessage).toMatch(/^01_throws failed: the price of 3 articles is negative\nCorrect it/);
    expect(await applied()).toEqual([]);
    expect(await column("SELECT name FROM migration_step WHERE id = 1")).toEqual(["01_throws"]);
  });

  test("is a problem of status 500 over HTTP that names the file", async () => {
    const { status, body } = await (await deployed("throws")).http("GET /migrate");
    expect([status, body.code]).toEqual([500, "MIGRATION_FAILED"]);
    expect(body.failure).toMatchObject({ file: "01_throws.ts", message: "the price of 3 articles is negative" });
  });
});

describe("an applied migration whose file", () => {
  beforeEach(async () => {
    expect((await (await deployed("corrected")).http("GET /migrate")).status).toBe(200);
  });

  test("has vanished is reported as ahead; one that has changed, as changed", async () => {
    const { status, body } = await (await deployed("otherwise")).http("GET /status");
    expect(status).toBe(200);
    expect(body).toMatchObject({ ahead: ["02_second"], changed: ["01_first"], problems: [{ code: "CHANGED" }] });
  });

  test("has changed refuses to migrate, naming it, and runs nothing", async () => {
    const deployment = await deployed("otherwise");
    const { status, body } = await deployment.http("GET /migrate");
    expect([status, body.code]).toEqual([409, "CHANGED"]);
    expect(body.problems).toMatchObject([{ code: "CHANGED", migration: "01_first", file: "01_first.sql" }]);
    const { payload } = await deployment.invoke<FunctionError>("migrate");
    expect([payload.errorType, payload.errorMessage]).toEqual([
      "MigrationRefused",
      expect.stringMatching(/^.*01_first/),
    ]);
    expect(await applied()).toEqual(["01_first", "02_second"]);
  });

  test("has vanished or changed is reverted with the down that was kept", async () => {
    const { status, body } = await (await deployed("otherwise")).http("POST /rollback", '{"steps":2}');
    expect([status, body.done?.map(({ name }) => name)]).toEqual([200, ["02_second", "01_first"]]);
    expect(await applied()).toEqual([]);
    expect(await column("SHOW TABLES LIKE 'tally'")).toEqual([]);
  });
});

test("a name with quotes, spaces and unicode is kept as it is, and no part of any statement", async () => {
  const deployment = await deployed("odd");
  const forth = await deployment.http("POST /migrate", JSON.stringify({ to: ODD }));
  expect([forth.status, forth.body.done]).toMatchObject([200, [{ name: ODD, direction: "up" }]]);
  expect(await applied()).toEqual([ODD]);
  const back = await deployment.http("POST /rollback");
  expect([back.status, back.body.done]).toMatchObject([200, [{ name: ODD, direction: "down" }]]);
  expect(await applied()).toEqual([]);
});
