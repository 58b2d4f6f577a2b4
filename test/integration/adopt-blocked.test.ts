import { createDeadline } from "../../lib/engine/deadline";
import { MigratorError } from "../../lib/errors";
import { golangLock, javaHash } from "../../lib/history/keys";
import type { ServerName } from "../../scripts/local/hold.cjs";
import { databaseWith } from "../support/adopting";
import { ask } from "../support/ask";
import { createTestDatabase } from "../support/database";
import { FLYWAY, flywayRow, GOLANG_MIGRATE, GOOSE, GOOSE_LOCK, KNEX, PRISMA } from "../support/history-tables";
import { databaseAt, run, sql } from "../support/migrator";
import { SERVERS } from "../support/servers";
import { openSession } from "../support/session";

const migrations = [sql("1_a", "SELECT 1;")];
const NODE_PG_MIGRATE =
  "CREATE TABLE pgmigrations (id SERIAL PRIMARY KEY, name VARCHAR(255) NOT NULL, run_on TIMESTAMP NOT NULL)";
const KNEX_LOCK = "CREATE TABLE knex_migrations_lock (id INT PRIMARY KEY, is_locked INT)";

/** Each in the state in which its tool leaves it when it fails, or is at work. */
const BLOCKED: readonly (readonly [string, readonly string[], shown: string])[] = [
  ["Flyway failed", [FLYWAY, flywayRow({ rank: 1, version: "1", success: false })], '"version":"1"'],
  ["golang-migrate is dirty", [GOLANG_MIGRATE, "INSERT INTO schema_migrations VALUES (1, true)"], '"dirty":'],
  [
    "Prisma never finished",
    [PRISMA, "INSERT INTO _prisma_migrations (id, checksum, migration_name, logs) VALUES ('1', 'x', '1_a', 's3cr3t')"],
    '"migration_name":"1_a"',
  ],
  ["Knex is locked", [KNEX, KNEX_LOCK, "INSERT INTO knex_migrations_lock VALUES (1, 1)"], '"is_locked":"1"'],
  [
    "goose is locked",
    [GOOSE, GOOSE_LOCK, "INSERT INTO goose_lock (lock_id, locked, lease_expires_at) VALUES (1, true, '2037-01-01')"],
    '"lock_id":"1"',
  ],
];

const applied = {
  flyway: [FLYWAY, flywayRow({ rank: 1, version: "1" })],
  golang: [GOLANG_MIGRATE, "INSERT INTO schema_migrations VALUES (1, false)"],
  goose: [GOOSE, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (1, true)"],
  prisma: [
    PRISMA,
    "INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('1', '', '1_a', CURRENT_TIMESTAMP)",
  ],
  nodePgMigrate: [NODE_PG_MIGRATE, "INSERT INTO pgmigrations (name, run_on) VALUES ('1_a', CURRENT_TIMESTAMP)"],
};

/** What each tool does while it works. */
const HELD: readonly (readonly [string, ServerName, readonly string[], lock: (database: string) => string])[] = [
  [
    "golang-migrate",
    "mysql",
    applied.golang,
    (name) => `SELECT GET_LOCK('${golangLock(`${name}:schema_migrations`)}', 0)`,
  ],
  [
    "golang-migrate",
    "postgres18",
    applied.golang,
    (name) => `SELECT pg_advisory_lock(${golangLock(`public\0schema_migrations\0${name}`)})`,
  ],
  ["Flyway", "postgres18", applied.flyway, () => "SELECT pg_advisory_lock(77433833903597)"],
  [
    "Flyway",
    "mysql",
    applied.flyway,
    (name) => `SELECT GET_LOCK('Flyway-${javaHash(`\`${name}\`.\`flyway_schema_history\``)}', 0)`,
  ],
  ["goose", "postgres18", applied.goose, () => "SELECT pg_advisory_lock(4097083626)"],
  ["Prisma", "postgres18", applied.prisma, () => "SELECT pg_advisory_lock(72707369)"],
  ["Prisma", "mysql", applied.prisma, () => "SELECT GET_LOCK('prisma_migrate', 0)"],
  ["node-pg-migrate", "postgres18", applied.nodePgMigrate, () => "SELECT pg_advisory_lock(7241865325823964)"],
];

