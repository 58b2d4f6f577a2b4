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

test.each([
  ["CREATE TEMPORARY TABLE `kept-for now` (n INT);", "SELECT * FROM `kept-for now`;", "ER_NO_SUCH_TABLE"],
  ['SET sql_mode = ANSI_QUOTES;\nCREATE TEMPORARY TABLE "a b" (n INT);', "SELECT * FROM `a b`;", "ER_NO_SUCH_TABLE"],
  ["PREPARE kept FROM 'SELECT 1';", "EXECUTE kept;", "ER_UNKNOWN_STMT_HANDLER"],
  ["SET @`kept for now` = 1;", "CREATE TABLE seen (n INT NOT NULL) SELECT @`kept for now` AS n;", "ER_BAD_NULL_ERROR"],
])("nor what has a name of its own: %s", async (made, used, code) => {
  const { url } = await createTestDatabase();
  const migrations = [sql("1_makes", made), sql("2_uses", used)];
  expect(await run({ url, migrations }, "migrate")).toMatchObject({ failure: { migration: "2_uses", code } });
});

test("nor a temporary table by its full name", async () => {
  const { url, name } = await createTestDatabase();
  const migrations = [
    sql("1_makes", `CREATE TEMPORARY TABLE ${name}.kept (n INT);`),
    sql("2_uses", "SELECT n FROM kept;"),
  ];
  const report = await run({ url, migrations }, "migrate");
  expect(report).toMatchObject({ failure: { migration: "2_uses", code: "ER_NO_SUCH_TABLE" } });
});

test("what the server refuses to put back is no failure of the migration", async () => {
  const database = await createTestDatabase();
  const target = { url: database.url, migrations: [sql("1_sets", "SET insert_id = 5;\nSET @x = 1;"), uses] };
  expect(await run(target, "migrate")).toMatchObject({ outcome: "done", message: "2 applied." });
  expect(await database.query("SELECT DISTINCT n FROM last")).toEqual([{ n: null }]);
});
