import type { Migration } from "../../lib/migration";
import { createTestDatabase } from "../support/database";
import { sql as parse, run } from "../support/migrator";
import { SERVERS } from "../support/servers";

describe.each(SERVERS)("$server", ({ server, dialect, tables, nothing }) => {
  const sql = (name: string, text: string) => parse(name, text, dialect);
  const creates = (comment: string, column = "id", down = "DROP TABLE one") =>
    sql("1_a", `-- migrate:up\n-- ${comment}\nCREATE TABLE one (${column} INT);\n-- migrate:down\n${down};`);
  const view: Migration = { ...sql("R_view", nothing), repeatable: true };

  const applied = async (...migrations: readonly Migration[]) => {
    const database = await createTestDatabase({ server });
    await run({ url: database.url, migrations }, "migrate");
    return database;
  };
  const reason = "Only the type of a number was corrected";

  test("a file that has changed is accepted as it is now, with its down, and the audit says why", async () => {
    const { url, query } = await applied(creates("first"));
    const target = { url, migrations: [creates("second", "number", "DROP TABLE IF EXISTS one")] };
    const refused = await run(target, "migrate");
    expect(refused).toMatchObject({ outcome: "refused", problems: [{ code: "CHANGED", migration: "1_a" }] });
    expect(refused.problems[0]?.advice).toContain('{"action":"accept","migration":"1_a"');
    const report = await run(target, "accept", { migration: "1_a", reason, runId: "accepting" });
    expect(report).toMatchObject({ action: "accept", outcome: "done", reason });
    expect(await run(target, "status", { runId: "accepting" })).toEqual(report);
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done", message: "Nothing to do." });
    const [{ down } = { down: "" }] = await query<{ down: string }>("SELECT down FROM migration");
    expect(down).toContain("DROP TABLE IF EXISTS one");
    expect(await run({ url, migrations: [] }, "rollback")).toMatchObject({ done: [{ name: "1_a" }] });
    expect(await query(tables)).not.toContainEqual({ name: "one" });
  });

  test("a file whose formatting alone has changed is noticed and no obstacle, and its down reverts it", async () => {
    const { url, query } = await applied(creates("first", "id", "DROP TABLE nowhere"));
    const target = { url, migrations: [creates("second"), sql("2_b", nothing)] };
    const notices = ["1_a is applied, and its file differs from what was applied in comments or spacing only."];
    expect(await run(target, "status")).toMatchObject({ problems: [], changed: [], notices });
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done", done: [{ name: "2_b" }], notices });
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done", done: [], notices });
    const first = { url, migrations: target.migrations.slice(0, 1) };
    await query("DELETE FROM migration WHERE name = '2_b'");
    expect(await run(first, "rollback")).toMatchObject({ outcome: "done", done: [{ name: "1_a", direction: "down" }] });
  });

  test("formatting can be accepted too, and then nothing is said of it any more", async () => {
    const { url } = await applied(creates("first"));
    const target = { url, migrations: [creates("second")] };
    expect(await run(target, "accept", { migration: "1_a", reason })).toMatchObject({ outcome: "done" });
    expect((await run(target, "status")).notices).toBeUndefined();
  });

  test.each([
    ["that no file and no row has", "3_c", "UNKNOWN_TARGET"],
    ["that is not applied", "2_b", "NOT_APPLIED"],
    ["whose file is gone", "0_gone", "FILE_GONE"],
    ["that is what was applied", "1_a", "NOT_CHANGED"],
    ["that is run again whenever it changes", "R_view", "NOT_CHANGED"],
  ])("a name %s is refused", async (_what, migration, problem) => {
    const { url } = await applied(sql("0_gone", nothing), creates("first"), view);
    const changed: Migration = { ...view, checksum: "0".repeat(64), normalised: "0".repeat(64) };
    const target = { url, migrations: [creates("first"), sql("2_b", nothing), changed] };
    const report = await run(target, "accept", { migration, reason });
    expect(report).toMatchObject({ outcome: "refused", problems: [{ code: problem }], reason });
    expect(await run(target, "status", { runId: report.runId })).toEqual(report);
  });
});
