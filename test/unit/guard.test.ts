import { createGuard, type GuardOptions, migrateOnColdStart } from "../../lib/guard";
import { createCheck } from "../../lib/guard/check";
import { type AppliedEntry, judgeApplied, judgeStep, type Mode, type StepEntry } from "../../lib/guard/judge";
import type { BuiltMigration } from "../../lib/guard/set";

const built = (name: string, more: Partial<BuiltMigration> = {}): BuiltMigration => ({
  name,
  checksum: `sum of ${name}`,
  normalised: `text of ${name}`,
  phase: "pre",
  ...more,
});
const row = (name: string, more: Partial<AppliedEntry> = {}): AppliedEntry => ({ ...built(name), ...more });

describe("what is applied", () => {
  const set = [built("1_a"), built("2_b"), built("3_c", { phase: "post" })];
  const [a, b, c] = ["1_a", "2_b", "3_c"].map((name) => row(name));
  const rows = (...entries: readonly (AppliedEntry | undefined)[]) => entries.flatMap((entry) => entry ?? []);

  test.each([
    ["is all that is built in", rows(a, b, c), undefined, undefined],
    ["lacks one that is destructive, which follows the code", rows(a, b), undefined, "3_c is not applied."],
    ["lacks one that adds", rows(a, c), "2_b is not applied.", "2_b is not applied."],
    ["is nothing", [], "1_a is not applied.", "1_a is not applied."],
    ["has one more that adds", rows(a, b, c, row("4_d")), undefined, "4_d is applied"],
    [
      "has one more of which no phase is known",
      rows(a, b, c, row("4_d", { phase: null })),
      undefined,
      "4_d is applied",
    ],
    [
      "has one more that is destructive",
      rows(a, b, c, row("4_d", { phase: "post" })),
      "4_d is applied",
      "4_d is applied",
    ],
    [
      "is another migration of the same name",
      rows(row("1_a", { checksum: "x", normalised: "y" }), b, c),
      "1_a is not the",
      "1_a is not the",
    ],
    ["differs in comments and spacing", rows(row("1_a", { checksum: "x" }), b, c), undefined, undefined],
  ] as const)("%s", (_, applied, atLeast, exact) => {
    const verdict = (mode: Mode) => judgeApplied(set, mode, applied);
    const starting = (text: string | undefined) => (text === undefined ? undefined : expect.stringContaining(text));
    expect([verdict("at-least"), verdict("exact")]).toEqual([starting(atLeast), starting(exact)]);
  });

  test("is another version of what is run again when it changes", () => {
    const applied = [row("R__view", { checksum: "x", normalised: "y" })];
    expect(judgeApplied([built("R__view", { repeatable: true })], "exact", applied)).toBeUndefined();
  });
});

describe("a step in progress", () => {
  const step = (more: Partial<StepEntry>): StepEntry => ({
    name: "2_b",
    direction: "up",
    phase: "pre",
    stopped: false,
    ...more,
  });

  test.each([
    ["that adds", step({}), "serve"],
    ["that is destructive", step({ phase: "post" }), "stop"],
    ["of which no phase is known", step({ phase: null }), "stop"],
    ["that undoes what was added, and the code knows", step({ name: "1_a", direction: "down" }), "stop"],
    ["that undoes what was added, and the code does not know", step({ direction: "down" }), "serve"],
    ["that undoes something destructive", step({ direction: "down", phase: "post" }), "stop"],
  ] as const)("%s", (_, entry, verdict) => {
    const set = [built("1_a")];
    expect(judgeStep(set, "at-least", entry) === undefined ? "serve" : "stop").toBe(verdict);
    expect(judgeStep(set, "exact", entry)).toContain("in progress");
  });
});

