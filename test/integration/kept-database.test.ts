import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServerName } from "../../scripts/local/hold.cjs";
import { ask } from "../support/ask";
import { createTestDatabase } from "../support/database";
import { folderVariable } from "../support/held";

const ROOT = join(__dirname, "../..");

interface Kind {
  readonly server: ServerName;
  readonly databases: string;
  readonly drop: (name: string) => string;
  readonly grants: readonly string[];
}

const postgres = {
  databases: "SELECT datname AS name FROM pg_catalog.pg_database",
  drop: (name: string) => `DROP DATABASE "${name}"`,
  grants: ["CONNECT", "USAGE ON SCHEMA public"],
};

const KINDS: readonly Kind[] = [
  {
    server: "mysql",
    databases: "SELECT schema_name AS name FROM information_schema.schemata",
    drop: (name) => `DROP DATABASE \`${name}\``,
    grants: ["SELECT"],
  },
  { server: "postgres14", ...postgres },
  { server: "postgres18", ...postgres },
];

describe.each(KINDS)("$server", ({ server, databases, drop, grants }) => {
  test("a test's database bears its name, and its user has the asked privileges alone", async () => {
    const database = await createTestDatabase({ server, grants });

    expect(database.name).toMatch(/^t_(mysql|postgres1[48])_a_test_s_database_bears_its_name/);
    await expect(ask(database.url, "CREATE TABLE t (a INT)")).rejects.toThrow(/denied/);
  });

  test("a database's user may do everything in it when nothing is said of privileges", async () => {
    const database = await createTestDatabase({ server });

    await ask(database.url, "CREATE TABLE t AS SELECT 1 AS a");

    expect(await database.query("SELECT a FROM t")).toEqual([{ a: 1 }]);
  });

  test("a database is dropped after a test that passed and kept after one that failed", async () => {
    const asking = await createTestDatabase({ server });
    const output = runTests(`
      const create = () => createTestDatabase({ server: ${JSON.stringify(server)} });
      test("good one", async () => { await create(); });
      test("bad one", async () => { await create(); throw new Error("on purpose"); });
    `);
    const names = (await asking.query<{ name: string }>(databases)).map(({ name }) => name);
    const [kept = ""] = names.filter((name) => name.startsWith("t_bad_one_"));

    expect(output).toContain(`Kept for a look: database ${kept} `);
    expect(names.filter((name) => name.startsWith("t_good_one_"))).toEqual([]);
    await asking.query(drop(kept));
  });
});

/** Runs tests of their own in another Jest, on the same servers, and returns what that printed. */
function runTests(tests: string): string {
  const folder = mkdtempSync(join(tmpdir(), "kept-database-"));
  const support = JSON.stringify(join(ROOT, "test/support/database"));
  writeFileSync(join(folder, "inner.test.ts"), `import { createTestDatabase } from ${support};\n${tests}`);
  const ours = KINDS.map(({ server }) => folderVariable(server)); // they need not be kept for its sake
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.includes(name)));
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
