import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RAW } from "../bench/contestants/baselines";
import { DEPLOYED } from "../bench/contestants/own";
import { isChosen, readOptions } from "../bench/options";
import { reasonOf } from "../bench/reason";
import { median, ratio } from "../bench/report/figures";
import { writeReport } from "../bench/report/files";
import { goalsTable } from "../bench/report/goals";
import { markdown } from "../bench/report/markdown";
import { plot } from "../bench/report/plot";
import { combined, type Result, type Results, type Sample } from "../bench/results";

function samples(...walls: readonly number[]): readonly Sample[] {
  const traffic = { connections: 1, roundTrips: 504, handshakes: 1, bytesToServer: 10, bytesToClient: 20 };
  return walls.map((wallMs, round) => ({ round, wallMs, memoryBytes: 2 ** 20, durableWrites: 4000, traffic }));
}

function result(contestant: string, ...walls: readonly number[]): Result {
  const all = samples(...walls);
  const date = "2026-01-02T03:04:05Z";
  return { dialect: "mysql", workload: "apply-small", contestant, date, direct: all, delayed: all };
}

const KNEX = { ...result("knex"), failure: "npm | could not reach the registry" };

function resultsOf(...results: readonly Result[]): Results {
  const facts = { language: "JavaScript", version: "1.0" };
  return {
    machine: "2 × CPU",
    servers: [
      { dialect: "mysql", version: "MariaDB 10", settings: {}, roundTripMs: { direct: 0, proxied: 0, delayed: 1 } },
    ],
    contestants: [
      { title: DEPLOYED, kind: "ours", ...facts },
      { title: RAW, kind: "baseline", ...facts },
      { title: "knex", kind: "peer", ...facts },
    ],
    workloads: [{ key: "apply-small", title: "apply 500", steps: 500 }],
    results,
  };
}

const lineOf = (text: string, start: string) => text.split("\n").find((line) => line.startsWith(start)) ?? "";

test("of an even number the median is between the two in the middle", () => {
  expect(median([9, 1, 3, 4])).toBe(3.5);
  expect(median([])).toBeUndefined();
});

test("a ratio compares runs of the same round, and leaves out rounds that only one has", () => {
  expect(ratio(samples(10, 20), samples(5, 40, 1))).toBe(1.25);
});

test.each([
  ["yes", 1050],
  ["no", 1150],
])("the goal of 1.10 times the raw client is met: %s", (met, wallMs) => {
  const line = lineOf(
    goalsTable(resultsOf(result(DEPLOYED, wallMs), result(RAW, 1000))),
    "| MySQL: apply 500: time of the whole process | ≤ 1.10",
  );
  expect(line).toMatch(new RegExp(`\\| ${met} \\|$`));
});

test("a peer in JavaScript that took half the time again keeps a goal from being met", () => {
  const line = lineOf(
    goalsTable(resultsOf(result(DEPLOYED, 1000), result(RAW, 900), result("knex", 1500))),
    "| MySQL: apply 500, with 1 ms more per round trip: time of the whole process | ≤ 0.5",
  );
  expect(line).toContain("| 0.67 × knex | no |");
});

test("time that grows with what is applied keeps its goal from being met, where the bytes stay the same", () => {
  const few = { ...result(DEPLOYED, 2), workload: "warm-small" };
  const many = { ...result(DEPLOYED, 20), workload: "warm-many" };
  const text = goalsTable(resultsOf(few, many));
  expect(text).toMatch(/in a warm container: bytes of a call, and with fewer applied \|.*\| yes \|$/m);
  expect(text).toMatch(/in a warm container: time of a call, and with fewer applied \|.*\| no \|$/m);
});

test("of what was not measured the goal is told, whole, and no row", () => {
  const text = goalsTable(resultsOf(result(RAW, 1000)));
  expect(text).not.toContain("|");
  expect(text).toContain("\n- nothing to do, 10000 applied, in a warm container: round trips of a call: 1 (MySQL)\n");
  expect(text).toContain(
    "\n- apply 10000, in the heap of a function with 128 MB: memory resident: ≤ 128 MiB (MySQL)\n",
  );
});

