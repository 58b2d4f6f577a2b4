import type { ToolName } from "../../lib/command";
import { sourceSums } from "../../lib/source/source-sums";
import type { ServerName } from "../../scripts/local/hold.cjs";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { run, sql } from "../support/migrator";
import { applyWith } from "../support/tools";

const TABLES = ["users", "orders", "log"] as const;
const SERVERS: readonly ServerName[] = ["mysql", "postgres18"];

/** What a tool is given for the migration that makes one table. */
interface ToolCase {
  readonly from: ToolName;
  readonly servers?: readonly ServerName[];
  /** What our file of the same migration is called. */
  name(index: number): string;
  file(index: number): { readonly path: string; readonly text: string };
  /** Files that the tool keeps beside them. */
  beside?(count: number): Readonly<Record<string, string>>;
  readonly history: string;
}

const up = (index: number) => `CREATE TABLE ${TABLES[index]} (id INT);`;
const down = (index: number) => `DROP TABLE ${TABLES[index]};`;
const dated = (index: number, joint = "_") => `2024010${index + 1}000000${joint}${TABLES[index]}`;
const epoch = (index: number, joint: string) => `170406720000${index}${joint}${TABLES[index]}`;
const codeFile = (index: number, connection: string) =>
  `exports.up = (${connection}) => go("${up(index)}");\nexports.down = (${connection}) => go("${down(index)}");\n`;

const CASES: Readonly<Record<string, ToolCase>> = {
  dbmate: {
    from: "dbmate",
    history: "schema_migrations",
    name: dated,
    file: (i) => ({ path: `${dated(i)}.sql`, text: `-- migrate:up\n${up(i)}\n-- migrate:down\n${down(i)}\n` }),
  },
  knex: {
    from: "knex",
    history: "knex_migrations",
    name: dated,
    file: (i) => ({ path: `${dated(i)}.cjs`, text: codeFile(i, "knex").replaceAll("go(", "knex.raw(") }),
  },
  sequelize: {
    from: "sequelize",
    history: "SequelizeMeta",
    name: (i) => dated(i, "-"),
    file: (i) => ({ path: `${dated(i, "-")}.cjs`, text: codeFile(i, "q").replaceAll("go(", "q.sequelize.query(") }),
  },
  umzug: {
    from: "umzug",
    history: "SequelizeMeta",
    name: dated,
    file: (i) => ({ path: `${dated(i)}.cjs`, text: codeFile(i, "{ context }").replaceAll("go(", "context.query(") }),
  },
  "node-pg-migrate": {
    from: "node-pg-migrate",
    servers: ["postgres18"],
    history: "pgmigrations",
    name: (i) => epoch(i, "_"),
    file: (i) => ({ path: `${epoch(i, "_")}.sql`, text: `-- Up Migration\n${up(i)}\n-- Down Migration\n${down(i)}\n` }),
  },
  typeorm: {
    from: "typeorm",
    history: "migrations",
    name: (i) => epoch(i, "-"),
    file: (i) => ({
      path: `${epoch(i, "-")}.cjs`,
      text: `exports.Named170406720000${i} = class { name = "Named170406720000${i}";
 up(runner) { return runner.query("${up(i)}"); }\n down(runner) { return runner.query("${down(i)}"); } };\n`,
    }),
  },
  drizzle: {
    from: "drizzle",
    history: "__drizzle_migrations",
    name: (i) => `000${i}_${TABLES[i]}`,
    file: (i) => ({ path: `000${i}_${TABLES[i]}.sql`, text: `${up(i)}\n` }),
    beside: (count) => {
      const entries = TABLES.slice(0, count).map((table, idx) => ({
        idx,
        when: 1_704_067_200_000 + idx,
        tag: `000${idx}_${table}`,
        breakpoints: true,
      }));
      return { "meta/_journal.json": JSON.stringify({ version: "7", dialect: "mysql", entries }) };
    },
  },
  prisma: {
    from: "prisma",
    servers: ["postgres18"],
    history: "_prisma_migrations",
    name: dated,
    file: (i) => ({ path: `${dated(i)}/migration.sql`, text: `${up(i)}\r\n` }),
    beside: () => ({ "migration_lock.toml": 'provider = "postgresql"\n' }),
  },
  "drizzle-next": {
    from: "drizzle",
    history: "__drizzle_migrations",
    name: dated,
    file: (i) => ({ path: `${dated(i)}/migration.sql`, text: `${up(i)}\n` }),
  },
};

