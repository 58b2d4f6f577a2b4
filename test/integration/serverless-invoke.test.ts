import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLambdaHost, type LambdaHost } from "../support/lambda-host";
import { RUNTIME_BUILD_MS } from "../support/lambda-runtime";
import { type PackagedService, packageService } from "../support/package-service";
import { REPOSITORY, slsInvoke, slsPayload } from "../support/serverless";

const SERVICE = `
service: toy
frameworkVersion: "4"
provider:
  name: aws
  runtime: nodejs24.x
  environment: { PLAIN: known, REGION: { Ref: "AWS::Region" } }
package: { individually: true }
plugins: [serverless-esbuild]
# Without skipRebuild a failed build leaves esbuild running, and serverless never exits.
custom: { esbuild: { bundle: true, target: node24, skipRebuild: true } }
functions:
  hello: { handler: functions/toy.hello, timeout: 5, memorySize: 256 }
  broken: { handler: functions/toy.broken, timeout: 7, reservedConcurrency: 2 }
`;
const HANDLERS = `
import { greeting } from "./greeting";
export const hello = async (event: unknown) => {
  console.log("said");
  return { greeting, event, plain: process.env.PLAIN, given: process.env.GIVEN };
};
export const broken = async () => { throw new RangeError("no such step"); };
`;

const dir = mkdtempSync(join(tmpdir(), "toy-service-"));
const INVOKE_MS = 60_000;
let service: PackagedService;
let host: LambdaHost;

beforeAll(async () => {
  mkdirSync(join(dir, "functions"));
  symlinkSync(join(REPOSITORY, "node_modules"), join(dir, "node_modules"));
  writeFileSync(join(dir, "package.json"), '{ "name": "toy", "private": true }');
  writeFileSync(join(dir, "serverless.yml"), SERVICE);
  writeFileSync(join(dir, "functions/toy.ts"), HANDLERS);
  writeFileSync(join(dir, "functions/greeting.ts"), 'export const greeting = "hello";\n');
  service = await packageService({ dir });
  host = await createLambdaHost({ functions: service.deployed({ GIVEN: "by the test" }) });
}, RUNTIME_BUILD_MS);

afterAll(async () => {
  await host.stop();
  rmSync(dir, { recursive: true, force: true });
});

test("a packaged function is described as it would be deployed", () => {
  expect(service.function("hello")).toMatchObject({
    name: "toy-dev-hello",
    handler: "functions/toy.hello",
    timeoutSeconds: 5,
    memoryMb: 256,
    environment: { PLAIN: "known" },
  });
  expect(service.function("broken")).toMatchObject({ timeoutSeconds: 7, concurrency: 2 });
  expect(service.function("broken").environment).not.toHaveProperty("REGION");
  expect(() => service.function("other")).toThrow("No function other, only hello, broken");
});

test("packaging leaves nothing in the service's folder, and is done once", async () => {
  expect(readdirSync(dir).sort()).toEqual(["functions", "node_modules", "package.json", "serverless.yml"]);
  const { code } = service.function("hello");
  expect(existsSync(code)).toBe(true);
  expect((await packageService({ dir })).function("hello").code).toBe(code);
});

test(
  "a service that cannot be packaged says why",
  async () => {
    writeFileSync(join(dir, "functions/greeting.ts"), "export const other = 1;\n");
    await expect(packageService({ dir })).rejects.toThrow(/No matching export.*greeting/s);
  },
  INVOKE_MS,
);

test(
  "sls invoke prints what the function returned and exits with 0",
  async () => {
    const { exitCode, stdout } = await slsInvoke(host.endpoint, { dir })("hello", { steps: 2 }, ["--log"]);
    expect(exitCode).toBe(0);
    expect(slsPayload(stdout)).toEqual({
      greeting: "hello",
      event: { steps: 2 },
      plain: "known",
      given: "by the test",
    });
    expect(stdout).toContain("said");
  },
  INVOKE_MS,
);

test(
  "sls invoke exits with 1 when the function fails",
  async () => {
    const { exitCode, stdout } = await slsInvoke(host.endpoint, { dir })("broken");
    expect(exitCode).toBe(1);
    expect(slsPayload(stdout)).toMatchObject({ errorType: "RangeError", errorMessage: "no such step" });
    expect(stdout).toContain("Invoked function failed");
  },
  INVOKE_MS,
);
