import { setTimeout as wait } from "node:timers/promises";
import { createLambda } from "../../lib/remote/lambda";
import { functionNames } from "../../lib/remote/names";
import { createRemote } from "../../lib/remote/remote";
import type { Report } from "../../lib/report";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { type Deployment, deploy, packageMigrations } from "../support/deployment";
import { RUNTIME_BUILD_MS } from "../support/lambda-runtime";
import type { PackagedService } from "../support/package-service";

const FILES = {
  "01_one.sql": "-- migrate:up\nCREATE TABLE one (id INT);\n-- migrate:down\nDROP TABLE one;\n",
  "02_slow.sql": "-- migrate:up\nDO SLEEP(2);\n-- migrate:down\nDO 0;\n",
};

let service: PackagedService;
let database: TestDatabase;
let deployment: Deployment;

beforeAll(async () => {
  service = await packageMigrations(FILES);
}, RUNTIME_BUILD_MS);

beforeEach(async () => {
  database = await createTestDatabase();
  deployment = await deploy(service, { DATABASE_URL: database.url });
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_LAMBDA: deployment.endpoint,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  });
});

afterEach(() => deployment.stop());

const pace = { first: 100, most: 300, silence: 20_000 };

function remote(name = service.function("migrate").name) {
  return createRemote({ names: functionNames(name), lambda: createLambda("eu-central-1"), pace });
}

/** How often a function was called. */
function calls(text: string): number {
  return deployment
    .logs()
    .split("\n")
    .filter((line) => line.includes(text)).length;
}

/** What a client sees of a run that goes on. */
function watching() {
  const seen: Report[] = [];
  const leave = new AbortController();
  return { seen, leave, watch: { signal: leave.signal, onProgress: (report: Report) => seen.push(report) } };
}

test("a command is carried out and its Report is that of the run", async () => {
  const report = (await remote().run({ action: "migrate" })) as Report;
  expect(report).toMatchObject({ action: "migrate", outcome: "done", remaining: [] });
  expect(report.done.map(({ name }) => name)).toEqual(["01_one", "02_slow"]);
  expect(await remote().run({ action: "status", runId: report.runId })).toEqual(report);
});

test("what has nothing to do starts nothing", async () => {
  await remote().run({ action: "migrate" });
  const started = calls('"message":"finished"');
  expect(await remote().run({ action: "migrate" })).toMatchObject({ outcome: "done", message: "Nothing to do." });
  // The plan that was asked for has finished too.
  expect(calls('"message":"finished"')).toBe(started + 1);
});

test("a run that goes on is seen at its statement, can be left, and be come back to", async () => {
  const { seen, leave, watch } = watching();
  const running = remote().run({ action: "migrate", runId: "by-hand" }, watch);
  while (!seen.some(({ inProgress }) => inProgress?.name === "02_slow")) await wait(20);
  leave.abort();
  expect(await running).toMatchObject({ runId: "by-hand", outcome: "running" });
  expect(await remote().attach({ runId: "by-hand" })).toMatchObject({ runId: "by-hand", outcome: "done" });
});

test("a run whose Lambda is killed is gone on with", async () => {
  const { seen, watch } = watching();
  const running = remote().run({ action: "migrate", runId: "killed" }, watch);
  while (!seen.some(({ inProgress }) => inProgress?.name === "02_slow")) await wait(20);
  await deployment.kill("migrate");
  const report = (await running) as Report;
  expect(report).toMatchObject({ runId: "killed", outcome: "done", remaining: [] });
  expect(report.done.map(({ name }) => name)).toEqual(["01_one", "02_slow"]);
  expect(await database.query("SELECT name FROM migration")).toHaveLength(2);
});

test("the same run id again gives the run's own Report, and starts nothing", async () => {
  const first = await remote().run({ action: "migrate", runId: "once" });
  expect(await remote().run({ action: "migrate", runId: "once" })).toEqual(first);
});

test("a failed run is a Report that says why", async () => {
  await database.query("CREATE TABLE one (id INT)");
  const report = await remote().run({ action: "migrate" });
  expect(report).toMatchObject({ outcome: "failed", failure: { migration: "01_one", statement: 1 } });
});

test("another action is answered by its own function", async () => {
  await remote().run({ action: "migrate" });
  const report = await remote().run({ action: "rollback", steps: 2 });
  expect(report).toMatchObject({
    action: "rollback",
    outcome: "done",
    done: [{ name: "02_slow" }, { name: "01_one" }],
  });
});

test("a refusal of a function keeps its code and its advice", async () => {
  await expect(remote().run({ action: "migrate", database: "elsewhere" })).rejects.toMatchObject({
    code: "INVALID_COMMAND",
    advice: expect.stringContaining("DATABASES"),
  });
});

test("a function that is not there is told of as such", async () => {
  await expect(remote("nothing").run({ action: "migrate" })).rejects.toMatchObject({
    code: "NOT_INVOKED",
    advice: expect.stringContaining("Look at the name"),
  });
});

test("a server that is not Lambda's, or none, is no answer", async () => {
  process.env.AWS_ENDPOINT_URL_LAMBDA = "http://127.0.0.1:1";
  await expect(remote().run({ action: "status" })).rejects.toMatchObject({ code: "FUNCTION_FAILED" });
});

test("who leaves before anything was started has started nothing", async () => {
  const signal = AbortSignal.abort();
  expect(await remote().run({ action: "migrate" }, { signal })).toMatchObject({ outcome: "incomplete", done: [] });
  expect(await remote().run({ action: "status" })).toMatchObject({ applied: [], remaining: ["01_one", "02_slow"] });
});
