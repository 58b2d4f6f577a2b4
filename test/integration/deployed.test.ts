import type { Report } from "../../lib/report";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { type Deployment, deploy, type FunctionError, type FunctionName } from "../support/deployment";
import { RUNTIME_BUILD_MS } from "../support/lambda-runtime";
import { packageService } from "../support/package-service";
import { type CommandResult, slsInvoke, slsPayload } from "../support/serverless";

const INVOKE_MS = 60_000;
const OURS = ["00_create-user-table", "01_create-role-table", "02_create-session-table"];

let database: TestDatabase;
let deployment: Deployment;

beforeAll(async () => {
  const service = await packageService();
  database = await createTestDatabase();
  deployment = await deploy(service, { DATABASE_URL: database.url });
}, RUNTIME_BUILD_MS);

afterEach(() => {
  const { password, hostname } = new URL(database.url);
  for (const secret of [password, hostname]) expect(deployment.said()).not.toContain(secret);
});

afterAll(() => deployment.stop());

describe("sls invoke", () => {
  const sls = (name: string, data?: unknown) => slsInvoke(deployment.endpoint)(name, data);
  const report = ({ stdout }: CommandResult) => slsPayload(stdout) as Report;

  test(
    "-f status tells what is pending, and creates nothing",
    async () => {
      const result = await sls("status");
      expect(result.exitCode).toBe(0);
      expect(report(result)).toMatchObject({ outcome: "done", remaining: OURS, applied: [] });
      expect(await database.query("SHOW TABLES")).toEqual([]);
    },
    INVOKE_MS,
  );

  test(
    "-f migrate applies what is pending, and prints the Report",
    async () => {
      const result = await sls("migrate");
      expect(result.exitCode).toBe(0);
      expect(report(result)).toMatchObject({ outcome: "done", action: "migrate", message: "3 applied." });
      expect(report(result).done.map(({ name }) => name)).toEqual(OURS);
      expect(await applied()).toEqual(OURS);
    },
    INVOKE_MS,
  );

  test(
    "-f rollback -d '{\"steps\":2}' reverts the two that were applied last",
    async () => {
      const result = await sls("rollback", '{"steps":2}');
      expect(result.exitCode).toBe(0);
      expect(report(result).done).toMatchObject([
        { name: OURS[2], direction: "down" },
        { name: OURS[1], direction: "down" },
      ]);
      expect(await applied()).toEqual(OURS.slice(0, 1));
    },
    INVOKE_MS,
  );

  test(
    "of a command that is refused exits with 1, the reason first",
    async () => {
      const { exitCode, stdout } = await sls("rollback", { steps: -1 });
      expect(exitCode).toBe(1);
      const { errorType, errorMessage } = slsPayload(stdout) as FunctionError;
      expect(errorType).toBe("INVALID_COMMAND");
      expect(errorMessage).toMatch(/^`steps` must be at least 1\.\n/);
      expect(await applied()).toEqual(OURS.slice(0, 1));
    },
    INVOKE_MS,
  );
});

describe("a REST event of API Gateway", () => {
  test("GET /migrate applies what is pending: 200 with the Report, never cached", async () => {
    const { status, headers, body } = await deployment.http("GET /migrate");
    expect(status).toBe(200);
    expect(headers).toMatchObject({ "Content-Type": "application/json", "Cache-Control": "no-store" });
    expect(body.done?.map(({ name }) => name)).toEqual(OURS.slice(1));
    const { applied: rows, remaining } = (await deployment.http("GET /status")).body;
    expect([rows?.map(({ name }) => name), remaining]).toEqual([OURS, []]);
  });

  test("POST /rollback reverts one when no count is given, and POST /migrate with `to` goes so far", async () => {
    const back = await deployment.http("POST /rollback", "");
    expect(back.body.done).toMatchObject([{ name: OURS[2], direction: "down" }]);
    await deployment.http("POST /rollback", '{"step":2}');
    const { status, body } = await deployment.http("POST /migrate", JSON.stringify({ to: OURS[1] }));
    expect([status, body.done?.map(({ name }) => name)]).toEqual([200, OURS.slice(0, 2)]);
  });

  test.each([
    ["a body on GET", "GET /migrate", '{"steps":1}', 400, "A GET takes no body; use POST."],
    ["malformed JSON", "POST /rollback", "{steps:2}", 400, "The body is not valid JSON."],
    ["a body that is no object", "POST /migrate", "null", 400, "The command must be a JSON object."],
    ["a body of 6 MB", "POST /migrate", `{"to":"${"x".repeat(6_000_000)}"}`, 413, "The body is larger than"],
    ["a method that it does not know", "DELETE /migrate", undefined, 405, "/migrate is called with GET or POST."],
  ])("with %s is a problem, and changes nothing", async (_, request, body, status, detail) => {
    const before = await applied();
    const answer = await deployment.http(request, body);
    expect([answer.status, answer.headers["Cache-Control"]]).toEqual([status, "no-store"]);
    expect(answer.body.detail?.startsWith(detail)).toBe(true);
    expect(await applied()).toEqual(before);
  });

  test("the caller's IAM principal is in the audit, and every line of the log carries the run's id", async () => {
    const { status, body } = await deployment.http("POST /migrate", '{"runId":"deploy-7"}');
    expect([status, body.runId]).toEqual([200, "deploy-7"]);
    expect(await database.query("SELECT caller, outcome FROM migration_run WHERE runId = 'deploy-7'")).toEqual([
      { caller: "arn:aws:iam::123456789012:user/somebody", outcome: "done" },
    ]);
    const lines = linesOf(deployment.logs());
    expect(lines.every(({ runId }) => typeof runId === "string")).toBe(true);
    const ours = lines.filter(({ runId }) => runId === "deploy-7").map(({ message }) => message);
    expect(ours).toEqual(["started", "migrated", "finished"]);
  });
});

