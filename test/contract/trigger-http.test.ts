import type { ErrorCode } from "../../lib/errors";
import { httpTrigger } from "../../lib/trigger/http";
import type { HttpResponse } from "../../lib/trigger/http-answer";
import { restEvent } from "../support/deployment";
import { ERROR_CODES, errorOf, OUTCOMES, play, reportOf } from "./trigger";

const trigger = httpTrigger({
  "GET /migrate": "migrate",
  "POST /migrate": "migrate",
  "POST /rollback": "rollback",
  "POST /adopt": "adopt",
  "POST /baseline": "baseline",
  "POST /cancel": "cancel",
  "POST /accept": "accept",
  "POST /settle": "settle",
  "GET /status": "status",
  "GET /doctor": "doctor",
});

async function answer(event: unknown, script: Parameters<typeof play>[2]["script"] = reportOf("done")) {
  const played = await play(trigger, event, { script });
  const { statusCode, headers, body } = played.answer as HttpResponse;
  return { status: statusCode, headers, body: JSON.parse(body), command: played.asked[0]?.command, call: played.asked };
}

const request = (line: string, body?: string) => answer(restEvent(line, body));
const problem = (status: number, details: object) => ({
  status,
  headers: { "Content-Type": "application/problem+json", "Cache-Control": "no-store" },
  body: { type: "about:blank", title: expect.any(String), status, detail: expect.any(String), ...details },
});

test("a doctor that found something is 503, with the checks that failed as problems", async () => {
  const found = { code: "CHECK_FAILED", message: "There is no route to S3.", advice: "Add an endpoint." } as const;
  const report = { ...reportOf("refused"), problems: [found] };
  expect(await answer(restEvent("GET /doctor?database=shop"), report)).toMatchObject({
    ...problem(503, { code: "CHECK_FAILED", advice: "Add an endpoint.", problems: [found] }),
    command: { action: "doctor", database: "shop" },
  });
});

describe("the status of an answer", () => {
  test.each([
    ["done", 200],
    ["incomplete", 202],
    ["running", 202],
    ["refused", 409],
    ["failed", 500],
  ] as const)("of a run that is %s is %i", async (outcome, status) => {
    expect(await answer(restEvent("GET /migrate"), reportOf(outcome))).toMatchObject({ status });
  });

  const statuses: Readonly<Record<ErrorCode, number>> = {
    INVALID_COMMAND: 400,
    FOREIGN_TABLE: 409,
    INVALID_SETTINGS: 500,
    INVALID_MIGRATIONS: 500,
    UPLOAD_INCOMPLETE: 503,
    STATEMENT_FAILED: 500,
    DIVERGED: 500,
    NOT_REPLAYABLE: 500,
    UNREACHABLE: 503,
    ACCESS_DENIED: 503,
    READ_ONLY: 503,
    CONNECTION_LOST: 503,
    LOCK_LOST: 503,
    IN_USE: 503,
    OUT_OF_DATE: 503,
    MIGRATING: 503,
  };
  test.each(Object.entries(statuses) as [ErrorCode, number][])("of the error %s is %i", async (code, status) => {
    const advice = "Do something.";
    expect(await answer(restEvent("GET /migrate"), errorOf(code))).toMatchObject(problem(status, { code, advice }));
  });

  test.each(["running", "failed", "incomplete"] as const)(
    "of a status that tells of a %s run is 200",
    async (outcome) => {
      expect(await answer(restEvent("GET /status?runId=run-1"), reportOf(outcome))).toMatchObject({ status: 200 });
    },
  );
});

describe("every answer", () => {
  const scripts = [...OUTCOMES.map(reportOf), ...ERROR_CODES.map(errorOf)];
  const events = ["GET /migrate", "GET /nothing", "DELETE /migrate", "GET /status?a=b"].map((line) => restEvent(line));

  test("is JSON that must not be cached, and ends its line", async () => {
    for (const event of events) {
      for (const script of scripts) {
        const { answer } = await play(trigger, event, { script });
        const { headers, body } = answer as HttpResponse;
        expect(headers).toMatchObject({ "Cache-Control": "no-store" });
        expect(headers["Content-Type"]).toMatch(/^application\/(problem\+)?json$/);
        expect(body.endsWith("}\n")).toBe(true);
      }
    }
  });

  test("with 202 or 503, and no other, says when to ask again", async () => {
    for (const script of scripts) {
      const { status, headers } = await answer(restEvent("GET /migrate"), script);
      const expected = [202, 503].includes(status) ? /^[1-9]\d*$/ : /^undefined$/;
      expect(`${headers["Retry-After"]}`).toMatch(expected);
    }
  });

  test("of 400 and above is a problem with the whole Report, if there is one", async () => {
    expect(await answer(restEvent("GET /migrate"), reportOf("failed"))).toMatchObject(
      problem(500, { ...reportOf("failed"), code: "MIGRATION_FAILED", title: "Internal Server Error" }),
    );
    expect(await answer(restEvent("GET /migrate"), reportOf("refused"))).toMatchObject(
      problem(409, { ...reportOf("refused"), code: "CHANGED", title: "Conflict" }),
    );
  });
});

