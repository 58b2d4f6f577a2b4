import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { holdServer } from "../../scripts/local/hold.cjs";
import { ask } from "../support/ask";
import { createTestDatabase } from "../support/database";
import { diagnose, findingOf, resultsOf } from "../support/doctor";
import { run, sql } from "../support/migrator";
import { SERVERS } from "../support/servers";

const WELL = {
  dns: "ok",
  tcp: "ok",
  tls: "ok",
  authentication: "ok",
  version: "ok",
  writer: "ok",
  clock: "ok",
  privileges: "ok",
  pooler: "ok",
};

describe.each(SERVERS)("on $dialect", ({ server, tables }) => {
  test("a database that is as it should be passes every check", async () => {
    const { url, name } = await createTestDatabase({ server });
    const report = await diagnose({ DATABASE_URL: url });
    expect(report).toMatchObject({ action: "doctor", database: name, outcome: "done", problems: [] });
    expect(resultsOf(report)).toEqual(WELL);
  });

  test("nothing is written", async () => {
    const { url, query } = await createTestDatabase({ server });
    await diagnose({ DATABASE_URL: url });
    expect(await query(tables)).toEqual([]);
  });

  test("a wrong password fails authentication alone, and the checks behind it are skipped", async () => {
    const { url, name } = await createTestDatabase({ server });
    const wrong = Object.assign(new URL(url), { password: "hunter2" });
    const report = await diagnose({ DATABASE_URL: wrong.href });
    expect(resultsOf(report)).toEqual({ dns: "ok", tcp: "ok", tls: "ok", authentication: "failed" });
    const message = "The database refused the user or the password.";
    expect(report).toMatchObject({ outcome: "refused", database: name, message });
    expect(findingOf(report, "pooler").message).toBe("It depends on authentication, which failed.");
    expect(JSON.stringify(report)).not.toMatch(new RegExp(`hunter2|${wrong.username}|127\\.0\\.0\\.1`));
  });

  test("a database that is not there is named", async () => {
    const { url, name } = await createTestDatabase({ server, ...(server === "mysql" && { grants: ["ALL ON *.*"] }) });
    const report = await diagnose({ DATABASE_URL: url.replace(name, "not_there") });
    expect(findingOf(report, "authentication").message).toBe("There is no database not_there on this server.");
  });

  test("the problems are the failed findings", async () => {
    const { url } = await createTestDatabase({ server });
    const report = await diagnose({ DATABASE_URL: Object.assign(new URL(url), { password: "x" }).href });
    const { message, advice } = findingOf(report, "authentication");
    expect(report.problems).toEqual([{ code: "CHECK_FAILED", message, advice }]);
  });
});

test("a server that takes no writes fails the check of the writer", async () => {
  const folder = mkdtempSync(join(tmpdir(), "migration-lambda-reader-"));
  const server = await holdServer(join(folder, "server"), "tests", "mysql");
  try {
    await ask(server.adminUrl ?? "", "SET GLOBAL read_only = 1");
    const report = await diagnose({ DATABASE_URL: server.url });
    expect(report.outcome).toBe("refused");
    expect(findingOf(report, "writer")).toMatchObject({ result: "failed", message: "The server is read-only." });
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
});

describe("privileges on mysql", () => {
  const privileges = async (grants: readonly string[], made: "made" | "not made" = "not made") => {
    const { url, name, query } = await createTestDatabase({ grants });
    if (made === "made") {
      const owner = await createTestDatabase();
      await run({ url: owner.url, migrations: [sql("1_a", "DO 0;")] }, "migrate");
      for (const table of ["migration", "migration_step", "migration_run"])
        await query(`CREATE TABLE ${name}.${table} LIKE ${owner.name}.${table}`);
    }
    return findingOf(await diagnose({ DATABASE_URL: url }), "privileges");
  };

  test("those for the whole database that the docs list are enough", async () => {
    expect(await privileges(["SELECT, INSERT, UPDATE, DELETE, CREATE"])).toMatchObject({ result: "ok" });
  });

  test("a user who may only read is told what is lacking", async () => {
    expect(await privileges(["SELECT"])).toMatchObject({
      result: "failed",
      message: expect.stringMatching(/INSERT on migration, .*DELETE on migration_step/),
      advice: "Grant them as docs/privileges.md shows.",
    });
  });

  test("without the tables CREATE is needed", async () => {
    expect(await privileges(["SELECT, INSERT, UPDATE, DELETE"])).toMatchObject({
      result: "failed",
      message: expect.stringContaining("CREATE on migration"),
    });
  });

  test("with the tables CREATE is not needed", async () => {
    expect(await privileges(["SELECT, INSERT, UPDATE, DELETE"], "made")).toMatchObject({ result: "ok" });
  });

  test("what only rollback and accept need is a warning", async () => {
    const database = await createTestDatabase({ grants: ["CREATE"] });
    const user = `'${new URL(database.url).username}'@'%'`;
    await database.query(`GRANT SELECT, INSERT, CREATE ON migration TO ${user}`);
    await database.query(`GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON migration_step TO ${user}`);
    await database.query(`GRANT SELECT, INSERT, UPDATE, CREATE ON migration_run TO ${user}`);
    const report = await diagnose({ DATABASE_URL: database.url });
    expect(report.outcome).toBe("done");
    expect(findingOf(report, "privileges")).toMatchObject({
      result: "warning",
      message: "The user lacks DELETE on migration, UPDATE on migration, which rollback and accept cannot do without.",
    });
  });
});

describe("privileges on postgres", () => {
  const server = "postgres18";
  const CONNECT = ["CONNECT", "USAGE ON SCHEMA public"];

  test("those that the docs list are enough", async () => {
    const { url } = await createTestDatabase({ server, grants: [...CONNECT, "CREATE ON SCHEMA public"] });
    expect(findingOf(await diagnose({ DATABASE_URL: url }), "privileges")).toMatchObject({ result: "ok" });
  });

  test("without the tables CREATE on the schema is needed", async () => {
    const { url } = await createTestDatabase({ server, grants: CONNECT });
    expect(findingOf(await diagnose({ DATABASE_URL: url }), "privileges")).toMatchObject({
      result: "failed",
      message: "The user lacks CREATE on public.",
    });
  });

  test("tables that somebody else made must be granted", async () => {
    const { url, query } = await createTestDatabase({ server, grants: CONNECT });
    const user = new URL(url).username;
    for (const table of ["migration", "migration_step", "migration_run"]) await query(`CREATE TABLE ${table} (id int)`);
    await query(`GRANT SELECT, INSERT, UPDATE, DELETE ON migration, migration_step TO ${user}`);
    expect(findingOf(await diagnose({ DATABASE_URL: url }), "privileges")).toMatchObject({
      result: "failed",
      message: "The user lacks SELECT on migration_run, INSERT on migration_run, UPDATE on migration_run.",
    });
    await query(`GRANT ALL ON migration_run TO ${user}`);
    expect(findingOf(await diagnose({ DATABASE_URL: url }), "privileges")).toMatchObject({ result: "ok" });
  });

  test("a schema that is not there is named", async () => {
    const { url } = await createTestDatabase({ server });
    const report = await diagnose({ DATABASE_URL: url, DATABASE_SCHEMA: "elsewhere" });
    expect(findingOf(report, "privileges")).toMatchObject({
      result: "failed",
      message: "There is no schema elsewhere in this database.",
    });
  });
});
