import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { CPUS, type LambdaResult, lambdaGoals, lambdaMarkdown, measureLambda } from "../bench/lambda";
import { adminUrl } from "../support/database";
import { RUNTIME_BUILD_MS } from "../support/lambda-runtime";

const folder = mkdtempSync(join(tmpdir(), "migration-lambda-bench-"));
let result: LambdaResult;

beforeAll(async () => {
  const surroundings = { root: resolve("."), folder, urls: { mysql: adminUrl("mysql") } };
  const options = { processes: 1, profiles: 1, migrations: 2, cpus: CPUS.slice(0, 1), functions: ["migrate"] } as const;
  result = await measureLambda(surroundings, options);
}, RUNTIME_BUILD_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a function, the original pattern and an empty handler are measured from the start to the answer", () => {
  expect(result.figures.map(({ kind, title, processes }) => [kind, title, processes])).toEqual([
    ["ours", "migrate", 1],
    ["original", "the original pattern", 1],
    ["empty", "an empty handler", 1],
  ]);
  for (const { init, first, start, warm, cpuTime, resident, peak } of result.figures) {
    for (const { median, min, max } of [init, first, start, warm, cpuTime, resident, peak]) {
      expect(median).toBeGreaterThan(0);
      expect([min, max]).toEqual([median, median]);
    }
    expect(start.median).toBe(init.median + first.median);
  }
});

test("each is compared with the original pattern's process of its round", () => {
  const [ours, original, empty] = result.figures;
  const ratio = (ours?.cpuTime.median ?? 0) / (original?.cpuTime.median ?? 0);
  expect(ours?.toOriginal?.cpuTime.median).toBe(ratio);
  expect(empty?.toOriginal?.cpuTime.median).toBeLessThan(1);
  expect(original?.toOriginal).toBeUndefined();
});

test("the zips are those that would be deployed", () => {
  const [ours, original, empty] = result.zips.map(({ bytes }) => bytes);
  expect(ours).toBeGreaterThan(100_000);
  expect(original).toBeGreaterThan(100_000);
  expect(empty).toBeLessThan(1_000);
});

test("bytes and time are told by package", () => {
  const parts = new Map([
    ["migrate", ["umzug, packed", "aws, packed"]],
    ["the original pattern", ["umzug", "@smithy/core"]],
  ]);
  expect(result.compositions.map(({ title }) => title)).toEqual([...parts.keys()]);
  for (const { title, packages, bytes, ms } of result.compositions) {
    expect(packages.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        ...["mysql2", "this project", "Node.js: compilation of the bundle"],
        ...(parts.get(title) ?? []),
      ]),
    );
    expect(packages.reduce((sum, one) => sum + one.bytes, 0)).toBe(bytes);
    expect(packages.find(({ name }) => name === "mysql2")?.ms).toBeGreaterThan(0);
    expect(ms).toBeGreaterThan(0);
  }
});

test("each goal has its figure, and the report its tables", () => {
  expect(lambdaGoals(result).map(({ what, met }) => [what, typeof met])).toEqual([
    ["MySQL: start of the process to “nothing to do”, secret fetched, 1769 MB", "boolean"],
    ["MySQL: zip of `migrate` with the SDK inside", "boolean"],
  ]);
  const report = lambdaMarkdown(result);
  expect(report).toContain("| `migrate`, MySQL | ms | KB |");
  for (const line of report.split("\n")) expect(line).not.toMatch(/NaN|undefined/);
});
