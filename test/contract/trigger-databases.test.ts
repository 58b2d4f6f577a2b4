import type { Report, Summary, Unreached } from "../../lib/report";
import { summary } from "../../lib/summary";
import { httpTrigger } from "../../lib/trigger/http";
import type { HttpResponse } from "../../lib/trigger/http-answer";
import { invokeTrigger } from "../../lib/trigger/invoke";
import { restEvent } from "../support/deployment";
import { play, reportOf } from "./trigger";

const trigger = httpTrigger({
  "GET /migrate": "migrate",
  "POST /migrate": "migrate",
  "POST /rollback": "rollback",
  "GET /status": "status",
  "POST /cancel": "cancel",
});

async function request(line: string, body?: string, script: Report | Summary = reportOf("done")) {
  const { answer, asked, runIds } = await play(trigger, restEvent(line, body), { script });
  const { statusCode: status, headers, body: text } = answer as HttpResponse;
  return { status, headers, body: JSON.parse(text), command: asked[0]?.command, runIds };
}

const of = (database: string, outcome: Report["outcome"]) => ({ ...reportOf(outcome), database });
const unreached = (code: Unreached["code"]): Unreached => ({ database: "u", code, message: "No.", advice: "Look." });

function summaryOf(databases: Summary["databases"], notStarted: readonly string[] = []): Summary {
  const head = { runId: "run-1", action: "migrate", startedAt: "2026-01-01T00:00:00.000Z" };
  return summary(head, { databases, notStarted });
}

describe("a Command over HTTP", () => {
  test.each([
    ["GET /migrate?database=orders", undefined, { action: "migrate", database: "orders" }],
    ["GET /migrate?database=7", undefined, { action: "migrate", database: "7" }],
    ["GET /migrate?databases=tenant_*", undefined, { action: "migrate", databases: "tenant_*" }],
    ["GET /status?databases=a%2Cb%20c", undefined, { action: "status", databases: "a,b c" }],
    [
      "POST /migrate",
      '{"databases":"a,b_*","onFailure":"stop","to":"01_first"}',
      { action: "migrate", databases: "a,b_*", onFailure: "stop", to: "01_first" },
    ],
    ["POST /rollback", '{"databases":"*","steps":2}', { action: "rollback", databases: "*", steps: 2 }],
    ["POST /rollback", "{}", { action: "rollback", steps: 1 }],
    ["POST /cancel", '{"database":"a"}', { action: "cancel", database: "a" }],
  ])("%s %s", async (line, body, command) => {
    expect((await request(line, body)).command).toEqual(command);
  });

  test.each([
    ["GET /migrate?database=", undefined, "`database` must be the name of a database"],
    ["GET /migrate?database=a&databases=b", undefined, "Give `database` or `databases`, not both"],
    ["GET /migrate?databases=", undefined, "`databases` must be names and patterns"],
    ["GET /migrate?databases=a,,b", undefined, "`databases` has a comma with no name beside it"],
    ["GET /migrate?databases=a,", undefined, "`databases` has a comma with no name beside it"],
    ["GET /migrate?onFailure=stop", undefined, "`onFailure` goes with `databases`"],
    ["GET /migrate?databases=a&onFailure=later", undefined, '`onFailure` must be "continue" or "stop"'],
    ["GET /status?databases=a&runId=r", undefined, "`status` tells of a `runId` in one `database`"],
    ["GET /migrate?Databases=a", undefined, 'Unknown key "Databases"'],
    ["POST /migrate", '{"database":["a"]}', "`database` must be the name of a database"],
    ["POST /migrate", '{"database":null}', "`database` must be the name of a database"],
    ["POST /migrate", '{"database":"a\\u0000b"}', "`database` must be the name of a database"],
    ["POST /migrate", '{"database":"a\\nb"}', "`database` must be the name of a database"],
    ["POST /migrate", `{"database":"${"x".repeat(65)}"}`, "`database` must be at most 64 characters"],
    ["POST /migrate", '{"databases":["a","b"]}', "`databases` must be names and patterns"],
    ["POST /migrate", '{"databases":true}', "`databases` must be names and patterns"],
    ["POST /migrate", '{"databases":"a","onFailure":null}', '`onFailure` must be "continue" or "stop"'],
    ["POST /cancel", '{"databases":"*"}', 'Unknown key "databases"'],
    ["POST /cancel", '{"onFailure":"stop"}', 'Unknown key "onFailure"'],
  ])("%s %s means none: 400", async (line, body, detail) => {
    const { status, body: answered, command } = await request(line, body);
    expect([status, answered.code, command]).toEqual([400, "INVALID_COMMAND", undefined]);
    expect(answered.detail).toContain(detail);
  });
});