describe("an answer of the journal", () => {
  let asked = 0;
  beforeEach(() => {
    asked = 0;
    jest.useFakeTimers({ now: 0 });
  });
  afterEach(() => jest.useRealTimers());
  const good = async () => {
    asked += 1;
    return undefined;
  };

  test("stands for as long as it is told, counted from the question", async () => {
    const slow = async () => {
      jest.setSystemTime(Date.now() + 400);
      return good();
    };
    const check = createCheck({ rememberMs: 1_000, ask: slow });
    for (const now of [0, 999, 1_000]) {
      jest.setSystemTime(Math.max(now, Date.now()));
      await check.pass();
    }
    expect(asked).toBe(2);
  });

  test("is for all who ask at the same time", async () => {
    const check = createCheck({ rememberMs: 0, ask: good });
    await Promise.all([check.pass(), check.pass(), check.pass()]);
    expect(asked).toBe(1);
  });

  test("is asked for again after the handler has failed", async () => {
    const check = createCheck({ rememberMs: 1_000, ask: good });
    await check.pass();
    check.forget();
    await check.pass();
    expect(asked).toBe(2);
  });

  test("is asked for again after it could not be had", async () => {
    const answers = [() => Promise.reject(new Error("no")), good];
    const check = createCheck({ rememberMs: 1_000, ask: () => answers.shift()?.() ?? good() });
    await expect(check.pass()).rejects.toThrow("no");
    await check.pass();
    expect(asked).toBe(1);
  });

  test("that says no stands for a second", async () => {
    const check = createCheck({
      rememberMs: 10_000,
      ask: async () => (asked++ === 0 ? { why: "out of date" as const, message: "no" } : undefined),
    });
    for (const now of [0, 999]) {
      jest.setSystemTime(now);
      await expect(check.pass()).rejects.toMatchObject({ code: "OUT_OF_DATE", message: "no" });
    }
    jest.setSystemTime(1_000);
    await check.pass();
  });
});

const options: GuardOptions<unknown> = { set: [built("1_a")], database: () => ({}) };

test.each<[string, object, string]>([
  ["no set", { set: undefined }, "INVALID_MIGRATIONS"],
  ["an empty set", { set: [] }, "INVALID_MIGRATIONS"],
  ["names in place of a set", { set: ["1_a"] }, "INVALID_MIGRATIONS"],
  ["the bundle in place of its set", { set: { migrations: [] } }, "INVALID_MIGRATIONS"],
  ["another phase", { set: [{ ...built("1_a"), phase: "later" }] }, "INVALID_MIGRATIONS"],
  ["a hole in the set", { set: [null] }, "INVALID_MIGRATIONS"],
  ["no checksum", { set: [{ ...built("1_a"), checksum: undefined }] }, "INVALID_MIGRATIONS"],
  ["a database that is no function", { database: {} }, "INVALID_SETTINGS"],
  ["no database", { database: undefined }, "INVALID_SETTINGS"],
  ["another mode", { mode: "strict" }, "INVALID_SETTINGS"],
  ["a time in words", { rememberMs: "10s" }, "INVALID_SETTINGS"],
  ["a negative time", { rememberMs: -1 }, "INVALID_SETTINGS"],
  ["no number", { waitMs: Number.NaN }, "INVALID_SETTINGS"],
  ["for ever", { waitMs: Number.POSITIVE_INFINITY }, "INVALID_SETTINGS"],
  ["more than a minute", { waitMs: 60_001 }, "INVALID_SETTINGS"],
  ["an empty schema", { journal: { schema: "" } }, "INVALID_SETTINGS"],
  ["a table that is no text", { journal: { stepTable: 7 } }, "INVALID_SETTINGS"],
])("a Guard with %s is not made", (_, wrong, code) => {
  expect(() => createGuard({ ...options, ...wrong })).toThrow(expect.objectContaining({ code }));
});

test("all that is wrong is said at once", () => {
  const wrong = { ...options, waitMs: -1, rememberMs: -1 };
  expect(() => createGuard(wrong)).toThrow(/rememberMs.*waitMs/);
});

test("a handler with a callback is not protected", () => {
  const handler = async (_event: unknown, _context: unknown, _done?: unknown) => undefined;
  const three = Object.defineProperty(handler, "length", { value: 3 });
  expect(() => createGuard(options).protect(three)).toThrow(expect.objectContaining({ code: "INVALID_SETTINGS" }));
});

test.each<[string, unknown, object]>([
  ["nothing to migrate with", undefined, {}],
  ["more than Lambda gives", () => undefined, { initMs: 10_000 }],
  ["no time for requests", () => undefined, { requestMs: 0 }],
])("a cold start with %s is refused", (_, assemble, wrong) => {
  expect(() => migrateOnColdStart(assemble as never, wrong)).toThrow(
    expect.objectContaining({ code: "INVALID_SETTINGS" }),
  );
});
