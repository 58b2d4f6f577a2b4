import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import type { Results } from "../bench/results";

const root = resolve(__dirname, "../..");
/** Two servers are set up and started, on a machine that does other things too. */
const LONG_MS = 400_000;

/** One process is enough for all that is looked at. */
let results: Results;
let report: string;
let out: string;

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), "migration-lambda-bench-"));
  const program = [`--import=${join(root, "scripts/local/leash.mjs")}`, join(root, "scripts/bench.mjs")];
  const only = ["apply-small", "warm-small//mysql", "databases-one/the function/postgres"];
  const args = ["--quick", "--no-peers", "--out", out, ...only.flatMap((one) => ["--only", one])];
  const child = spawn(process.execPath, [...program, ...args], { cwd: root, stdio: ["pipe", "pipe", "pipe"] });
  const ended = once(child, "exit");
  const [, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(`It ended with ${code}: ${errors}`);
  results = JSON.parse(readFileSync(join(out, "results-partial.json"), "utf8"));
  report = readFileSync(join(out, "performance.md"), "utf8");
}, LONG_MS);

afterAll(() => rmSync(out, { recursive: true, force: true }));

function resultOf(dialect: string, contestant: string) {
  const found = results.results.find(
    (one) => one.dialect === dialect && one.contestant.includes(contestant) && one.workload === "apply-small",
  );
  if (!found) throw new Error(`${contestant} did not take part on ${dialect}`);
  return found;
}

test.each(["mysql", "postgres"])(
  "every contestant that needs no installation applies three migrations on %s",
  (dialect) => {
    const taking = results.results.filter((one) => one.dialect === dialect && one.workload === "apply-small");
    expect(taking.map(({ contestant }) => contestant)).toHaveLength(4);
    expect(taking.filter(({ failure }) => failure !== undefined)).toEqual([]);
  },
);

test.each([
  // The login in one, and two statements for each of three migrations.
  ["mysql", { connections: 1, handshakes: 1, roundTrips: 7 }],
  // SCRAM needs three.
  ["postgres", { connections: 1, handshakes: 3, roundTrips: 9 }],
])("the proxy counts on %s a round trip for each statement of the bare driver", (dialect, trips) => {
  expect(resultOf(dialect, "bare driver").delayed[0]?.traffic).toMatchObject(trips);
});

test.each(["mysql", "postgres"])("the server on %s brings every migration of the raw client to the disk", (dialect) => {
  expect(resultOf(dialect, "raw client").direct[0]?.durableWrites).toBeGreaterThanOrEqual(3);
});

test.each(["mysql", "postgres"])("the proxy keeps an answer on %s back for a millisecond", (dialect) => {
  const facts = results.servers.find((one) => one.dialect === dialect);
  expect(facts?.roundTripMs.delayed).toBeGreaterThan(1);
});

test("CPU and memory are those of the program that was run", () => {
  const [sample] = resultOf("mysql", "the function").direct;
  expect(sample?.cpuMs).toBeGreaterThan(0);
  expect(sample?.memoryBytes).toBeGreaterThan(20 * 2 ** 20);
});

test.each(["mysql", "postgres"])("a call alone on %s is told by the function and the bare driver", (dialect) => {
  const told = ["the function", "bare driver", "raw client"].map((contestant) => {
    const [{ callMs = 0, wallMs } = { wallMs: 0 }] = resultOf(dialect, contestant).direct;
    return callMs > 0 && callMs < wallMs;
  });
  expect(told).toEqual([true, true, false]);
});

test("what a run has applied to several databases is gone from them before the next run", () => {
  const many = results.results.find(({ workload }) => workload === "databases-one");
  expect(many).toMatchObject({ steps: 2 });
  // Where nothing is applied, nothing is brought to the disk.
  for (const mode of ["direct", "delayed"] as const) expect(many?.[mode][0]?.durableWrites).toBeGreaterThanOrEqual(2);
});

test("the figures of a warm call are those of one call", () => {
  const warm = results.results.find(({ workload }) => workload === "warm-small");
  const { roundTrips = 0, handshakes = 0 } = warm?.delayed[0]?.traffic ?? {};
  expect(roundTrips - handshakes).toBe(1);
});

test("the report compares with the raw client of the same server", () => {
  const lines = report.split("\n").filter((line) => line.startsWith("| raw client | 1.00 × |"));
  expect(lines).toHaveLength(2);
  expect(readFileSync(join(out, "performance-mysql.svg"), "utf8")).toContain("raw client");
});
