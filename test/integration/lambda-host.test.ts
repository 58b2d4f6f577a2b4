import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createLambdaHost, type LambdaHost } from "../support/lambda-host";
import { RUNTIME_BUILD_MS } from "../support/lambda-runtime";

const HANDLERS = `
  const { appendFileSync, writeFileSync, readFileSync, existsSync } = require("node:fs");
  const { tmpdir } = require("node:os");
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  let calls = 0;
  let ticks = 0;
  setInterval(() => { ticks += 1; }, 5);
  const about = () => ({ pid: process.pid, calls: ++calls, ticks });

  exports.counts = async (event, context) => {
    console.log("counted", event);
    return { ...about(), event, remaining: context.getRemainingTimeInMillis(), id: context.awsRequestId, client: context.clientContext };
  };
  exports.environment = async () => ({ ...process.env, cwd: process.cwd(), node: process.version });
  exports.fails = async () => {
    class MigrationFailed extends Error { name = "MigrationFailed"; }
    throw new MigrationFailed("statement 3 of 5");
  };
  exports.sleeps = async ({ ms }) => { console.log("asleep"); await wait(ms); return about(); };
  exports.dies = async () => { process.kill(process.pid, "SIGKILL"); await wait(1000); };
  exports.exits = async () => process.exit(3);
  exports.large = async ({ bytes }) => "x".repeat(bytes);
  exports.third = async ({ marks }) => {
    appendFileSync(marks, "x");
    if (readFileSync(marks, "utf8").length < 3) throw new Error("not yet");
    return "done";
  };
  exports.keeps = async ({ text, die }) => {
    const file = tmpdir() + "/kept";
    const found = existsSync(file) ? readFileSync(file, "utf8") : null;
    if (text) writeFileSync(file, text);
    if (die) process.kill(process.pid, "SIGKILL");
    return found;
  };
`;
const FAILING_MODULE = `
  const { appendFileSync } = require("node:fs");
  appendFileSync(process.env.MARKS, "x");
  require("not-there");
`;

interface Counted {
  readonly pid: number;
  readonly calls: number;
  readonly ticks: number;
  readonly remaining: number;
  readonly id: string;
}

const folder = mkdtempSync(join(tmpdir(), "lambda-host-test-"));
const marks = join(folder, "marks");
const initMarks = join(folder, "init-marks");
let host: LambdaHost;
const pids = new Set<number>();

beforeAll(async () => {
  mkdirSync(join(folder, "code"));
  writeFileSync(join(folder, "code/toy.js"), HANDLERS);
  writeFileSync(join(folder, "code/bad.js"), FAILING_MODULE);
  const code = join(folder, "code");
  const toy = (name: string) => ({ code, handler: `toy.${name}`, timeoutSeconds: 5 });
  host = await createLambdaHost({
    functions: {
      counts: { ...toy("counts"), version: "42", environment: { GREETING: "hello" } },
      "counts-alone": { ...toy("sleeps"), concurrency: 1 },
      environment: { ...toy("environment"), environment: { GREETING: "hello" }, memoryMb: 256 },
      fails: toy("fails"),
      sleeps: toy("sleeps"),
      slow: { ...toy("sleeps"), timeoutSeconds: 1 },
      dies: toy("dies"),
      exits: toy("exits"),
      large: toy("large"),
      third: toy("third"),
      "gives-up": { ...toy("fails"), retryDelaysMs: [10] },
      keeps: toy("keeps"),
      bad: { code, handler: "bad.handler", environment: { MARKS: initMarks } },
    },
  });
}, RUNTIME_BUILD_MS);

afterEach(() => {
  for (const { pid } of host.environments()) if (pid) pids.add(pid);
});

