import { makePlan } from "../../lib/engine/plan";
import { code, sql } from "../support/migrator";
import { a, c, halfWay, migrate, plan, rollback, up } from "../support/planning";

const made = "CREATE TABLE x (n INT);";
const two = up(
  "2_b",
  `${made}\nINSERT INTO x VALUES (1);\nALTER TABLE x ADD COLUMN m INT;\nINSERT INTO x VALUES (2, 2);`,
);
const inCode = code("1_a", async () => 1);
const codeOnly = { migrations: [inCode] };
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
  [
    "code that was cut off twice where it stands, and has as little time",
    {
      ...codeOnly,
      step: halfWay(inCode, { cuts: 1, statement: 2, recorded: { count: 2 }, allowedMs: 9 }),
      remainingMs: 18,
    },
    [],
    ["CUT_TWICE 1_a"],
  ],
  [
    "code that was cut off twice where it stands, and has more time",
    {
      ...codeOnly,
      step: halfWay(inCode, { cuts: 1, statement: 2, recorded: { count: 2 }, allowedMs: 9 }),
      remainingMs: 19,
    },
    ["up 1_a"],
    [],
  ],
  [
    "code that came further before it was cut off again",
    { ...codeOnly, step: halfWay(inCode, { cuts: 1, statement: 1, recorded: { count: 2 } }), remainingMs: 0 },
    ["up 1_a"],
    [],
  ],
  [
    "rolling back code that is in no file",
    { ...rollback(1), migrations: [], step: halfWay(inCode) },
    [],
    ["FILE_GONE 1_a"],
  ],
])("half way: %s", (_, input, steps, problems) => {
  expect(plan(input)).toEqual({ steps, problems });
});

test("what was half applied is undone by the file's down when only its spacing has changed since", () => {
  const begun = sql("2_b", `-- migrate:up\n${made}`);
  const spaced = sql("2_b", `-- migrate:up\n${made.replace(" (", "  (")}\n-- migrate:down\nDROP TABLE x;`);
  const { steps } = makePlan({
    ...rollback(1),
    migrations: [spaced],
    state: { applied: [], step: halfWay(begun, { down: { kind: "sql", file: "old", statements: [] } }) },
    database: {
      segments: () => [],
      settling: () => "looked up",
      remark: () => undefined,
      unended: () => undefined,
      lost: () => undefined,
    },
    late: "refuse",
  });
  expect(steps).toMatchObject([{ direction: "down", script: { file: "2_b.sql" } }]);
});
