import { createTestDatabase } from "../support/database";
import { code, sql as parse, run } from "../support/migrator";
import { SERVERS } from "../support/servers";

describe.each(SERVERS)("$server", ({ server, dialect, nothing, share }) => {
  const sql = (name: string, text: string) => parse(name, text, dialect);
  const first = sql("1_first", nothing);
  const inSql = sql("2_sql", "-- migrate:up\nCREATE TABLE two (id INT);\n-- migrate:down\nDROP TABLE two;");
  const inCode = code("3_code", ({ context }) => context.query("CREATE TABLE three (id INT)"), {
    down: ({ context }) => context.query("DROP TABLE three"),
  });

  test("what newer code has applied is ahead: SQL is reverted from the journal, code by the version that has it", async () => {
    const { url } = await createTestDatabase({ server });
    const newer = { url, migrations: [first, inSql, inCode], bundle: "42+1f0c2ab" };
    const older = { url, migrations: [first], bundle: "41+0e1d2cb" };
    await run(newer, "migrate");
    expect(await run(older, "status")).toMatchObject({ outcome: "done", problems: [], ahead: ["2_sql", "3_code"] });
    expect(await run(older, "migrate")).toMatchObject({ outcome: "done", message: "Nothing to do." });
    expect(await run(older, "rollback")).toMatchObject({
      outcome: "refused",
      problems: [{ code: "FILE_GONE", migration: "3_code", advice: expect.stringContaining("--qualifier 42") }],
    });
    expect(await run(newer, "rollback")).toMatchObject({ outcome: "done", done: [{ name: "3_code" }] });
    expect(await run(older, "rollback")).toMatchObject({ outcome: "done", done: [{ name: "2_sql" }] });
  });

  test("what was half reverted without its file is brought to its end without it", async () => {
    const { url, query } = await createTestDatabase({ server });
    const down = "-- migrate:down transaction:false\nDROP TABLE two;\nINSERT INTO later VALUES (1);";
    const text = `-- migrate:up\nCREATE TABLE two (id INT);\n${down}`;
    await run({ url, migrations: [first, sql("2_sql", text)] }, "migrate");
    const older = { url, migrations: [first] };
    expect(await run(older, "rollback")).toMatchObject({ outcome: "failed", failure: { migration: "2_sql" } });
    await query("CREATE TABLE later (id INT)");
    await query(share("later"));
    expect(await run(older, "rollback")).toMatchObject({ outcome: "done", done: [{ name: "2_sql" }] });
  });
});
