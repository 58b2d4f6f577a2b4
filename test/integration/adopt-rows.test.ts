import type { Migration } from "../../lib/migration";
import { sourceSums } from "../../lib/source/source-sums";
import { databaseWith, file, names, OTHER_TABLES } from "../support/adopting";
import { ask } from "../support/ask";
import { FLYWAY, flywayRow, GOLANG_MIGRATE, GOOSE, KNEX, PRISMA } from "../support/history-tables";
import { databaseAt, run } from "../support/migrator";
import { SERVERS } from "../support/servers";

describe.each(SERVERS)("$server", ({ server, dialect }) => {
  const at = (seconds: number) => (dialect === "mysql" ? `FROM_UNIXTIME(${seconds})` : `to_timestamp(${seconds})`);
  const prepared = async (statements: readonly string[], migrations: readonly Migration[]) => ({
    ...(await databaseWith(server, statements)),
    migrations,
  });

  test("Flyway's rows are recorded in its order, with their times, and what was undone is pending", async () => {
    const files = ["V1__a", "V2.0__b", "V3__c", "V4__d"].map((name) => file(name));
    const target = await prepared(
      [
        FLYWAY,
        flywayRow({ rank: 0, type: "SCHEMA" }),
        flywayRow({ rank: 1, version: "1", on: at(1_704_067_200) }),
        flywayRow({ rank: 2, version: "3", on: at(1_704_067_260) }),
        flywayRow({ rank: 3, version: "2", on: at(1_704_067_320) }),
        flywayRow({ rank: 4, version: "4" }),
        flywayRow({ rank: 5, version: "4", type: "UNDO_SQL" }),
      ],
      files,
    );
    const { adoption, outcome } = await run(target, "adopt");
    expect(outcome).toBe("done");
    expect(adoption?.recorded).toEqual([
      { name: "V1__a", appliedAt: "2024-01-01T00:00:00.000Z" },
      { name: "V3__c", appliedAt: "2024-01-01T00:01:00.000Z" },
      { name: "V2.0__b", appliedAt: "2024-01-01T00:02:00.000Z" },
    ]);
    expect(adoption?.pending).toEqual(["V4__d"]);
    const { applied } = await run(target, "status");
    expect(applied?.map(({ name, appliedAt }) => ({ name, appliedAt }))).toEqual(adoption?.recorded);
  });

  test("a Flyway baseline stands for everything up to it", async () => {
    const target = await prepared(
      [FLYWAY, flywayRow({ rank: 1, version: "2", type: "BASELINE" }), flywayRow({ rank: 2, version: "3" })],
      ["V1__a", "V2__b", "V3__c", "V10__d"].map((name) => file(name)),
    );
    const { adoption } = await run(target, "adopt");
    expect(adoption).toMatchObject({
      recorded: [{ name: "V1__a", assumed: true }, { name: "V2__b", assumed: true }, { name: "V3__c" }],
      pending: ["V10__d"],
    });
  });

  test("a repeatable is recorded while its checksum is the one that was applied", async () => {
    const repeatable = (name: string) => ({ ...file(name), repeatable: true as const });
    const [same, other] = [repeatable("R__same_view"), repeatable("R__other_view")];
    const checksum = same.source?.crc32 ?? 0;
    const target = await prepared(
      [
        FLYWAY,
        flywayRow({ rank: 1, description: "same view", checksum: 1 }),
        flywayRow({ rank: 2, description: "same view", checksum }),
        flywayRow({ rank: 3, description: "other view", checksum }),
      ],
      [same, other],
    );
    const { adoption, outcome } = await run(target, "adopt");
    expect([outcome, names(adoption?.recorded), adoption?.pending]).toEqual(["done", [same.name], [other.name]]);
  });

  test.each([
    ["Flyway", [FLYWAY, flywayRow({ rank: 1, version: "1", checksum: 12345 })], "V1__a"],
    [
      "Prisma",
      [
        PRISMA,
        `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name) VALUES ('1', '${"0".repeat(64)}', CURRENT_TIMESTAMP, '1_a')`,
      ],
      "1_a",
    ],
  ])("a file that is not what %s applied is refused by name", async (_tool, statements, name) => {
    const target = await prepared(statements, [file(name)]);
    const report = await run(target, "adopt");
    expect(report).toMatchObject({ outcome: "refused", problems: [{ code: "CHANGED", migration: name }] });
    expect((await run(target, "status")).applied).toEqual([]);
  });

  test("a checksum of the same text with other line ends is the same", async () => {
    const one = file("1_a", "a\nb\n");
    const windows = sourceSums("a\r\nb\r\n").sha256[0];
    const target = await prepared(
      [
        PRISMA,
        `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name) VALUES ('1', '${windows}', CURRENT_TIMESTAMP, '1_a')`,
      ],
      [one],
    );
    expect(names((await run(target, "adopt")).adoption?.recorded)).toEqual(["1_a"]);
  });

  test("where a history tells no order, the files' is taken", async () => {
    const table = dialect === "mysql" ? "SequelizeMeta" : '"SequelizeMeta"';
    const target = await prepared(
      [
        `CREATE TABLE ${table} (name VARCHAR(255) PRIMARY KEY)`,
        `INSERT INTO ${table} VALUES ('10-b.js'), ('2-a.js'), ('1-c.js')`,
      ],
      ["1-c", "2-a", "10-b"].map((name) => file(name)),
    );
    await run(target, "adopt");
    expect(names((await run(target, "status")).applied)).toEqual(["1-c", "2-a", "10-b"]);
  });

  test("the one row of golang-migrate stands for every version up to it", async () => {
    const target = await prepared(
      [GOLANG_MIGRATE, "INSERT INTO schema_migrations VALUES (9, false)"],
      ["1_a", "009_b", "10_c"].map((name) => file(name)),
    );
    const { adoption } = await run(target, "adopt");
    expect(adoption?.recorded).toEqual([{ name: "1_a", assumed: true }, { name: "009_b" }]);
    expect(adoption?.pending).toEqual(["10_c"]);
  });

  test("the newest row of goose for a version decides", async () => {
    const rows = [
      [0, true],
      [1, true],
      [2, true],
      [2, false],
      [3, true],
      [3, false],
      [3, true],
    ] as const;
    const target = await prepared(
      [
        GOOSE,
        ...rows.map(
          ([version, applied]) =>
            `INSERT INTO goose_db_version (version_id, is_applied) VALUES (${version}, ${applied})`,
        ),
      ],
      ["1_a", "2_b", "3_c"].map((name) => file(name)),
    );
    const { adoption, notices } = await run(target, "adopt");
    expect([names(adoption?.recorded), adoption?.pending]).toEqual([["1_a", "3_c"], ["2_b"]]);
    expect(notices).toEqual([expect.stringContaining("2_b is pending")]);
  });

  test("a bare table of names is recorded, where ours is called otherwise", async () => {
    const target = await prepared(
      [
        "CREATE TABLE migration (name VARCHAR(255) PRIMARY KEY, " +
          `${dialect === "mysql" ? "`createdAt`" : '"createdAt"'} TIMESTAMP NOT NULL)`,
        `INSERT INTO migration VALUES ('00_create-user-table.ts', ${at(1_704_067_200)})`,
      ],
      [file("00_create-user-table"), file("01_create-role-table")],
    );
    const report = await run({ ...target, database: databaseAt(target.url, OTHER_TABLES) }, "adopt");
    expect(report.adoption).toMatchObject({
      tool: "umzug",
      recorded: [{ name: "00_create-user-table", appliedAt: "2024-01-01T00:00:00.000Z" }],
      pending: ["01_create-role-table"],
    });
  });
});

test("a time without a zone is taken for the server's", async () => {
  const { name, url, query } = await databaseWith("postgres18", []);
  await query(`ALTER DATABASE "${name}" SET timezone = 'Asia/Kolkata'`);
  await ask(url, KNEX);
  await ask(
    url,
    "INSERT INTO knex_migrations (name, batch, migration_time) VALUES ('1_a.js', 1, '2024-01-01 05:30:00')",
  );
  const report = await run({ url, migrations: [file("1_a")] }, "adopt");
  expect(report.adoption?.recorded).toEqual([{ name: "1_a", appliedAt: "2024-01-01T00:00:00.000Z" }]);
});
