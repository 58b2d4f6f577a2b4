import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { createTestDatabase } from "../support/database";

const ROOT = join(__dirname, "../..");

test("a test's database bears its name, and its user has the asked privileges alone", async () => {
  const database = await createTestDatabase({ grants: ["SELECT"] });
  const connection = await createConnection(database.url);

  expect(database.name).toMatch(/^t_a_test_s_database_bears_its_name/);
  await expect(connection.query("CREATE TABLE t (a INT)")).rejects.toThrow(/denied/);
  await connection.end();
});

test("a database is dropped after a test that passed and kept after one that failed", async () => {
  const output = runTests(`
    test("good one", async () => { await createTestDatabase(); });
    test("bad one", async () => { await createTestDatabase(); throw new Error("on purpose"); });
  `);

  const [kept] = await databasesLike("t_bad_one_%");
  expect(output).toContain(`Kept for a look: database ${kept}`);
  expect(await databasesLike("t_good_one_%")).toEqual([]);
  await askAdmin(`DROP DATABASE ${kept}`);
});

/** Runs tests of their own in another Jest, on the same server, and returns what that printed. */
function runTests(tests: string): string {
  const folder = mkdtempSync(join(tmpdir(), "kept-database-"));
  const support = JSON.stringify(join(ROOT, "test/support/database"));
  writeFileSync(join(folder, "inner.test.ts"), `import { createTestDatabase } from ${support};\n${tests}`);
  const { TEST_MYSQL_FOLDER: _ours, ...env } = process.env; // ours need not be kept for its sake
  const jest = join(ROOT, "node_modules/jest/bin/jest.js");
  try {
    return spawnSync(process.execPath, [jest, "--roots", folder, "--config", join(ROOT, "jest.config.cjs")], {
      env,
      encoding: "utf8",
    }).stderr;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function databasesLike(pattern: string): Promise<string[]> {
  const rows = await askAdmin(
    "SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name LIKE ?",
    pattern,
  );
  return rows.map(({ name }) => name);
}

async function askAdmin(sql: string, ...values: string[]): Promise<RowDataPacket[]> {
  const connection = await createConnection(process.env.TEST_MYSQL_URL ?? "");
  const [rows] = await connection.query<RowDataPacket[]>(sql, values);
  await connection.end();
  return rows;
}
