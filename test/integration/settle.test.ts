import { codes } from "../support/adopting";
import { createTestDatabase } from "../support/database";
import { sql as parse, run } from "../support/migrator";
import { SERVERS } from "../support/servers";

const reason = "Looked at the table";

/** A statement that commits by itself, that the server refuses until `BROKEN` reads `right`, and that cannot be repeated. */
const DOUBTFUL = {
  mysql: { statement: "ALTER TABLE one ADD COLUMN m BROKEN", right: "INT" },
  postgres: { statement: "CREATE INDEX CONCURRENTLY m ON one (BROKEN)", right: "id" },
};

describe.each(SERVERS)("$server", ({ server, dialect, share }) => {
  const { statement, right } = DOUBTFUL[dialect];
  const text = `CREATE TABLE one (id INT);\n${statement};\nINSERT INTO one (id) VALUES (3);`;
  const question = { migration: "1_two", statement: 2, reason };

  /** As after a server that died inside the second statement, and where nothing else tells what became of it. */
  const inDoubt = async () => {
    const database = await createTestDatabase({ server });
    const { url, query } = database;
    await run({ url, migrations: [parse("1_two", text, dialect)] }, "migrate");
    await query(`UPDATE migration_step SET error = NULL, probe = NULL, script = REPLACE(script, 'BROKEN', '${right}')`);
    await query(share("one"));
    return { ...database, migrations: [parse("1_two", text.replace("BROKEN", right), dialect)] };
  };
  const finished = { outcome: "done", done: [{ name: "1_two", recovered: true }] };

  test("the refusal names the command that answers it", async () => {
    const { problems } = await run(await inDoubt(), "migrate");
    expect(problems).toMatchObject([{ code: "CUT_OFF", migration: "1_two", file: "1_two.sql", line: 2, statement: 2 }]);
    expect(problems[0]?.advice).toContain('{"action":"settle","migration":"1_two","statement":2,"as":"applied" or');
  });

  test("what has not taken effect is run by the next call, and the audit says why", async () => {
    const target = await inDoubt();
    const report = await run(target, "settle", { ...question, as: "not applied", runId: "settling" });
    expect(report).toMatchObject({ action: "settle", outcome: "done", reason });
    expect(await run(target, "status", { runId: "settling" })).toEqual(report);
    expect(await run(target, "migrate")).toMatchObject(finished);
  });

  test("what has taken effect is not run again", async () => {
    const target = await inDoubt();
    await target.query(statement.replace("BROKEN", right));
    expect(await run(target, "settle", { ...question, as: "applied" })).toMatchObject({ outcome: "done" });
    expect(await run(target, "migrate")).toMatchObject(finished);
    expect(await target.query("SELECT id FROM one")).toEqual([{ id: 3 }]);
  });

  test.each([
    ["another statement", { statement: 1 }],
    ["a statement that there is not", { statement: 9 }],
    ["another migration", { migration: "2_other" }],
  ])("an answer about %s is refused, and told what the question is", async (_what, wrong) => {
    const target = await inDoubt();
    const report = await run(target, "settle", { ...question, as: "applied", ...wrong });
    expect([report.outcome, codes(report)]).toEqual(["refused", ["NOT_IN_DOUBT"]]);
    expect(report.message).toContain("but statement 2 of 1_two");
    expect(codes(await run(target, "migrate"))).toEqual(["CUT_OFF"]);
  });

  test("an answer to no question is refused, and so is a second answer", async () => {
    const { migrations } = await inDoubt();
    const { url } = await createTestDatabase({ server });
    expect(codes(await run({ url, migrations }, "settle", { ...question, as: "applied" }))).toEqual(["NOT_IN_DOUBT"]);
    const target = await inDoubt();
    await run(target, "settle", { ...question, as: "not applied" });
    const second = await run(target, "settle", { ...question, as: "not applied" });
    expect([second.message, codes(second)]).toEqual([
      "Nothing is in doubt, and so statement 2 of 1_two is not.",
      ["NOT_IN_DOUBT"],
    ]);
  });
});

describe("of locked tables", () => {
  const block = (table: string) =>
    parse(
      "1_lock",
      `CREATE TABLE seen (n INT);\nLOCK TABLES seen WRITE;\nINSERT INTO seen VALUES (1);\nINSERT INTO ${table} VALUES (2);\nUNLOCK TABLES;\nINSERT INTO seen VALUES (5);`,
    );
  const question = { migration: "1_lock", statement: 2, reason };
  const stopped = async () => {
    const database = await createTestDatabase();
    await run({ url: database.url, migrations: [block("nowhere")] }, "migrate");
    return { ...database, migrations: [block("seen")] };
  };

  test("the whole block counts as applied", async () => {
    const target = { ...(await stopped()), migrations: [block("nowhere")] };
    await run(target, "settle", { ...question, as: "applied" });
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done" });
    expect(await target.query("SELECT n FROM seen")).toEqual([{ n: 1 }, { n: 5 }]);
  });

  test("the whole block is run again", async () => {
    const target = await stopped();
    await target.query("DELETE FROM seen");
    await run(target, "settle", { ...question, as: "not applied" });
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done" });
    expect(await target.query("SELECT n FROM seen")).toEqual([{ n: 1 }, { n: 2 }, { n: 5 }]);
  });
});