describe("a route", () => {
  test.each(["/", "/nothing", "/migrate/x", "/Migrate", "/constructor"])("%s is unknown: 404", async (path) => {
    const event = { ...restEvent("GET /status"), path };
    expect(await answer(event)).toMatchObject(problem(404, { code: "UNKNOWN_ROUTE" }));
  });

  test("is found behind a base path and before a closing slash", async () => {
    const event = { ...restEvent("GET /migrate"), path: "/dev/migrate/" };
    expect((await answer(event)).command).toEqual({ action: "migrate" });
  });

  test.each([
    ["DELETE /migrate", "GET, POST"],
    ["GET /rollback", "POST"],
    ["POST /status", "GET"],
    ["GET /adopt", "POST"],
    ["GET /baseline", "POST"],
    ["GET /cancel", "POST"],
    ["GET /accept", "POST"],
    ["GET /settle", "POST"],
    ["HEAD /migrate", "GET, POST"],
  ])("called wrongly, %s, is 405 and says with what it is called", async (line, allow) => {
    expect(await request(line)).toMatchObject({
      ...problem(405, { code: "UNKNOWN_METHOD" }),
      headers: { Allow: allow, "Cache-Control": "no-store" },
    });
  });
});

describe("a body", () => {
  test.each(["{", "steps=2", "{'steps':2}", '{"steps":2}}', "\u0000"])("that is not JSON is 400: %j", async (body) => {
    const invalid = problem(400, { code: "INVALID_COMMAND", detail: "The body is not valid JSON." });
    expect(await request("POST /rollback", body)).toMatchObject(invalid);
  });

  test.each(["[]", "null", "2", '"2"', "true"])("that is no object is 400: %s", async (body) => {
    expect(await request("POST /rollback", body)).toMatchObject(problem(400, { code: "INVALID_COMMAND" }));
  });

  test("of a GET is 400", async () => {
    expect(await request("GET /migrate", "{}")).toMatchObject(problem(400, { code: "INVALID_COMMAND" }));
  });

  test.each(["", " \n", undefined])("that is empty stands for no parameters: %j", async (body) => {
    expect((await request("POST /rollback", body)).command).toEqual({ action: "rollback", steps: 1 });
  });

  test("in Base64 is read", async () => {
    const body = Buffer.from('{"steps":2}').toString("base64");
    const event = { ...restEvent("POST /rollback", body), isBase64Encoded: true };
    expect((await answer(event)).command).toEqual({ action: "rollback", steps: 2 });
  });

  test.each(["POST", "GET"])("of 6 MB is refused unread: %s", async (method) => {
    const { status, body } = await request(`${method} /migrate`, `{"to":"${"x".repeat(6_000_000)}"}`);
    expect([status, JSON.stringify(body).length < 1_000]).toEqual([method === "POST" ? 413 : 400, true]);
  });

  test.each([
    ['{"steps":0}', "`steps` must be at least 1"],
    ['{"steps":-1}', "`steps` must be at least 1"],
    ['{"steps":1.5}', "`steps` must be a whole number"],
    ['{"steps":"2"}', "`steps` must be a number"],
    ['{"steps":1e9}', "`steps` must be at most 10000"],
    ['{"steps":1,"step":1}', "Give `steps` or `step`, not both"],
    ['{"stpes":1}', 'Unknown key "stpes"'],
    ['{"__proto__":1}', 'Unknown key "__proto__"'],
  ])("that means no command is 400: %s", async (body, message) => {
    const advice = expect.stringContaining("knows the keys");
    expect(await request("POST /rollback", body)).toMatchObject(problem(400, { detail: `${message}.`, advice }));
  });

  test("with several mistakes is told them all", async () => {
    const { body } = await request("POST /migrate", '{"to":1,"steps":0,"dryRun":1,"x":1}');
    expect(body.problems).toHaveLength(4);
  });
});

describe("the query", () => {
  test("gives a GET its parameters, numbers and truth values as such", async () => {
    const { command } = await request("GET /migrate?to=01_first&steps=2&dryRun=true");
    expect(command).toEqual({ action: "migrate", to: "01_first", steps: 2, dryRun: true });
  });

  test("keeps a text that reads as a number where a text is meant", async () => {
    expect((await request("GET /status?runId=12345")).command).toEqual({ action: "status", runId: "12345" });
    expect((await request("GET /migrate?to=2024")).command).toEqual({ action: "migrate", to: "2024" });
  });

  test.each(["steps=0", "steps=-1", "steps=1.5", "steps=two", "steps=", "steps=1e9", "other=1"])(
    "that means no command is 400: %s",
    async (query) => {
      expect(await request(`GET /migrate?${query}`)).toMatchObject(problem(400, { code: "INVALID_COMMAND" }));
    },
  );

  test("of a POST is 400: parameters there belong into the body", async () => {
    expect(await request("POST /rollback?steps=2")).toMatchObject(problem(400, { code: "INVALID_COMMAND" }));
  });
});

test("the caller's IAM principal is passed on for the audit", async () => {
  const { call } = await request("GET /migrate");
  expect(call[0]?.call.caller).toBe("arn:aws:iam::123456789012:user/somebody");
});
