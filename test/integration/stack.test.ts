import { createTestDatabase, type TestDatabase } from "../support/database";
import { packageMigrations } from "../support/deployment";
import { createLambdaHost, type LambdaHost } from "../support/lambda-host";
import { RUNTIME_BUILD_MS } from "../support/lambda-runtime";
import type { PackagedService } from "../support/package-service";
import { createStack, type Stack, type StackOptions } from "../support/stack";

const ONE = "-- migrate:up\nCREATE TABLE one (id INT);\n-- migrate:down\nDROP TABLE one;\n";
const TWO = "-- migrate:up\n-- migration: post\nCREATE TABLE two (id INT);\n-- migrate:down\nDROP TABLE two;\n";
const BROKEN =
  "-- migrate:up\nCREATE TABLE half (id INT);\nINSERT INTO nowhere VALUES (1);\n-- migrate:down\nDROP TABLE half;\n";

/** The same service at three times. */
let first: PackagedService;
let broken: PackagedService;
let slow: PackagedService;
let database: TestDatabase;
let host: LambdaHost;
let stack: Stack;
let hosts: LambdaHost[] = [];

beforeAll(async () => {
  first = await packageMigrations({ "01_one.sql": ONE, "02_two.sql": TWO });
  broken = await packageMigrations({ "01_one.sql": ONE, "02_two.sql": TWO, "03_broken.sql": BROKEN });
  slow = await packageMigrations({ "01_slow.sql": "DO SLEEP(5);\n" });
}, RUNTIME_BUILD_MS);

beforeEach(async () => {
  database = await createTestDatabase();
});

afterEach(async () => {
  stack.close();
  await Promise.all(hosts.map((each) => each.stop()));
  hosts = [];
});

/** What CloudFormation does with the functions before it comes to the custom resource. */
async function deployed(service: PackagedService, timeoutSeconds = 60) {
  const functions = service.deployed({ DATABASE_URL: database.url });
  const { name } = service.function("deployment");
  const deployment = functions[name];
  host = await createLambdaHost({
    functions: { ...functions, ...(deployment && { [name]: { ...deployment, timeoutSeconds } }) },
  });
  hosts.push(host);
}

async function start(options: Partial<StackOptions> = {}) {
  const { name } = first.function("deployment");
  stack = await createStack({ call: (event) => host.invoke(name, event, { type: "Event" }), ...options });
}

const properties = (digest: string, built: string) => ({
  Functions: first.function("migrate").name.replace(/-migrate$/, ""),
  Digest: digest,
  Built: `2026-01-0${built}T00:00:00.000Z`,
});

/** Of the migrations that a service was packaged with, as the function says. */
async function digest(): Promise<string> {
  const { payload } = await host.invoke<{ readonly set: string }>(first.function("status").name, {});
  return payload.set;
}

const tables = async () =>
  (
    await database.query<{ name: string }>(
      "SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY 1",
    )
  )
    .map(({ name }) => name)
    .filter((name) => !name.startsWith("migration"));

const runs = () => database.query("SELECT runId FROM migration_run");

test("a new stack migrates, and a template with the same migrations does not", async () => {
  await deployed(first);
  await start();
  const now = await digest();
  const created = await stack.create(properties(now, "1"));
  expect(created).toMatchObject({ Status: "SUCCESS", Reason: "2 applied." });
  expect(await tables()).toEqual(["one", "two"]);
  await database.query("DROP TABLE migration");
  const updated = await stack.update(properties(now, "2"));
  expect(updated).toMatchObject({ Status: "SUCCESS", PhysicalResourceId: created.PhysicalResourceId });
  expect(await tables()).toEqual(["one", "two"]);
});

test("a migration that fails fails the stack, says why, and the way back touches nothing", async () => {
  await deployed(first);
  await start();
  await stack.create(properties(await digest(), "1"));
  await deployed(broken);
  const failed = await stack.update(properties(await digest(), "2"));
  expect(failed.Status).toBe("FAILED");
  expect(failed.Reason).toContain("03_broken failed at statement 2 (03_broken.sql:3)");
  expect(failed.Reason).toContain("/aws/lambda/");
  expect(stack.largest()).toBeLessThanOrEqual(4_096);
  expect(stack.answers).toHaveLength(3);
  expect(stack.answers[2]).toMatchObject({ Status: "SUCCESS", Reason: expect.stringContaining("goes back") });
  expect(await tables()).toEqual(["half", "one", "two"]);
  expect(await stack.delete()).toMatchObject({ Status: "SUCCESS" });
  expect(await tables()).toEqual(["half", "one", "two"]);
});

test("a request that comes twice is one run, and an answer that is lost is sent again", async () => {
  await deployed(first);
  await start({ times: 2, lost: 1 });
  expect(await stack.create(properties(await digest(), "1"))).toMatchObject({ Status: "SUCCESS" });
  await host.settled();
  expect(await runs()).toHaveLength(1);
});

test("before the code goes live what is for afterwards waits", async () => {
  await deployed(first);
  await start();
  const answer = await stack.create({ ...properties(await digest(), "1"), Phase: "pre" });
  expect(answer).toMatchObject({ Status: "SUCCESS" });
  expect(await tables()).toEqual(["one"]);
});

test("a run that lasts longer than the function may is waited for by another call of it", async () => {
  await deployed(slow, 33);
  await start();
  const answer = await stack.create(properties(await digest(), "1"));
  expect(answer).toMatchObject({ Status: "SUCCESS" });
  expect(host.logs(first.function("deployment").name)).toContain("goes on in another call");
  expect(await runs()).toHaveLength(1);
});

test("a run for which the stack cannot wait is no success, and how to go on is said", async () => {
  await deployed(slow);
  await start();
  const { Status, Reason } = await stack.create({ ...properties(await digest(), "1"), Patience: 2 });
  expect(Status).toBe("FAILED");
  expect(Reason).toMatch(/still running.*status of run cloudformation-[\w-]+ says done/);
});

test.each([
  ["functions with other migrations", { Digest: "0".repeat(64) }, "DependsOn"],
  ["functions that are not there", { Functions: "elsewhere" }, "ResourceNotFoundException"],
  ["no functions", { Functions: "" }, "Functions is not the name of functions"],
  ["a phase that there is not", { Phase: "during" }, "Phase is neither pre nor post"],
])("a stack with %s fails at once", async (_what, wrong, reason) => {
  await deployed(first);
  await start();
  const answer = await stack.create({ ...properties(await digest(), "1"), ...wrong });
  expect(answer).toMatchObject({ Status: "FAILED", Reason: expect.stringContaining(reason) });
  expect(await tables()).toEqual([]);
});