afterAll(async () => {
  await host.stop();
  rmSync(folder, { recursive: true, force: true });
  expect([...pids].filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
  await expect(fetch(host.endpoint)).rejects.toThrow();
});

test("starts cold, then reuses the warm process with its state, frozen in between", async () => {
  const cold = await host.invoke<Counted>("counts", { a: 1 });
  await wait(300);
  const warm = await host.invoke<Counted>("counts", { a: 2 });
  expect(cold).toMatchObject({ statusCode: 200, executedVersion: "42", payload: { calls: 1, event: { a: 1 } } });
  expect(warm.payload).toMatchObject({ calls: 2, pid: cold.payload.pid, id: warm.requestId });
  expect(warm.payload.ticks - cold.payload.ticks).toBeLessThan(30);
  expect(cold.payload.remaining).toBeGreaterThan(4500);
  expect(cold.payload.remaining).toBeLessThanOrEqual(5000);
  expect(host.environments("counts")).toMatchObject([{ state: "warm", invocations: 2, pid: cold.payload.pid }]);
});

test("gives the function Lambda's variables and its own, on Node 24, and nothing of this process", async () => {
  process.env.MUST_NOT_LEAK = "1";
  const { payload } = await host.invoke<Record<string, string>>("environment");
  delete process.env.MUST_NOT_LEAK;
  const { LAMBDA_TASK_ROOT, cwd, node, MUST_NOT_LEAK, HOME, ...rest } = payload;
  expect({ cwd, MUST_NOT_LEAK, HOME }).toEqual({ cwd: LAMBDA_TASK_ROOT, MUST_NOT_LEAK: undefined, HOME: undefined });
  expect(node).toMatch(/^v24\./);
  expect(rest).toMatchObject({
    GREETING: "hello",
    _HANDLER: "toy.environment",
    AWS_LAMBDA_FUNCTION_NAME: "environment",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
    TZ: ":UTC",
  });
});

test("answers a handler's error with the name of the error, and keeps the process", async () => {
  const failed = await host.invoke("fails");
  expect(failed).toMatchObject({
    statusCode: 200,
    functionError: "Unhandled",
    payload: { errorType: "MigrationFailed", errorMessage: "statement 3 of 5" },
  });
  expect(failed.log).toContain("statement 3 of 5");
  expect(host.environments("fails")).toMatchObject([{ state: "warm" }]);
});

test("kills a process that outlasts its timeout", async () => {
  const began = Date.now();
  const late = await host.invoke("slow", { ms: 10_000 });
  expect(Date.now() - began).toBeLessThan(4000);
  expect(late).toMatchObject({
    functionError: "Unhandled",
    payload: {
      errorType: "Sandbox.Timedout",
      errorMessage: `RequestId: ${late.requestId} Error: Task timed out after 1.00 seconds`,
    },
  });
  expect(host.environments("slow")).toMatchObject([{ state: "dead" }]);
  expect(await host.invoke("slow", { ms: 1 })).toMatchObject({ payload: { calls: 1 } });
});

test.each([
  ["dies", "Runtime exited with error: signal: killed"],
  ["exits", "Runtime exited with error: exit status 3"],
])("reports how a process that %s has ended", async (name, reason) => {
  const { requestId, payload, functionError } = await host.invoke(name);
  expect(functionError).toBe("Unhandled");
  expect(payload).toEqual({
    errorType: "Runtime.ExitError",
    errorMessage: `RequestId: ${requestId} Error: ${reason}`,
  });
});

test("reports a module that cannot be loaded, and has tried its init twice, as Lambda does", async () => {
  const { payload, functionError } = await host.invoke("bad");
  expect(functionError).toBe("Unhandled");
  expect(payload).toMatchObject({ errorType: "Runtime.ImportModuleError" });
  expect(readFileSync(initMarks, "utf8")).toBe("xx");
});

test("gives two concurrent invocations an environment each", async () => {
  const both = await Promise.all([1, 2].map(() => host.invoke<Counted>("sleeps", { ms: 300 })));
  expect(new Set(both.map(({ payload }) => payload.pid)).size).toBe(2);
  expect(host.environments("sleeps")).toHaveLength(2);
});

test("refuses what exceeds the reserved concurrency", async () => {
  const first = host.invoke("counts-alone", { ms: 300 });
  expect(await host.invoke("counts-alone", { ms: 1 })).toMatchObject({
    statusCode: 429,
    refusal: "TooManyRequestsException",
  });
  expect(await first).toMatchObject({ statusCode: 200 });
});

test("cuts an invocation off in the middle; the next one gets a fresh process", async () => {
  const cut = host.invoke("sleeps", { ms: 4000 });
  await until(() => host.environments("sleeps").some(({ state }) => state === "busy"));
  await wait(100);
  const killed = await host.kill("sleeps");
  expect(await cut).toMatchObject({ requestId: killed[0], payload: { errorType: "Runtime.ExitError" } });
  expect(await host.invoke("sleeps", { ms: 1 })).toMatchObject({ payload: { calls: 1 } });
});

test("keeps an environment's /tmp over the death of its process", async () => {
  expect(await host.invoke("keeps", { text: "half written", die: true })).toMatchObject({
    functionError: "Unhandled",
  });
  expect((await host.invoke("keeps", {})).payload).toBe("half written");
});

test("answers an asynchronous invocation at once, and tries it again while it fails", async () => {
  const accepted = await host.invoke("third", { marks }, { type: "Event" });
  expect(accepted).toMatchObject({ statusCode: 202, payload: undefined });
  const refused = await host.invoke("gives-up", {}, { type: "Event" });
  const settled = await host.settled();
  expect(settled.find(({ requestId }) => requestId === accepted.requestId)?.attempts).toMatchObject([
    { functionError: "Unhandled" },
    { functionError: "Unhandled" },
    { payload: "done", requestId: accepted.requestId },
  ]);
  expect(settled.find(({ requestId }) => requestId === refused.requestId)?.attempts).toHaveLength(2);
});

test("speaks the Invoke API: qualifier, version, log tail, client context", async () => {
  const response = await post("counts/invocations?Qualifier=42", "{}", {
    "X-Amz-Log-Type": "Tail",
    "X-Amz-Client-Context": Buffer.from('{"who":"me"}').toString("base64"),
  });
  expect(await response.json()).toMatchObject({ client: { who: "me" } });
  expect(response.headers.get("x-amz-executed-version")).toBe("42");
  const tail = Buffer.from(response.headers.get("x-amz-log-result") ?? "", "base64").toString();
  expect(tail).toMatch(/^START RequestId: \S+ Version: 42\n.*counted \{\}\nEND .*\nREPORT .*\n$/);
  expect((await post("counts/invocations", "{}", { "X-Amz-Invocation-Type": "DryRun" })).status).toBe(204);
});

test.each([
  ["an unknown function", "nobody/invocations", "{}", 404, "ResourceNotFoundException"],
  ["an unknown version", "counts/invocations?Qualifier=7", "{}", 404, "ResourceNotFoundException"],
  ["a payload that is not JSON", "counts/invocations", "{", 400, "InvalidRequestContentException"],
  ["more than 6 MB", "counts/invocations", JSON.stringify("x".repeat(6_291_556)), 413, "RequestTooLargeException"],
])("refuses %s", async (_, path, body, status, type) => {
  const response = await post(path, body);
  expect([response.status, response.headers.get("x-amzn-errortype")]).toEqual([status, type]);
});

test("carries large answers, and fails those above 6 MB", async () => {
  expect((await host.invoke<string>("large", { bytes: 6_000_000 })).payload).toHaveLength(6_000_000);
  expect((await host.invoke("large", { bytes: 6_300_000 })).payload).toMatchObject({
    errorType: "Function.ResponseSizeTooLarge",
  });
});

function post(path: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${host.endpoint}/2015-03-31/functions/${path}`, { method: "POST", body, headers });
}
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await wait(10);
}
