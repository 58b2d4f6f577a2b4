import { segmentsOf } from "../../lib/database/mysql-segments";
import { makePlan, type PlanInput } from "../../lib/engine/plan";
import type { Migration } from "../../lib/migration";
import { code, sql } from "../support/migrator";
import { a, b, c, halfWay, migrate, nothingApplied, plan, rollback, up } from "../support/planning";

const view: Migration = { ...sql("R__view", "DO 0;"), repeatable: true };
const viewNow: Migration = { ...sql("R__view", "DO 1;"), repeatable: true };

test.each<[string, Parameters<typeof plan>[0], readonly string[], readonly string[]]>([
  ["everything is pending", {}, ["up 1_a", "up 2_b", "up 3_c"], []],
  ["nothing is pending", { applied: [a, b, c] }, [], []],
  ["up to a name", migrate({ to: "2_b" }), ["up 1_a", "up 2_b"], []],
  ["up to a name that is applied", { ...migrate({ to: "1_a" }), applied: [a] }, [], []],
  ["so many steps", migrate({ steps: 2 }), ["up 1_a", "up 2_b"], []],
  ["an unknown name", migrate({ to: "9_z" }), [], ["UNKNOWN_TARGET"]],
  ["a late one is refused", { applied: [b] }, ["up 1_a", "up 3_c"], ["LATE 1_a"]],
  ["a late one is applied", { applied: [b], late: "apply" }, ["up 1_a", "up 3_c"], []],
  ["a changed one is refused", { applied: [a], migrations: [up("1_a", "DO 5;"), b] }, ["up 2_b"], ["CHANGED 1_a"]],
  ["a reformatted one is no problem", { applied: [a], migrations: [up("1_a", "DO  0; -- now"), b] }, ["up 2_b"], []],
  [
    "reverting a reformatted one, from its file",
    { ...rollback(1), applied: [sql("1_a", "DO 0;")], migrations: [up("1_a", "DO  0; -- now")] },
    ["down 1_a"],
    [],
  ],
  ["one ahead is no problem", { applied: [a, b], migrations: [a] }, [], []],
  [
    "a repeatable that has changed, after the others",
    { applied: [a, view], migrations: [a, b, viewNow] },
    ["up 2_b", "up R__view"],
    [],
  ],
  ["a repeatable that has not changed", { applied: [a, view], migrations: [a, view] }, [], []],
  ["a repeatable is never late", { applied: [view], migrations: [a, viewNow] }, ["up 1_a", "up R__view"], []],
  [
    "reverting passes repeatables over",
    { ...rollback(1), applied: [a, view], migrations: [a, viewNow] },
    ["down 1_a"],
    [],
  ],
  ["reverting one", { ...rollback(1), applied: [a, b] }, ["down 2_b"], []],
  ["reverting by order of application", { ...rollback(2), applied: [b, c, a] }, ["down 1_a", "down 3_c"], []],
  ["reverting more than there are", { ...rollback(9), applied: [a, b] }, ["down 2_b", "down 1_a"], []],
  [
    "reverting without a down",
    { ...rollback(1), applied: [sql("1_a", "DO 0;")], migrations: [sql("1_a", "DO 0;")] },
    [],
    ["NO_DOWN 1_a"],
  ],
  ["reverting what is gone, from the journal", { ...rollback(1), applied: [c], migrations: [a] }, ["down 3_c"], []],
  [
    "reverting code that is gone",
    { ...rollback(1), applied: [code("3_c", async () => 1)], migrations: [a] },
    [],
    ["FILE_GONE 3_c"],
  ],
  [
    "reverting code that changed",
    {
      ...rollback(1),
      applied: [code("3_c", async () => 1)],
      migrations: [code("3_c", async () => 1, { version: "2" })],
    },
    [],
    ["CHANGED 3_c"],
  ],
  [
    "reverting SQL that changed, from the journal",
    { ...rollback(1), applied: [a], migrations: [up("1_a", "DO 5;")] },
    ["down 1_a"],
    [],
  ],
])("%s", (_, input, steps, problems) => {
  expect(plan(input)).toEqual({ steps, problems });
});

describe("before the deployment", () => {
  const post = (migration: Migration): Migration => ({ ...migration, phase: "post" });
  const first = { command: { action: "migrate", phase: "pre" } } as const;

  test.each<[string, Parameters<typeof plan>[0], readonly string[]]>([
    ["those before the first one that is for afterwards", { migrations: [a, post(b), c] }, ["up 1_a"]],
    ["all, where none is for afterwards", {}, ["up 1_a", "up 2_b", "up 3_c"]],
    ["none, where the first is for afterwards", { migrations: [post(a), b] }, []],
    ["one behind another that is applied already", { migrations: [post(a), b], applied: [a] }, ["up 2_b"]],
    [
      "one that was stopped half way, whenever it is for",
      { migrations: [post(a), post(b)], step: halfWay(post(a)) },
      ["up 1_a"],
    ],
  ])("%s", (_, input, steps) => {
    expect(plan({ ...first, ...input })).toEqual({ steps, problems: [] });
  });

  test("after it, everything", () => {
    const { steps } = plan({ command: { action: "migrate", phase: "post" }, migrations: [a, post(b), c] });
    expect(steps).toEqual(["up 1_a", "up 2_b", "up 3_c"]);
  });

  test("one that has to wait behind another that is for afterwards is named", () => {
    const { notices } = makePlan({ ...first, ...nothingApplied, migrations: [a, post(b), c] });
    expect(notices()).toEqual([
      "2_b is for after the deployment (post).",
      "3_c is for before the deployment (pre), and waits behind 2_b.",
    ]);
  });
});

/** Of each step there is something to be said. */
const noticed: PlanInput = {
  command: { action: "migrate" },
  migrations: [a, b, up("3_c", "TRUNCATE one;\nTRUNCATE two;\nTRUNCATE three;")],
  state: { applied: [] },
  database: {
    segments: ({ statements }, from) => segmentsOf(statements, from),
    settling: (_, { first }) => (first === 0 ? "looked up" : "asked"),
    remark: ({ file }) => (file === "2_b.sql" ? "it says so" : undefined),
    unended: ({ file, statements }) => (file === "1_a.sql" ? statements[0] : undefined),
    lost: () => undefined,
  },
  late: "refuse",
};

test("what is not run in one transaction, does not end one, or wants a person, is said beforehand", () => {
  expect(makePlan(noticed).notices()).toEqual([
    "1_a begins a transaction (1_a.sql:2) and never ends it: it is committed.",
    "2_b is not run in one transaction: it says so.",
    "3_c: should the server itself die in statements 2, 3, nobody but a person can tell whether it took effect.",
  ]);
});

test("what was read of a step while it ran is said at the end, and the script is not read again", () => {
  const segments = jest.fn(noticed.database.segments);
  const { steps, read, notices } = makePlan({ ...noticed, database: { ...noticed.database, segments } });
  for (const step of steps) read(step);
  const times = segments.mock.calls.length;
  expect(notices()).toEqual(makePlan(noticed).notices());
  expect([times > 0, segments.mock.calls.length]).toEqual([true, times]);
});
