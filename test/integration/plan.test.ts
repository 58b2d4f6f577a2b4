import { createTestDatabase } from "../support/database";
import { code, sql as parse, run } from "../support/migrator";
import { SERVERS } from "../support/servers";

describe.each(SERVERS)("$server", ({ server, dialect, tables, sleep }) => {
  const sql = (name: string, text: string) => parse(name, text, dialect);
  const one = sql(
    "1_one",
    "-- migrate:up\nCREATE TABLE one (id INT);\nINSERT INTO one VALUES (1);\n-- migrate:down\nDROP TABLE one;",
  );
  const two = sql(
    "2_two",
    "-- migrate:up\n-- migration: post\nCREATE TABLE two (id INT);\n-- migrate:down\nDROP TABLE two;",
  );
  const migrations = [one, two, code("3_three", async () => 1)];

  const begun = async (more: object = {}) => {
    const database = await createTestDatabase({ server });
    return { ...database, target: { url: database.url, migrations, ...more } };
  };
  const applied = async (more: object = {}) => {
    const database = await begun(more);
    await run(database.target, "migrate", { to: "2_two" });
    return database;
  };

  test("what would be applied is shown statement by statement, and nothing is made", async () => {
    const { target, query } = await begun();
    const { plan, ...report } = await run(target, "plan");
    expect(report).toMatchObject({ outcome: "done", remaining: ["1_one", "2_two", "3_three"], done: [] });
    expect(plan?.steps).toMatchObject([
      {
        name: "1_one",
        direction: "up",
        phase: "pre",
        file: "1_one.sql",
        statements: [
          { statement: 1, line: 2, sql: "CREATE TABLE one (id INT)", segment: 1 },
          { statement: 2, line: 3, sql: "INSERT INTO one VALUES (1)", whenCutOff: "undone" },
        ],
      },
      { name: "2_two", phase: "post", statements: [{ statement: 1, line: 3 }] },
      { name: "3_three", file: "3_three.ts" },
    ]);
    expect(plan?.steps[2]).not.toHaveProperty("statements");
    expect(await query(tables)).toEqual([]);
  });

  test("what a rollback would do is shown, the last applied first", async () => {
    const { target } = await applied();
    const { plan } = await run(target, "plan", { of: "rollback", steps: 2 });
    expect(plan?.steps.map(({ name, direction }) => `${direction} ${name}`)).toEqual(["down 2_two", "down 1_one"]);
    expect(plan?.steps[1]?.statements?.map(({ sql }) => sql)).toEqual(["DROP TABLE one"]);
  });

  test("a plan that would be refused says why, and what it would do otherwise", async () => {
    const { target } = await applied();
    const changed = sql("1_one", "CREATE TABLE other (id INT);");
    const report = await run({ ...target, migrations: [changed, ...migrations.slice(1)] }, "plan");
    expect(report).toMatchObject({ outcome: "refused", problems: [{ code: "CHANGED" }] });
    expect(report.plan?.steps.map(({ name }) => name)).toEqual(["3_three"]);
  });

  test("a password in a statement is not shown", async () => {
    const { target } = await begun();
    const secret = sql("1_user", "ALTER USER someone IDENTIFIED BY 'hunter2' /* or PASSWORD 'hunter2' */;");
    expect(JSON.stringify(await run({ ...target, migrations: [secret] }, "plan"))).not.toContain("hunter2");
  });

  test("with the digest of its plan a migrate runs just that", async () => {
    const { target } = await begun();
    const { plan } = await run(target, "plan", { steps: 1 });
    const report = await run(target, "migrate", { steps: 1, ...(plan && { plan: plan.digest }) });
    expect(report).toMatchObject({ outcome: "done", done: [{ name: "1_one" }] });
  });

  test.each([
    ["the database has moved on", [], "the database has other migrations applied"],
    ["there are other migrations", [sql("4_four", "SELECT 1;")], "the migrations are others"],
  ])("with the digest of a plan nothing is run when %s", async (_what, more, message) => {
    const { target } = await begun();
    const { plan } = await run(target, "plan");
    if (more.length === 0) await run(target, "migrate", { steps: 1 });
    const now = { ...target, migrations: [...migrations, ...more] };
    const report = await run(now, "migrate", plan && { plan: plan.digest });
    expect(report).toMatchObject({ outcome: "refused", problems: [{ code: "PLAN_CHANGED" }], done: [] });
    expect(report.message).toContain(message);
  });

  test("a run with a plan that the time was up for is gone on with under its run id", async () => {
    const slow = sql("1_slow", `${sleep(2)};`);
    const { target } = await begun({ migrations: [slow, ...migrations.slice(1)] });
    const { plan } = await run(target, "plan");
    const asked = { runId: "planned", ...(plan && { plan: plan.digest }) };
    const first = await run(target, "migrate", { ...asked, call: { patienceMs: 1_000 } });
    expect(first.remaining).toEqual(["1_slow", "2_two", "3_three"]);
    const report = await run(target, "migrate", asked);
    expect(report).toMatchObject({ outcome: "done", remaining: [] });
    expect(report.done.map(({ name }) => name)).toEqual(["1_slow", "2_two", "3_three"]);
  });

  describe("where rollback is protected", () => {
    const kept = { protect: "rollback" } as const;

    test("it is refused without a plan, and says how to get one", async () => {
      const { target, query } = await applied(kept);
      const report = await run(target, "rollback");
      expect(report).toMatchObject({ outcome: "refused", problems: [{ code: "PROTECTED" }] });
      expect(report.problems[0]?.advice).toContain('{"action":"plan","of":"rollback","steps":1}');
      expect(await query(tables)).toContainEqual({ name: "two" });
    });

    test("it runs with the digest of the plan", async () => {
      const { target } = await applied(kept);
      const { plan } = await run(target, "plan", { of: "rollback" });
      const report = await run(target, "rollback", plan && { plan: plan.digest });
      expect(report).toMatchObject({ outcome: "done", done: [{ name: "2_two", direction: "down" }] });
    });

    test("the digest of a plan for fewer steps does not do", async () => {
      const { target } = await applied(kept);
      const { plan } = await run(target, "plan", { of: "rollback" });
      const report = await run(target, "rollback", { steps: 2, ...(plan && { plan: plan.digest }) });
      expect(report).toMatchObject({ outcome: "refused", problems: [{ code: "PLAN_CHANGED" }] });
    });

    test("migrate and dry runs are as free as ever", async () => {
      const { target } = await applied(kept);
      expect(await run(target, "rollback", { dryRun: true })).toMatchObject({ outcome: "done", remaining: ["2_two"] });
      expect(await run(target, "migrate")).toMatchObject({ outcome: "done" });
    });
  });
});