describe("a payload that means no command is a failed invocation, and changes nothing:", () => {
  const bad: readonly (readonly [string, FunctionName, unknown, string])[] = [
    ["an array", "rollback", [], "The command must be a JSON object."],
    ["a text", "rollback", "2", "The command must be a JSON object."],
    ["a number", "migrate", 2, "The command must be a JSON object."],
    ["steps 0", "rollback", { steps: 0 }, "`steps` must be at least 1."],
    ["steps 1.5", "rollback", { steps: 1.5 }, "`steps` must be a whole number."],
    ['steps "2"', "rollback", { steps: "2" }, "`steps` must be a number."],
    ["steps null", "rollback", { steps: null }, "`steps` must be a number."],
    ["steps 1e9", "rollback", { steps: 1e9 }, "`steps` must be at most 10000."],
    ["steps -1 of migrate", "migrate", { steps: -1 }, "`steps` must be at least 1."],
    ["both steps and step", "rollback", { steps: 1, step: 1 }, "Give `steps` or `step`, not both."],
    ["an unknown key", "rollback", { stpes: 1 }, 'Unknown key "stpes".'],
    ["a key of another command", "status", { steps: 1 }, 'Unknown key "steps".'],
    ["an empty target", "migrate", { to: "" }, "`to` must be the name of a migration."],
    ["a dry run that is a word", "migrate", { dryRun: "yes" }, "`dryRun` must be true or false."],
    ["a run id with a quote", "migrate", { runId: "a'b" }, "`runId` must be 1 to 128"],
    ["a prototype", "migrate", JSON.parse('{"__proto__":{"steps":1}}'), 'Unknown key "__proto__".'],
  ];

  test.each(bad)("%s", async (_, name, payload, message) => {
    const before = await applied();
    const { functionError, payload: error } = await deployment.invoke<FunctionError>(name, payload);
    expect(functionError).toBe("Unhandled");
    expect(error).toMatchObject({ errorType: "INVALID_COMMAND", errorMessage: expect.stringMatching(/^.+\n/) });
    expect(error.errorMessage.startsWith(message)).toBe(true);
    expect(await applied()).toEqual(before);
  });

  test.each([
    "no-such-migration",
    "'; DROP TABLE users; -- ",
    '"quoted" and spaced',
    "名前 ünïcode 🙈",
    "../../etc/passwd",
    "constructor",
  ])("the unknown target %j is refused by name", async (to) => {
    const { payload } = await deployment.invoke<FunctionError>("migrate", { to });
    expect(payload.errorType).toBe("MigrationRefused");
    expect(payload.errorMessage).toContain(JSON.stringify(to));
    const { status, body } = await deployment.http("POST /migrate", JSON.stringify({ to }));
    expect([status, body.code, body.problems?.[0]?.message]).toEqual([
      409,
      "UNKNOWN_TARGET",
      expect.stringContaining(JSON.stringify(to)),
    ]);
    expect(await applied()).toEqual(OURS);
  });
});

async function applied(): Promise<readonly string[]> {
  const rows = await database.query<{ readonly name: string }>("SELECT name FROM migration ORDER BY id");
  return rows.map(({ name }) => name);
}

/** Those that the functions wrote themselves; the rest are Lambda's. */
function linesOf(logs: string): readonly Readonly<Record<string, unknown>>[] {
  return logs
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
}
