import { createDeploymentHandler } from "../../lib/deployment/deployment";
import type { Lambda } from "../../lib/remote/lambda";
import { createStack, type Stack } from "../support/stack";

const RUN = { runId: "1", database: "shop", action: "migrate", done: [], remaining: [], problems: [] };
const DONE = { ...RUN, outcome: "done", message: "1 applied." };
const DIGEST = "a".repeat(64);
const PROPERTIES = { Functions: "shop-dev", Digest: DIGEST, Built: "2026-01-01T00:00:00.000Z" };
const LATER = "2026-01-02T00:00:00.000Z";
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

let stack: Stack;
let asked: string[] = [];
let started: string[] = [];

afterEach(() => stack.close());

interface Circumstances {
  /** What is left of the time of the function that the stack calls. */
  readonly remainingMs?: number;
  /** What is otherwise in each request. */
  readonly change?: object;
}

/** A stack, and functions that answer as `answer` says. */
async function start(answer: () => Promise<object>, { remainingMs = 60_000, change = {} }: Circumstances = {}) {
  asked = [];
  started = [];
  const lambda: Lambda = {
    ask: async (name) => {
      asked.push(name);
      return { payload: await answer(), failed: false };
    },
    start: async (name) => {
      started.push(name);
    },
  };
  const handler = createDeploymentHandler({ lambda, log, region: "eu-central-1" });
  const context = {
    awsRequestId: "1",
    invokedFunctionArn: "arn:of:itself",
    getRemainingTimeInMillis: () => remainingMs,
  };
  stack = await createStack({ call: (event) => handler({ ...event, ...change }, context), patienceMs: 10_000 });
  return { handler, context };
}

const never = () => new Promise<object>(() => undefined);
const plan = async () => ({ ...DONE, action: "plan" });

test("functions that do not answer in time are a failure of the stack", async () => {
  await start(never);
  expect(await stack.create({ ...PROPERTIES, Patience: 1 })).toMatchObject({
    Status: "FAILED",
    Reason: expect.stringMatching(/have not said in time.*run cloudformation-/),
  });
});

test("functions that do not answer while there is time are asked again by another call", async () => {
  const { handler, context } = await start(never, { remainingMs: 30_001 });
  const ids = { StackId: "stack", RequestId: "1", LogicalResourceId: "Migrations" };
  await handler(
    { ...ids, RequestType: "Create", ResponseURL: "http://127.0.0.1:1", ResourceProperties: PROPERTIES },
    context,
  );
  expect(started).toEqual(["arn:of:itself"]);
});

test.each(["Functions", "Built"])("without the property %s nothing is run, and the stack is told so", async (name) => {
  await start(plan);
  await stack.create({ ...PROPERTIES, [name]: undefined });
  expect(stack.answers[0]).toMatchObject({ Status: "FAILED", Reason: expect.stringContaining(`${name} is missing`) });
  expect(asked).toEqual([]);
});

test("the way back from properties that were wrong touches nothing", async () => {
  await start(plan);
  await stack.create(PROPERTIES);
  asked = [];
  await stack.update({ ...PROPERTIES, Digest: "wrong", Built: LATER });
  expect(stack.answers[2]).toMatchObject({ Status: "SUCCESS", Reason: expect.stringContaining("goes back") });
  expect(asked).toEqual([]);
});

test.each([
  ["database", { Database: "other" }],
  ["databases", { Databases: "tenant_*" }],
  ["phase", { Phase: "post" }],
])("the same migrations are run where another %s is asked for", async (_what, change) => {
  await start(plan);
  await stack.create(PROPERTIES);
  asked = [];
  await stack.update({ ...PROPERTIES, ...change, Built: LATER });
  expect(asked).not.toEqual([]);
});

test("functions with other migrations are refused where several databases are meant, too", async () => {
  const status = { ...DONE, action: "status", set: "b".repeat(64) };
  await start(async () => ({ runId: "1", action: "status", outcome: "done", databases: [status], message: "" }));
  expect(await stack.create({ ...PROPERTIES, Databases: "tenant_*" })).toMatchObject({
    Status: "FAILED",
    Reason: expect.stringContaining("The function has other migrations"),
  });
  expect(started).toEqual([]);
});

test("a request that is not understood is answered", async () => {
  await start(plan, { change: { RequestType: "Replace" } });
  expect(await stack.create(PROPERTIES)).toMatchObject({
    Status: "FAILED",
    Reason: expect.stringContaining("RequestType"),
  });
});
