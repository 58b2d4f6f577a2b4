import type { Migration } from "../../lib/migration";
import { codes, databaseWith, file, names, OTHER_TABLES } from "../support/adopting";
import { ask } from "../support/ask";
import { GOLANG_MIGRATE, GOOSE, KNEX } from "../support/history-tables";
import { databaseAt, run, sql } from "../support/migrator";
import { SERVERS } from "../support/servers";

describe.each(SERVERS)("$server", ({ server, dialect }) => {
  const at = (seconds: number) => (dialect === "mysql" ? `FROM_UNIXTIME(${seconds})` : `to_timestamp(${seconds})`);
  const prepared = async (statements: readonly string[], migrations: readonly Migration[]) => ({
    ...(await databaseWith(server, statements)),
    migrations,
  });

  test("what says that a migration is applied is kept beside it", async () => {
    const target = await prepared(
      [KNEX, `INSERT INTO knex_migrations (name, batch, migration_time) VALUES ('1_a.js', 7, ${at(1_704_067_200)})`],
      [file("1_a")],
    );
    await run(target, "adopt");
    const [row] = await target.query<{ origin: string }>("SELECT origin FROM migration");
    expect(JSON.parse(row?.origin ?? "")).toEqual({
      tool: "knex",
      table: expect.stringMatching(/\.knex_migrations$/),
      row: { id: "1", name: "1_a.js", batch: "7", migration_time: "2024-01-01T00:00:00.000Z" },
    });
  });

  test("migrate does not run what another tool's history says is applied", async () => {
    const target = await prepared(
      [KNEX, "INSERT INTO knex_migrations (name, batch) VALUES ('1_a.js', 1)"],
      [file("1_a")],
    );
    for (const dryRun of [true, false]) {
      const refused = await run(target, "migrate", { dryRun });
      expect([refused.outcome, codes(refused)]).toEqual(["refused", ["HISTORY_FOUND"]]);
      expect(refused.problems[0]?.advice).toContain('"from":"knex"');
    }
    const other = await run({ ...target, migrations: [sql("9_other", "SELECT 1;", dialect)] }, "migrate");
    expect(other).toMatchObject({ outcome: "done", done: [{ name: "9_other" }] });
  });

  test("what was adopted and has been reverted since is not adopted again", async () => {
    const target = await prepared(
      [KNEX, "INSERT INTO knex_migrations (name, batch) VALUES ('1_a.js', 1), ('2_b.js', 1)"],
      ["1_a", "2_b"].map((name) => sql(name, "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 1;", dialect)),
    );
    await run(target, "adopt");
    await run(target, "rollback");
    const again = await run(target, "adopt");
    expect(again).toMatchObject({ outcome: "done", adoption: { recorded: [], pending: ["2_b"] } });
    expect(again.notices).toEqual([expect.stringContaining("2_b was adopted before and has been reverted")]);
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done", done: [{ name: "2_b" }] });
  });

  test("a row that no file goes with is refused, unless it is to be left", async () => {
    const target = await prepared(
      [KNEX, "INSERT INTO knex_migrations (name, batch) VALUES ('1_a.js', 1), ('2_gone.js', 1)"],
      [file("1_a")],
    );
    const refused = await run(target, "adopt");
    expect([refused.outcome, codes(refused)]).toEqual(["refused", ["ROW_WITHOUT_FILE"]]);
    expect(refused.message).toContain("2_gone");
    const report = await run(target, "adopt", { unmatched: "leave" });
    expect(report.adoption).toMatchObject({ recorded: [{ name: "1_a" }], rowsWithoutFile: ["2_gone"] });
  });

  test("two files that are one migration to the tool are refused", async () => {
    const target = await prepared(
      [GOLANG_MIGRATE, "INSERT INTO schema_migrations VALUES (1, false)"],
      [file("1_a"), file("01_b")],
    );
    expect(codes(await run(target, "adopt"))).toEqual(["AMBIGUOUS"]);
  });

  test("of several histories one must be named", async () => {
    const target = await prepared(
      [KNEX, GOOSE, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (1, true)"],
      [file("1_a")],
    );
    const refused = await run(target, "adopt", { dryRun: true });
    expect(refused).toMatchObject({ outcome: "refused", problems: [{ code: "SEVERAL_HISTORIES" }] });
    expect(refused.problems[0]?.advice).toContain("goose or knex");
    expect(names((await run(target, "adopt", { from: "goose" })).adoption?.recorded)).toEqual(["1_a"]);
  });

  test("a history under another name is found by that name, and told by its columns", async () => {
    const target = await prepared(
      [KNEX.replace("knex_migrations", "our_changes"), "INSERT INTO our_changes (name, batch) VALUES ('1_a.js', 1)"],
      [file("1_a")],
    );
    expect(codes(await run(target, "adopt", { dryRun: true }))).toEqual(["NO_HISTORY"]);
    const schema = dialect === "mysql" ? "" : "public.";
    const report = await run(target, "adopt", { table: `${schema}our_changes` });
    expect(report.adoption).toMatchObject({ tool: "knex", recorded: [{ name: "1_a" }] });
  });

  test.each([
    [
      "Rails",
      [
        "CREATE TABLE schema_migrations (version VARCHAR(255) PRIMARY KEY)",
        "CREATE TABLE ar_internal_metadata (id INT)",
      ],
    ],
    ["Laravel", ["CREATE TABLE migrations (id INT, migration VARCHAR(255), batch INT)"]],
  ])("the history of %s is told from one that it looks like, and refused", async (tool, statements) => {
    const report = await run(await prepared(statements, [file("1_a")]), "adopt");
    expect(report).toMatchObject({ outcome: "refused", problems: [{ code: "NO_HISTORY" }] });
    expect(report.message).toContain(`history of ${tool}`);
  });

  test("our own journal is no history", async () => {
    const target = await prepared([], [file("1_a")]);
    await run(target, "migrate");
    expect(codes(await run(target, "adopt"))).toEqual(["NO_HISTORY"]);
    const renamed = databaseAt(target.url, OTHER_TABLES);
    expect(codes(await run({ ...target, database: renamed }, "adopt"))).toEqual(["NO_HISTORY"]);
  });

  test("a run is told again by its id, and its id serves no other command", async () => {
    const target = await prepared(
      [KNEX, "INSERT INTO knex_migrations (name, batch) VALUES ('1_a.js', 1)"],
      [file("1_a")],
    );
    const first = await run(target, "adopt", { runId: "one" });
    expect(await run(target, "adopt", { runId: "one" })).toEqual(first);
    expect(await run(target, "status", { runId: "one" })).toEqual(first);
    expect(codes(await run(target, "adopt", { runId: "one", from: "knex" }))).toEqual(["RUN_ID_TAKEN"]);
  });

  test("twenty calls at once record everything once", async () => {
    const target = await prepared(
      [KNEX, "INSERT INTO knex_migrations (name, batch) VALUES ('1_a.js', 1)"],
      [file("1_a")],
    );
    const reports = await Promise.all(Array.from({ length: 20 }, () => run(target, "adopt")));
    expect(new Set(reports.map(({ outcome }) => outcome))).toEqual(new Set(["done"]));
    expect(names((await run(target, "status")).applied)).toEqual(["1_a"]);
  });
});

test("nothing is recorded while a migration is half way", async () => {
  const { url } = await databaseWith("mysql", []);
  const broken = sql("1_a", "CREATE TABLE a (id INT);\nNONSENSE;");
  await run({ url, migrations: [broken] }, "migrate");
  await ask(url, KNEX);
  const target = { url, migrations: [broken] };
  expect(codes(await run(target, "adopt"))).toEqual(["IN_PROGRESS"]);
  expect(codes(await run(target, "baseline", { to: "1_a" }))).toContain("IN_PROGRESS");
});
