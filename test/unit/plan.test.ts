import type { AppliedRow, StepRow } from "../../lib/database/database";
import { segmentsOf } from "../../lib/database/mysql-segments";
import { makePlan, type PlanInput } from "../../lib/engine/plan";
import type { Migration } from "../../lib/migration";
import { code, sql } from "../support/migrator";

const up = (name: string, text = "DO 0;") => sql(name, `-- migrate:up\n${text}\n-- migrate:down\nDO 1;`);
const a = up("1_a");
const b = up("2_b");
const c = up("3_c");
const view: Migration = { ...sql("R__view", "DO 0;"), repeatable: true };
const viewNow: Migration = { ...sql("R__view", "DO 1;"), repeatable: true };

function row(migration: Migration, id: number): AppliedRow {
  const { name, checksum, normalised, down } = migration;
  const kept = down?.kind === "sql" ? { down } : {};
  return {
    id,
    name,
    checksum,
    normalised,
    appliedAt: "2026-01-01T00:00:00.000Z",
    runId: "r",
    bundle: "7+abc",
    ...kept,
    ...(migration.repeatable && { repeatable: true as const }),
  };
}

function halfWay(migration: Migration, more: Partial<StepRow> = {}): StepRow {
  const { name, checksum, normalised, up: script, down } = migration;
  const sqls = { ...(script.kind === "sql" && { script }), ...(down?.kind === "sql" && { down }) };
  return {
    name,
    direction: "up",
    checksum,
    normalised,
    ...sqls,
    statement: 0,
    connection: 1,
    runId: "r",
    bundle: "7+abc",
    elapsedMs: 0,
    cuts: 0,
    ...more,
  };
}

function plan(input: Partial<PlanInput> & { readonly applied?: readonly Migration[]; readonly step?: StepRow }) {
  const { applied = [], step, ...rest } = input;
  const made = makePlan({
    command: { action: "migrate" },
    migrations: [a, b, c],
    state: { applied: applied.map((one, index) => row(one, index + 1)), ...(step && { step }) },
    database: {
      segments: ({ statements }, from) => segmentsOf(statements, from),
      settling: () => "looked up",
      remark: () => undefined,
      lost: () => undefined,
    },
    late: "refuse",
    ...rest,
  });
  const steps = made.steps.map(({ name, direction, from }) => `${direction} ${name}${from > 0 ? ` from ${from}` : ""}`);
  return { steps, problems: made.problems.map(({ code: kind, migration }) => `${kind} ${migration ?? ""}`.trim()) };
}

const nothingApplied: Pick<PlanInput, "state" | "database" | "late"> = {
  state: { applied: [] },
  database: {
    segments: ({ statements }, from) => segmentsOf(statements, from),
    settling: () => "undone",
    remark: () => undefined,
    lost: () => undefined,
  },
  late: "refuse",
};

const migrate = (more: object) => ({ command: { action: "migrate", ...more } as const });
const rollback = (steps: number) => ({ command: { action: "rollback", steps } as const });

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

const made = "CREATE TABLE x (n INT);";
const two = up(
  "2_b",
  `${made}\nINSERT INTO x VALUES (1);\nALTER TABLE x ADD COLUMN m INT;\nINSERT INTO x VALUES (2, 2);`,
);
const half = { applied: [a], migrations: [a, two, c] };

test.each<[string, Parameters<typeof plan>[0], readonly string[], readonly string[]]>([
  [
    "a step cut off in a transaction goes on with it",
    { ...half, step: halfWay(two, { statement: 1 }) },
    ["up 2_b from 1", "up 3_c"],
    [],
  ],
  ["a step cut off in DDL is refused", { ...half, step: halfWay(two, { statement: 2 }) }, ["up 3_c"], ["CUT_OFF 2_b"]],
  [
    "DDL that the database refused is run again",
    { ...half, step: halfWay(two, { statement: 2, error: { message: "no", index: 2 } }) },
    ["up 2_b from 2", "up 3_c"],
    [],
  ],
  [
    "a resumed step counts",
    { ...half, ...migrate({ steps: 1 }), step: halfWay(two, { statement: 1 }) },
    ["up 2_b from 1"],
    [],
  ],
  [
    "rolling back undoes it first",
    { ...half, ...rollback(2), step: halfWay(two, { statement: 2 }) },
    ["down 2_b", "down 1_a"],
    [],
  ],
  [
    "a half reverted one is reverted first, then applied again",
    {
      ...half,
      applied: [a, two],
      step: halfWay(two, { direction: "down", ...(two.down?.kind === "sql" && { script: two.down }) }),
    },
    ["down 2_b", "up 2_b", "up 3_c"],
    [],
  ],
  [
    "executed statements that read differently",
    { ...half, migrations: [a, up("2_b", "CREATE TABLE y (n INT);"), c], step: halfWay(two, { statement: 1 }) },
    ["up 3_c"],
    ["HALF_APPLIED_CHANGED 2_b"],
  ],
  [
    "a file that has become code",
    { ...half, migrations: [a, code("2_b", async () => 1)], step: halfWay(two, { statement: 1 }) },
    [],
    ["HALF_APPLIED_CHANGED 2_b"],
  ],
  ["a file that is gone", { ...half, migrations: [a], step: halfWay(two, { statement: 1 }) }, [], ["FILE_GONE 2_b"]],
  [
    "harmless DDL is repeated",
    {
      migrations: [up("1_a", "CREATE TABLE IF NOT EXISTS x (n INT);")],
      step: halfWay(up("1_a", "CREATE TABLE IF NOT EXISTS x (n INT);")),
    },
    ["up 1_a"],
    [],
  ],
  [
    "code begins again",
    { migrations: [code("1_a", async () => 1)], step: halfWay(code("1_a", async () => 1)) },
    ["up 1_a"],
    [],
  ],
])("half way: %s", (_, input, steps, problems) => {
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
    const { notices } = makePlan({ ...first, migrations: [a, post(b), c], ...nothingApplied });
    expect(notices).toEqual([
      "2_b is for after the deployment (post).",
      "3_c is for before the deployment (pre), and waits behind 2_b.",
    ]);
  });
});

test("what is not run in one transaction, or wants a person, is said beforehand", () => {
  const input: PlanInput = {
    command: { action: "migrate" },
    migrations: [a, b, up("3_c", "TRUNCATE one;\nTRUNCATE two;\nTRUNCATE three;")],
    state: { applied: [] },
    database: {
      segments: ({ statements }, from) => segmentsOf(statements, from),
      settling: (_, { first }) => (first === 0 ? "looked up" : "asked"),
      remark: ({ file }) => (file === "2_b.sql" ? "it says so" : undefined),
      lost: () => undefined,
    },
    late: "refuse",
  };
  expect(makePlan(input).notices).toEqual([
    "2_b is not run in one transaction: it says so.",
    "3_c: should the server itself die in statements 2, 3, nobody but a person can tell whether it took effect.",
  ]);
});
