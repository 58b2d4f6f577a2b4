import { createTestDatabase } from "../support/database";
import { run, sql } from "../support/migrator";

const sets = sql(
  "1_sets",
  "SET SESSION default_storage_engine = MyISAM, sql_select_limit = 1;\nSET @x = 5, @y = 6;\nSELECT 7 INTO @z;\nCREATE TEMPORARY TABLE kept AS SELECT 8 AS n;\nSET SESSION TRANSACTION READ ONLY;",
);
const uses = sql(
  "2_uses",
  "CREATE TABLE seen (n INT);\nINSERT INTO seen VALUES (@x), (@y), (@z);\nCREATE TABLE last AS SELECT n FROM seen;",
);

test("a migration finds nothing in its session that the one before it has left there", async () => {
  const database = await createTestDatabase();
  const target = { url: database.url, migrations: [sets, uses] };
  expect(await run(target, "migrate")).toMatchObject({ outcome: "done", message: "2 applied." });
  expect(await database.query("SELECT n FROM last")).toEqual([{ n: null }, { n: null }, { n: null }]);
  expect(
    await database.query("SELECT ENGINE AS engine FROM information_schema.TABLES WHERE TABLE_NAME = 'seen'"),
  ).toContainEqual({ engine: "InnoDB" });
});

test("nor a temporary table", async () => {
  const database = await createTestDatabase();
  const target = { url: database.url, migrations: [sets, sql("2_uses", "CREATE TABLE seen AS SELECT n FROM kept;")] };
  expect(await run(target, "migrate")).toMatchObject({ failure: { migration: "2_uses", code: "ER_NO_SUCH_TABLE" } });
});

test("what the server refuses to put back is no failure of the migration", async () => {
  const database = await createTestDatabase();
  const target = { url: database.url, migrations: [sql("1_sets", "SET insert_id = 5;\nSET @x = 1;"), uses] };
  expect(await run(target, "migrate")).toMatchObject({ outcome: "done", message: "2 applied." });
  expect(await database.query("SELECT DISTINCT n FROM last")).toEqual([{ n: null }]);
});