describe.each(SERVERS)("$server", ({ server }) => {
  test.each(BLOCKED)(
    "where %s nothing is recorded, and the row that says so is shown",
    async (_what, statements, shown) => {
      const { url } = await databaseWith(server, statements);
      const report = await run({ url, migrations }, "adopt");
      expect(report).toMatchObject({ outcome: "refused", problems: [{ code: "HISTORY_BLOCKED" }] });
      expect(report.message).toContain(shown);
      expect(JSON.stringify(report)).not.toContain("s3cr3t");
      expect((await run({ url, migrations }, "status")).applied).toEqual([]);
    },
  );

  test("a lease of goose that has run out blocks nothing", async () => {
    const lease = "INSERT INTO goose_lock (lock_id, locked, lease_expires_at) VALUES (1, true, '2001-01-01')";
    const { url } = await databaseWith(server, [GOOSE, GOOSE_LOCK, lease]);
    expect(await run({ url, migrations }, "adopt")).toMatchObject({ outcome: "done" });
  });

  test("a history that somebody is writing is refused, and can be recorded afterwards", async () => {
    const { url } = await databaseWith(server, [
      KNEX,
      "INSERT INTO knex_migrations (name, batch) VALUES ('1_a.js', 1)",
    ]);
    const other = await openSession(url);
    await other.query("START TRANSACTION");
    await other.query("INSERT INTO knex_migrations (name, batch) VALUES ('2_b.js', 1)");
    const report = await run({ url, migrations }, "adopt");
    expect(report).toMatchObject({ outcome: "refused", problems: [{ code: "HISTORY_BLOCKED" }] });
    await other.query("ROLLBACK");
    expect(await run({ url, migrations }, "adopt")).toMatchObject({
      outcome: "done",
      adoption: { recorded: [{ name: "1_a" }] },
    });
  });

  test("nobody adds to a history, or changes it, while it is guarded", async () => {
    const { url } = await databaseWith(server, [GOLANG_MIGRATE, "INSERT INTO schema_migrations VALUES (1, false)"]);
    const impatient = server === "mysql" ? "SET innodb_lock_wait_timeout = 1" : "SET lock_timeout = '200ms'";
    const other = await openSession(url);
    await other.query(impatient);
    const attempts = ["INSERT INTO schema_migrations VALUES (2, false)", "UPDATE schema_migrations SET dirty = true"];
    const refused: unknown[] = [];
    await databaseAt(url).exclusively(
      { deadline: createDeadline(20_000), whenBusy: async () => "leave" },
      async (session) => {
        const tables = await session.tables([{ table: "schema_migrations" }]);
        await session.guarded({ tables }, async () => {
          for (const attempt of attempts)
            refused.push(
              await other.query(attempt).then(
                () => "done",
                () => "refused",
              ),
            );
        });
      },
    );
    expect(refused).toEqual(["refused", "refused"]);
    expect(await ask(url, "SELECT version FROM schema_migrations")).toHaveLength(1);
  });

  test("what was recorded before a failure is not kept", async () => {
    const { url, query } = await createTestDatabase({ server });
    const row = { checksum: "0".repeat(64), normalised: "0".repeat(64), origin: "{}" };
    const start = { runId: "1", action: "adopt", key: "0".repeat(64), bundle: "test" };
    const going = databaseAt(url).exclusively(
      { deadline: createDeadline(20_000), whenBusy: async () => "leave" },
      async (session) => {
        await session.prepare();
        return session.guarded({ tables: [] }, () =>
          session.adopt(
            [
              { ...row, name: "a" },
              { ...row, name: "a" },
            ],
            start,
          ),
        );
      },
    );
    await expect(going).rejects.toBeInstanceOf(MigratorError);
    expect(await query("SELECT name FROM migration")).toEqual([]);
  });
});

test.each(HELD)("while %s holds its lock on %s nothing is recorded", async (_tool, server, statements, lock) => {
  const { url, name } = await databaseWith(server, statements);
  const other = await openSession(url);
  await other.query(lock(name));
  const report = await run({ url, migrations }, "adopt", { runId: "one" });
  expect(report).toMatchObject({ outcome: "refused", problems: [{ code: "HISTORY_BLOCKED" }] });
  expect(report.message).toContain("holds its lock");
});

test("a user who may not lock a history, reads it", async () => {
  const database = await createTestDatabase({ server: "postgres18" });
  await database.query(KNEX);
  await database.query("INSERT INTO knex_migrations (name, batch) VALUES ('1_a.js', 1)");
  await database.query("GRANT SELECT ON knex_migrations TO PUBLIC");
  expect(await run({ url: database.url, migrations }, "adopt")).toMatchObject({
    outcome: "done",
    adoption: { recorded: [{ name: "1_a" }] },
  });
});
