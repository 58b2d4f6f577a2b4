import type { Report } from "../../lib/report";
import { type CommandLineOptions, CTRL_C, commandLine, openTerminal } from "../support/command-line";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { type Deployment, deploy, packageMigrations } from "../support/deployment";
import { RUNTIME_BUILD_MS } from "../support/lambda-runtime";
import { startLogsDouble } from "../support/logs-double";
import type { PackagedService } from "../support/package-service";

const FILES = {
  "01_one.sql": "-- migrate:up\nCREATE TABLE one (id INT);\n-- migrate:down\nDROP TABLE one;\n",
  "02_slow.sql": "-- migrate:up\nDO SLEEP((SELECT seconds FROM pace));\n-- migrate:down\nDO 0;\n",
  "03_last.sql": "-- migrate:up\nCREATE TABLE last (id INT);\n-- migrate:down\nDROP TABLE last;\n",
};
const NAMES = ["01_one", "02_slow", "03_last"];

let service: PackagedService;
let database: TestDatabase;
let deployment: Deployment;
let options: CommandLineOptions;
let target: readonly string[];

beforeAll(async () => {
  service = await packageMigrations(FILES);
}, RUNTIME_BUILD_MS);

beforeEach(async () => {
  database = await createTestDatabase();
  await database.query("CREATE TABLE pace AS SELECT 2 AS seconds");
  deployment = await deploy(service, { DATABASE_URL: database.url });
  const env = {
    AWS_ENDPOINT_URL_LAMBDA: deployment.endpoint,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  };
  options = { env };
  target = ["--function", service.function("migrate").name, "--region", "eu-central-1"];
});

afterEach(() => deployment.stop());

const run = (...args: readonly string[]) => commandLine([...args, ...target], options);

test("Ctrl-C leaves a run, which goes on, and what is then said to be typed comes back to it", async () => {
  await database.query("UPDATE pace SET seconds = 10");
  const first = openTerminal(["migrate", ...target], options);
  await first.until(
    /█+░+ {2}1 of 3 [\s\S]*✔ (?:01_one|1 before)[\s\S]*▶ 02_slow {2}statement 1 of 1 {2}\d\.\d s[\s\S]*DO SLEEP\([\s\S]*· 03_last/,
  );
  first.type(CTRL_C);
  expect((await first.ended).code).toBe(5);
  const [, again = ""] = /Watch it: migration-lambda (.*)/.exec(first.shown()) ?? [];
  expect(again).toMatch(/^status --run [\w-]+ --watch --function [\w-]+ --region eu-central-1/);
  const second = openTerminal(again.trim().split(" "), options);
  await second.until(/1 of 3[\s\S]*▶ 02_slow/);
  expect((await second.ended).code).toBe(0);
  expect(second.shown()).toMatch(/✔ 01_one[\s\S]*✔ 02_slow[\s\S]*✔ 03_last[\s\S]*3 applied\./);
});

test("with --json there is the Report and nothing else", async () => {
  const { code, out, error } = await run("migrate", "--json");
  expect([code, error]).toEqual([0, ""]);
  expect((JSON.parse(out) as Report).done.map(({ name }) => name)).toEqual(NAMES);
});

test("without a terminal there is a line for the run, for where it is, and for each migration", async () => {
  const { code, out, error } = await run("migrate");
  expect(code).toBe(0);
  expect(error).toMatch(/^Run [\w-]+ begins\.\n[\s\S]*: 02_slow \(2 of 3\), statement 1 of 1, \d\.\d s\n/);
  expect(out).toMatch(/^✔ 01_one {3}\d+\.\d s\n✔ 02_slow {2}\d+\.\d s\n✔ 03_last {2}\d+\.\d s\n✔ 3 applied\.\n$/);
});

test("a plan is shown, and just that is run; when it is run again, it is not what the plan has shown", async () => {
  const plan = await run("plan", "--steps", "1");
  expect(plan.out).toMatch(/^01_one {2}to apply {2}01_one\.sql\n {3}1 {3}CREATE TABLE one \(id INT\)\n/);
  const [, again = ""] = /Run just this: migration-lambda (.*)/.exec(plan.out) ?? [];
  expect(again).toMatch(/^migrate --steps 1 --plan /);
  expect(await commandLine(again.split(" "), options)).toMatchObject({
    code: 0,
    out: expect.stringContaining("✔ 01_one"),
  });
  const changed = await commandLine(again.split(" "), options);
  expect(changed).toMatchObject({ code: 4, error: expect.stringContaining("not what the plan has shown") });
});

test("a migration that fails is an exit code of its own, with the statement and what to do", async () => {
  await database.query("CREATE TABLE one (id INT)");
  const { code, error } = await run("migrate");
  expect(code).toBe(1);
  expect(error).toMatch(/✖ 01_one failed at statement 1 \(01_one\.sql:2\)[\s\S]*CREATE TABLE one[\s\S]*call again/);
  expect(error).toMatch(/Log: migration-lambda logs --run [\w-]+ --function /);
});

test("having had nothing to do is told apart where that is asked for", async () => {
  await run("migrate", "--to", "01_one");
  expect(await run("migrate", "--to", "01_one")).toMatchObject({ code: 0, out: "✔ Nothing to do.\n" });
  expect(await run("migrate", "--to", "01_one", "--detailed-exit-code")).toMatchObject({ code: 3 });
});

test.each([
  ["a function that is not there", ["--function", "nothing", "--region", "eu-central-1"], /Look at the name/],
  ["a region that nothing says", ["--function", "nothing"], /Name the region/],
])("%s cannot be connected to", async (_, elsewhere, message) => {
  const { code, error } = await commandLine(["status", ...elsewhere], options);
  expect([code, error]).toEqual([6, expect.stringMatching(message)]);
});

test("what a run has logged is shown by its id", async () => {
  await run("migrate", "--to", "01_one", "--run", "by-hand");
  await run("migrate", "--to", "02_slow", "--run", "another");
  const double = await startLogsDouble({ [`/aws/lambda/${service.function("migrate").name}`]: deployment.logs() });
  try {
    const env = { ...options.env, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: double.url };
    const { code, out } = await commandLine(["logs", "--run", "by-hand", ...target], { env });
    expect(code).toBe(0);
    expect(out).toMatch(/INFO {2}started \{"steps":1,"first":\["01_one"\]/);
    expect(out).not.toContain("02_slow");
  } finally {
    double.stop();
  }
});
