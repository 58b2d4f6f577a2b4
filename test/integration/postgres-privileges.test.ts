import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { MigratorError } from "../../lib/errors";
import type { CodeParams } from "../../lib/migration";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { code, run, sql } from "../support/migrator";

const PAGE = readFileSync(resolve(__dirname, "../../docs/privileges.md"), "utf8");
const [, POSTGRES = ""] = PAGE.split("\n## PostgreSQL\n");

/** The statements of a section of the page's part on PostgreSQL, for this database and its user. */
function statements(title: string, { name, url }: TestDatabase): readonly string[] {
  const [, section = ""] = POSTGRES.split(`\n### ${title}\n`);
  const [, text = ""] = /```sql\n([\s\S]*?)```/.exec(section.split("\n### ")[0] ?? "") ?? [];
  const { username } = new URL(url);
  const own = text.replaceAll(/\bshop\b/g, name).replaceAll(/\b(migrator|reader)\b/g, username);
  return own.split(/;\n/).filter((statement) => statement.trim() !== "");
}

const one = ({ context }: CodeParams) => context.query("SELECT 1");
const migrations = [
  sql("1_x", "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 1;", "postgres"),
  code("2_x", one, { down: one }),
];

describe.each(["postgres14", "postgres18"] as const)("%s", (server) => {
  const prepare = async (...titles: readonly string[]) => {
    const database = await createTestDatabase({ server, grants: [] });
    for (const title of titles) {
      const listed = statements(title, database);
      expect(listed.length).toBeGreaterThan(1);
      for (const statement of listed) await database.query(statement);
    }
    return { url: database.url, migrations, query: database.query };
  };

  test("status works with what the docs list for reading, and nothing more can be done with that", async () => {
    const target = await prepare("Making the tables beforehand", "Reading");
    expect(await run(target, "status")).toMatchObject({ outcome: "done", remaining: ["1_x", "2_x"] });
    await expect(run(target, "migrate")).rejects.toMatchObject({ code: "ACCESS_DENIED" });
  });

  test("before the tables are there, status works without a right to them", async () => {
    const { url } = await createTestDatabase({ server, grants: ["CONNECT", "USAGE ON SCHEMA public"] });
    expect(await run({ url, migrations }, "status")).toMatchObject({ outcome: "done", remaining: ["1_x", "2_x"] });
  });

  test("migrate and rollback work with what the docs list for writing", async () => {
    const target = await prepare("Writing");
    expect(await upAndDown(target)).toBe("done");
  });

  test("with tables that an administrator made, the least that the docs list suffices", async () => {
    const target = await prepare("Making the tables beforehand", "The least");
    expect(await upAndDown(target)).toBe("done");
  });

  test.each([
    ["migration", "SELECT"],
    ["migration", "INSERT"],
    ["migration", "DELETE"],
    ["migration_step", "SELECT"],
    ["migration_step", "INSERT"],
    ["migration_step", "UPDATE"],
    ["migration_step", "DELETE"],
    ["migration_run", "SELECT"],
    ["migration_run", "INSERT"],
    ["migration_run", "UPDATE"],
  ])("the least without one of its privileges, on %s %s, is too little", async (table, privilege) => {
    const target = await prepare("Making the tables beforehand", "The least");
    await target.query(`REVOKE ${privilege} ON ${table} FROM ${new URL(target.url).username}`);
    expect(await upAndDown(target)).not.toBe("done");
  });
});

type Target = Parameters<typeof run>[0];

/** How `migrate` and, after it, `rollback` end: the outcome, or the code of the error. */
async function upAndDown(target: Target): Promise<string> {
  try {
    const { outcome } = await run(target, "migrate");
    return outcome === "done" ? (await run(target, "rollback", { steps: 2 })).outcome : outcome;
  } catch (error) {
    return error instanceof MigratorError ? error.code : String(error);
  }
}