test("a run of a tenth of the databases is compared by what each of them takes", () => {
  const all = resultsOf({ ...result(RAW, 1000), steps: 1000 }, { ...result("knex", 1000), steps: 100 });
  const workloads = [{ key: "apply-small", title: "many", steps: 1000, each: "database" as const }];
  const lines = markdown({ ...all, workloads })
    .split("\n")
    .slice(-4);
  expect(lines[0]).toMatch(/time, each.*databases \|$/);
  expect(lines[2]).toMatch(/^\| raw client \| 1\.00 × \| 1\.0 ms .*\| 1000 \|$/);
  expect(lines[3]).toMatch(/^\| knex \| 10\.0 × \| 10 ms .*\| 100 \|$/);
});

test("the time of a call alone is told where the program tells it", () => {
  const [one] = samples(1000);
  const own = { ...result(DEPLOYED, 1000), direct: one ? [{ ...one, callMs: 640 }] : [] };
  const text = markdown(resultsOf(own, result(RAW, 900)));
  expect(lineOf(text, `| ${DEPLOYED} | 1.11 ×`)).toContain("| 1.00 s | 640 ms |");
  expect(lineOf(text, "| raw client | 1.00 ×")).toContain("| 900 ms | – |");
});

test("the fastest comes first, and what failed last, with the reason", () => {
  const lines = markdown(resultsOf(KNEX, result(DEPLOYED, 2000), result(RAW, 1000)))
    .split("\n")
    .slice(-3);
  expect(lines[0]).toContain(`| ${RAW} | 1.00 × |`);
  expect(lines[1]).toContain(`| ${DEPLOYED} | 2.00 × |`);
  expect(lines[2]).toContain("| knex | npm \\| could not reach the registry |");
});

test("what is measured again takes the place of its whole workload, and of no other", () => {
  const other = { ...result("knex", 5), workload: "rollback" };
  const before = resultsOf(result(RAW, 1), result("knex", 2), other);
  const now = { ...result(RAW, 3), date: "2026-01-05T00:00:00Z" };
  const { results } = combined(before, resultsOf(now));
  expect(results).toEqual([other, now]);
  expect(markdown({ ...before, results })).toContain("Measured from 2026-01-02 to 2026-01-05: 2 × CPU.");
});

test("what failed has no bar", () => {
  const svg = plot(resultsOf(KNEX, result(DEPLOYED, 2000), result(RAW, 1000)), "mysql");
  expect(svg).toContain("2.00 ×");
  expect(svg).not.toContain("knex");
});

test("writing the report again leaves what was written by hand", async () => {
  const folder = mkdtempSync(join(tmpdir(), "migration-lambda-report-"));
  try {
    const page = join(folder, "performance.md");
    const marks = ["what follows is written by npm run bench", "what was written by npm run bench ends here"];
    writeFileSync(page, ["above", ...marks.map((mark) => `<!-- ${mark} -->`), "below\n"].join("\n"));
    const writing = { results: resultsOf(result(RAW, 1000)), out: join(folder, "out"), to: folder };
    await writeReport(writing);
    const once = readFileSync(page, "utf8");
    await writeReport(writing);
    expect(readFileSync(page, "utf8")).toBe(once);
    expect(once).toMatch(/^above\n[\s\S]*\| raw client \|[\s\S]*\nbelow\n$/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.each(["--quick", "--no-peers", "--only=/knex"])("refuses to update with only a part of a workload: %s", (arg) => {
  expect(() => readOptions(["--update", "--only=apply-small//mysql", arg])).toThrow("whole workloads");
});

test.each(["--only=a/b/c/d", "--rounds=0", "--rounds=two", "--budget=-1", "--databases=1", "--onyl=x"])(
  "refuses %s",
  (arg) => {
    expect(() => readOptions([arg])).toThrow();
  },
);

test("what is run matches every part of one --only", () => {
  const { only, write } = readOptions(["--only", "apply//mysql", "--only", "/knex"]);
  expect(isChosen(only, { workload: "apply-small", contestant: "dbmate", dialect: "mysql" })).toBe(true);
  expect(isChosen(only, { workload: "rollback", contestant: "Knex", dialect: "postgres" })).toBe(true);
  expect(isChosen(only, { workload: "apply-small", contestant: "dbmate", dialect: "postgres" })).toBe(false);
  expect(write).toBe("scratch");
});

test("no reason in a table holds a password", () => {
  expect(reasonOf(new Error("cannot reach mysql://me:s3cr3t@host/shop\nat x"))).toBe(
    "cannot reach mysql://***@host/shop",
  );
});
