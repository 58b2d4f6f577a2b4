import type { Outcome, Report } from "../../lib/report";
import { summary } from "../../lib/summary";
import { OUTCOMES, reportOf } from "../contract/trigger";

const head = { runId: "run-1", action: "migrate", startedAt: "2026-01-01T00:00:00.000Z" };
const of = (database: string, outcome: Outcome): Report => ({ ...reportOf(outcome), database });
const unreached = { database: "u", code: "UNREACHABLE", message: "It is gone." } as const;

test.each<[readonly Outcome[], Outcome]>([
  [["done", "done"], "done"],
  [["done", "incomplete"], "incomplete"],
  [["incomplete", "running"], "running"],
  [["running", "refused"], "refused"],
  [OUTCOMES, "failed"],
])("of %j the worst is %s", (outcomes, worst) => {
  const databases = outcomes.map((outcome, i) => of(`d${i}`, outcome));
  expect(summary(head, { databases, notStarted: [] }).outcome).toBe(worst);
});

test("what was not reached has failed, and what was not begun is incomplete", () => {
  expect(summary(head, { databases: [of("a", "done"), unreached], notStarted: [] }).outcome).toBe("failed");
  expect(summary(head, { databases: [of("a", "done")], notStarted: ["b"] }).outcome).toBe("incomplete");
});

test("the sentence counts all, and names those that failed or were refused", () => {
  const databases = [of("a", "done"), of("b", "failed"), of("c", "refused"), of("d", "running"), unreached];
  expect(summary(head, { databases, notStarted: ["e", "f"] }).message).toBe(
    "7 databases: 1 done, 1 running, 1 refused (c: This is refused), 2 failed (b: This is failed; u: It is gone), 2 not started.",
  );
});

test("of many that failed it gives some reasons, some names, and the number of the rest", () => {
  const databases = Array.from({ length: 100 }, (_, i) => of(`d${i}`, "failed"));
  const { message } = summary(head, { databases, notStarted: [] });
  expect(message).toMatch(
    /^100 databases: 100 failed \(d0: This is failed; .*d4: This is failed; and d5, .*, d49, 50 more\)\.$/,
  );
  const long = summary(head, { databases: [{ ...of("a", "failed"), message: "x".repeat(5_000) }], notStarted: [] });
  expect(long.message.length).toBeLessThan(300);
});

test("where the answer would be too large, those that went well are left out first", () => {
  const notices = ["n".repeat(100_000)];
  const all = Array.from({ length: 60 }, (_, i) => ({ ...of(`d${i}`, i === 59 ? "failed" : "done"), notices }));
  const { databases, leftOut = [], message } = summary(head, { databases: all, notStarted: [] });
  expect(JSON.stringify(databases).length).toBeLessThan(2_600_000);
  expect(databases.at(-1)?.database).toBe("d59");
  expect(leftOut).toEqual(
    all.map(({ database }) => database).filter((name) => !databases.some(({ database }) => database === name)),
  );
  expect(message).toMatch(/^60 databases: 59 done, 1 failed/);
});