const on = Object.entries(CASES).flatMap(([tool, given]) =>
  (given.servers ?? SERVERS).map((server) => ({ tool, server, ...given })),
);

const oursOf = ({ name, file }: ToolCase) =>
  TABLES.map((_, i) => ({
    ...sql(name(i), `-- migrate:up\n${up(i)}\n-- migrate:down\n${down(i)}\n`),
    source: sourceSums(file(i).text),
  }));

async function applyFirst(count: number, tool: string, database: TestDatabase): Promise<void> {
  const { file, beside } = CASES[tool] as ToolCase;
  const files = TABLES.slice(0, count).map((_, i) => [file(i).path, file(i).text]);
  await applyWith(tool, database.url, { ...Object.fromEntries(files), ...beside?.(count) });
}

/** Every table that is not ours and not of the migrations, with its columns and rows. */
async function historyOf(database: TestDatabase): Promise<unknown> {
  const columns = await database.query<{ s: string; t: string }>(
    `SELECT table_schema AS s, table_name AS t, column_name AS c, column_type AS k FROM information_schema.columns
 WHERE table_schema NOT IN ('information_schema', 'pg_catalog', 'mysql', 'performance_schema', 'sys') ORDER BY 1, 2, 3`.replace(
      "column_type",
      database.server === "mysql" ? "column_type" : "data_type",
    ),
  );
  const theirs = columns.filter(
    ({ s, t }) =>
      (database.server !== "mysql" || s === database.name) &&
      !/^(?:migration(?:_step|_run)?|users|orders|log)$/.test(t),
  );
  const quote = database.server === "mysql" ? "`" : '"';
  const places = new Set(theirs.map(({ s, t }) => `${quote}${s}${quote}.${quote}${t}${quote}`));
  const rows: unknown[] = [];
  for (const place of places) rows.push(await database.query(`SELECT * FROM ${place}`));
  return { theirs, rows };
}

const exists = async (database: TestDatabase, table: string) =>
  (
    await database.query(
      `SELECT 1 FROM information_schema.tables WHERE table_name = '${table}' AND table_schema = ${database.server === "mysql" ? "DATABASE()" : "'public'"}`,
    )
  ).length > 0;

describe.each(on)("what $tool has applied on $server", ({ tool, server, ...given }) => {
  const migrations = oursOf(given);
  const names = migrations.map(({ name }) => name);

  test("is recorded as applied, and migrate goes on from there", async () => {
    const database = await createTestDatabase({ server });
    await applyFirst(2, tool, database);
    const before = await historyOf(database);
    const target = { url: database.url, migrations };
    // What umzug writes is what Sequelize writes.
    const asked = tool === "umzug" ? { from: "umzug" as const } : {};

    const shown = await run(target, "adopt", { ...asked, dryRun: true });
    expect(shown).toMatchObject({ outcome: "done", problems: [] });
    expect(shown.adoption).toMatchObject({ tool: given.from, pending: names.slice(2), rowsWithoutFile: [] });
    expect(await exists(database, "migration")).toBe(false);

    const report = await run(target, "adopt", asked);
    expect(report).toMatchObject({ outcome: "done", problems: [] });
    expect(report.adoption).toEqual(shown.adoption);
    expect(report.adoption?.recorded.map(({ name }) => name)).toEqual(names.slice(0, 2));
    expect(report.adoption?.table).toContain(given.history);

    const migrated = await run(target, "migrate");
    expect(migrated.done.map(({ name }) => name)).toEqual(names.slice(2));
    const reverted = await run(target, "rollback", { steps: 2 });
    expect(reverted.done.map(({ name }) => name)).toEqual([names[2], names[1]]);
    expect(await exists(database, "orders")).toBe(false);
    expect(await historyOf(database)).toEqual(before);
  });

  test("is recorded once; what it applies later is added", async () => {
    const database = await createTestDatabase({ server });
    await applyFirst(1, tool, database);
    const target = { url: database.url, migrations };
    await run(target, "adopt", { from: given.from });
    await applyFirst(3, tool, database);
    const again = await run(target, "adopt", { from: given.from });
    expect(again.adoption?.recorded.map(({ name }) => name)).toEqual(names.slice(1));
    expect(await run(target, "adopt", { from: given.from })).toMatchObject({
      outcome: "done",
      message: "Nothing to record.",
    });
    const status = await run(target, "status");
    expect(status.applied?.map(({ name }) => name)).toEqual(names);
  });
});