describe("the answer for several databases over HTTP", () => {
  test.each([
    ["all done", [of("a", "done"), of("b", "done")], 200, undefined],
    ["one incomplete", [of("a", "done"), of("b", "incomplete")], 202, undefined],
    ["one refused", [of("a", "running"), of("b", "refused")], 409, "REFUSED"],
    ["one failed", [of("a", "refused"), of("b", "failed")], 500, "MIGRATION_FAILED"],
    ["one that could not be reached", [of("a", "done"), unreached("UNREACHABLE")], 503, "UNREACHABLE"],
    ["one failed, and one not reached", [unreached("UNREACHABLE"), of("b", "failed")], 500, "MIGRATION_FAILED"],
    ["one with a table of somebody else's", [of("a", "done"), unreached("FOREIGN_TABLE")], 409, "FOREIGN_TABLE"],
  ] as const)("with %s", async (_, databases, status, code) => {
    const answer = await request("GET /migrate?databases=*", undefined, summaryOf(databases));
    expect([answer.status, answer.body.code, answer.body.databases]).toEqual([status, code, databases]);
    expect(answer.headers["Retry-After"] !== undefined).toBe([202, 503].includes(status));
    expect(answer.headers["Content-Type"]).toBe(status < 300 ? "application/json" : "application/problem+json");
  });

  test("is 202 while some have not been begun", async () => {
    const script = summaryOf([of("a", "done")], ["b"]);
    expect(await request("GET /migrate?databases=*", undefined, script)).toMatchObject({
      status: 202,
      body: { outcome: "incomplete", notStarted: ["b"] },
    });
  });

  test("of status is found whatever it says, unless one could not be asked", async () => {
    const found = summaryOf([of("a", "running"), of("b", "done")]);
    expect((await request("GET /status?databases=*", undefined, found)).status).toBe(200);
    const lost = summaryOf([of("a", "done"), unreached("ACCESS_DENIED")]);
    expect((await request("GET /status?databases=*", undefined, lost)).status).toBe(503);
  });
});

describe("a direct call for several databases", () => {
  const invoke = (script: Summary) => play(invokeTrigger("migrate"), { databases: "*" }, { script });

  test.each(["done", "running", "incomplete"] as const)("gives the Summary when the worst is %s", async (outcome) => {
    const script = summaryOf([of("a", "done"), of("b", outcome)]);
    expect((await invoke(script)).answer).toEqual(script);
  });

  test("fails when one has failed: the sentence first, each that failed with its way out, the Summary last", async () => {
    const script = summaryOf([of("a", "done"), of("b", "failed"), of("c", "refused"), unreached("UNREACHABLE")]);
    const { name, message } = (await invoke(script)).error as Error;
    expect(name).toBe("MigrationFailed");
    expect(message.split("\n")).toEqual([
      "4 databases: 1 done, 1 refused (c: This is refused), 2 failed (b: This is failed; u: No).",
      "b: This is failed.",
      "Correct it.",
      "c: This is refused.",
      "- 02_second has changed. (02_second.sql:4) Restore the file.",
      "u: No.",
      "Look.",
      JSON.stringify(script),
    ]);
  });

  test("is refused where the worst is a refusal", async () => {
    const { error } = await invoke(summaryOf([of("a", "done"), of("b", "refused")]));
    expect((error as Error).name).toBe("MigrationRefused");
  });
});
