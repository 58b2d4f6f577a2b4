import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { run, sql } from "../support/migrator";

const page = readFileSync(resolve(__dirname, "../../docs/recovery.md"), "utf8");
const [, didNot = "", did = ""] = [...page.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, text = ""]) => text);

const migrations = [
  sql("1_two", "CREATE TABLE one (id INT);\nALTER TABLE one ADD COLUMN m INT;\nALTER TABLE one ADD COLUMN n INT;"),
];

/** As after a server that died inside the second statement. */
async function cutOff(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  const broken = [
    sql("1_two", "CREATE TABLE one (id INT);\nALTER TABLE one ADD COLUMN BROKEN;\nALTER TABLE one ADD COLUMN n INT;"),
  ];
  await run({ url: database.url, migrations: broken }, "migrate");
  await database.query(
    "UPDATE migration_step SET error = NULL, probe = NULL, script = REPLACE(script, 'BROKEN', 'm INT')",
  );
  const report = await run({ url: database.url, migrations }, "migrate");
  expect(report).toMatchObject({
    outcome: "refused",
    problems: [{ code: "CUT_OFF", migration: "1_two", file: "1_two.sql", line: 2 }],
  });
  return database;
}

async function byHand(database: TestDatabase, statements: string): Promise<void> {
  for (const statement of statements
    .split(";")
    .map((text) => text.trim())
    .filter(Boolean))
    await database.query(statement);
}

const columns = async (database: TestDatabase) =>
  (await database.query<{ Field: string }>("SHOW COLUMNS FROM one")).map(({ Field }) => Field);

test("the page says how to go on when the statement did not take effect", async () => {
  const database = await cutOff();
  await byHand(database, didNot);
  expect(await run({ url: database.url, migrations }, "migrate")).toMatchObject({
    outcome: "done",
    done: [{ recovered: true }],
  });
  expect(await columns(database)).toEqual(["id", "m", "n"]);
});

test("the page says how to go on when the statement did take effect", async () => {
  const database = await cutOff();
  await database.query("ALTER TABLE one ADD COLUMN m INT");
  await byHand(database, did);
  expect(await run({ url: database.url, migrations }, "migrate")).toMatchObject({
    outcome: "done",
    done: [{ recovered: true }],
  });
  expect(await columns(database)).toEqual(["id", "m", "n"]);
});
