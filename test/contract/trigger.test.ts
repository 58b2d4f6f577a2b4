import { httpTrigger } from "../../lib/trigger/http";
import type { HttpResponse } from "../../lib/trigger/http-answer";
import { invokeTrigger } from "../../lib/trigger/invoke";
import { createHandler } from "../../lib/trigger/trigger";
import { restEvent } from "../support/deployment";
import { play, reportOf, triggerContract } from "./trigger";

const S3_EVENT = { Records: [{ eventSource: "aws:s3", s3: { object: { key: "shop/01_first.sql" } } }] };

describe("HTTP", () => {
  triggerContract({
    trigger: httpTrigger({ "GET /migrate": "migrate", "POST /migrate": "migrate", "POST /rollback": "rollback" }),
    events: [
      { title: "GET /migrate", event: restEvent("GET /migrate"), command: { action: "migrate" } },
      {
        title: "POST /migrate with a body",
        event: restEvent("POST /migrate", '{"to":"01_first","runId":"run-1"}'),
        command: { action: "migrate", to: "01_first", runId: "run-1" },
      },
      {
        title: "POST /rollback without a body",
        event: restEvent("POST /rollback"),
        command: { action: "rollback", steps: 1 },
      },
    ],
    foreign: [undefined, null, {}, { steps: 2 }, "GET /migrate", [], S3_EVENT, { httpMethod: 1 }],
    invalid: restEvent("POST /rollback", '{"steps":0}'),
    patienceMs: (remainingMs, httpPatienceMs) => Math.min(remainingMs, httpPatienceMs),
    whenRunning: "answer",
    succeeded: ({ answer }) => (answer as HttpResponse).statusCode < 300,
    shown: ({ answer }) => JSON.stringify(answer).replaceAll("\\n  ", "").replaceAll("\\", ""),
  });
});

describe("direct invocation", () => {
  triggerContract({
    trigger: invokeTrigger("rollback"),
    events: [
      { title: "an empty object", event: {}, command: { action: "rollback", steps: 1 } },
      { title: "a payload with parameters", event: { steps: 2 }, command: { action: "rollback", steps: 2 } },
      { title: "no payload", event: undefined, command: { action: "rollback", steps: 1 } },
      { title: "null", event: null, command: { action: "rollback", steps: 1 } },
      { title: "an empty text", event: "", command: { action: "rollback", steps: 1 } },
      {
        title: "a payload with its action",
        event: { action: "rollback", steps: 2 },
        command: { action: "rollback", steps: 2 },
      },
    ],
    // The last in every function's list: what nobody else recognises is a payload.
    foreign: [],
    invalid: { steps: 0 },
    patienceMs: (remainingMs) => remainingMs,
    whenRunning: "wait",
    succeeded: ({ error }) => error === undefined,
    shown: ({ answer, error }) => JSON.stringify(answer) ?? `${error}`,
  });

  test.each([
    ["failed", "MigrationFailed", "This is failed.\nCorrect it.\n{"],
    [
      "refused",
      "MigrationRefused",
      "This is refused.\n- 02_second has changed. (02_second.sql:4) Restore the file.\n{",
    ],
  ] as const)("a run that %s is an error of its own name, the message first, the Report last", async (...row) => {
    const [outcome, name, message] = row;
    const { error } = await play(invokeTrigger("migrate"), {}, { script: reportOf(outcome) });
    const thrown = error as Error;
    expect([thrown.name, thrown.message.startsWith(message)]).toEqual([name, true]);
    expect(JSON.parse(thrown.message.split("\n").at(-1) ?? "")).toEqual(reportOf(outcome));
  });
});

describe("direct invocation of a function with several actions", () => {
  const trigger = invokeTrigger("migrate", "adopt", "baseline", "cancel", "accept", "settle");
  const asked = async (event: unknown) => (await play(trigger, event, { script: reportOf("done") })).asked[0]?.command;

  test("means the first of them where the payload names none", async () => {
    expect(await asked({ to: "01_first" })).toEqual({ action: "migrate", to: "01_first" });
  });

  test("means the one that the payload names", async () => {
    expect(await asked({ action: "adopt", from: "knex" })).toEqual({ action: "adopt", from: "knex" });
    expect(await asked({ action: "baseline", to: "01_first" })).toEqual({ action: "baseline", to: "01_first" });
    expect(await asked({ action: "cancel", runId: "run-1" })).toEqual({ action: "cancel", runId: "run-1" });
    const accept = { action: "accept", migration: "01_first", reason: "A comma." };
    expect(await asked(accept)).toEqual(accept);
    const settle = { action: "settle", migration: "01_first", statement: 2, as: "applied", reason: "I looked." };
    expect(await asked(settle)).toEqual(settle);
  });

  test.each(["rollback", "nonsense", 1, null])("refuses an action that is not its own: %j", async (action) => {
    const { error, asked: commands } = await play(trigger, { action }, { script: reportOf("done") });
    expect(commands).toEqual([]);
    expect(error).toMatchObject({
      name: "INVALID_COMMAND",
      message: expect.stringContaining("migrate or adopt or baseline"),
    });
  });
});

describe("a function", () => {
  const one = (title: string, recognised: boolean) => ({
    recognises: () => recognised,
    handle: async () => title,
  });
  const context = { awsRequestId: "1", getRemainingTimeInMillis: () => 1_000 };
  const assemble = () => {
    throw new Error("not needed");
  };

  test("hands an event to the first trigger that recognises it", async () => {
    const handler = createHandler(assemble, [one("a", false), one("b", true), one("c", true)]);
    expect(await handler({}, context)).toBe("b");
  });

  test("says so when none does", async () => {
    await expect(createHandler(assemble, [one("a", false)])({}, context)).rejects.toThrow("cannot be called");
  });
});
