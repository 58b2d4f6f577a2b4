import type { Migration } from "../../lib/migration";
import { databaseWith } from "../support/adopting";
import { KNEX } from "../support/history-tables";
import { run, sql } from "../support/migrator";
import { SERVERS } from "../support/servers";

const creates = (name: string, table: string) =>
  sql(name, `-- migrate:up\nCREATE TABLE ${table} (id INT);\n-- migrate:down\nDROP TABLE ${table};`);
const view: Migration = { ...sql("9_view", "CREATE OR REPLACE VIEW v AS SELECT 1 AS one;"), repeatable: true };
const migrations = [creates("1_a", "a"), creates("2_b", "b"), creates("10_c", "c"), view];

describe.each(SERVERS)("$server", ({ server, tables, share }) => {
  /** Where somebody has made the first two tables by hand. */
  const prepared = async () => {
    const database = await databaseWith(server, ["CREATE TABLE a (id INT)", "CREATE TABLE b (id INT)"]);
    const names = async () => (await database.query<{ name: string }>(tables)).map(({ name }) => name);
    return { ...database, migrations, names };
  };

  test("everything up to a name counts as applied, and the rest is migrated", async () => {
    const target = await prepared();
    const report = await run(target, "baseline", { to: "2_b" });
    expect(report).toMatchObject({
      outcome: "done",
      adoption: { tool: "baseline", recorded: [{ name: "1_a" }, { name: "2_b" }], pending: ["10_c", "9_view"] },
    });
    expect((await run(target, "migrate")).done.map(({ name }) => name)).toEqual(["10_c", "9_view"]);
    expect((await run(target, "rollback", { steps: 2 })).done.map(({ name }) => name)).toEqual(["10_c", "2_b"]);
    expect(await target.names()).not.toContain("b");
    expect(await target.query("SELECT origin FROM migration WHERE name = '1_a'")).toEqual([
      { origin: '{"tool":"baseline"}' },
    ]);
  });

  test("a dry run shows the same and writes nothing", async () => {
    const target = await prepared();
    const shown = await run(target, "baseline", { to: "2_b", dryRun: true });
    expect(await target.names()).toEqual(["a", "b"]);
    expect((await run(target, "baseline", { to: "2_b" })).adoption).toEqual(shown.adoption);
  });

  test("a journal that has rows is left as it is", async () => {
    const target = await prepared();
    await run(target, "baseline", { to: "1_a" });
    const again = await run(target, "baseline", { to: "2_b" });
    expect(again).toMatchObject({ outcome: "refused", problems: [{ code: "ALREADY_APPLIED" }] });
    expect((await run(target, "status")).applied).toHaveLength(1);
  });

  test("a name that no migration has is refused, and one of a repeatable too", async () => {
    const target = await prepared();
    for (const to of ["2_c", "9_view"]) {
      const report = await run(target, "baseline", { to });
      expect(report).toMatchObject({ outcome: "refused", problems: [{ code: "UNKNOWN_TARGET" }] });
    }
    expect((await run(target, "status")).applied).toEqual([]);
  });

  test("a history that can be adopted is pointed at", async () => {
    const target = await prepared();
    await target.query(KNEX);
    await target.query(share("knex_migrations"));
    const report = await run(target, "baseline", { to: "2_b" });
    expect(report).toMatchObject({ outcome: "refused", problems: [{ code: "HISTORY_FOUND" }] });
    expect(report.problems[0]?.advice).toContain('"from":"knex"');
  });

  test("a run is told again by its id", async () => {
    const target = await prepared();
    const first = await run(target, "baseline", { to: "2_b", runId: "one" });
    expect(await run(target, "baseline", { to: "2_b", runId: "one" })).toEqual(first);
  });
});
