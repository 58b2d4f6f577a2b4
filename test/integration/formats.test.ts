import { resolve } from "node:path";
import type { Migration } from "../../lib/migration";
import { createBundle } from "../../lib/source/bundle";
import { readDirectory } from "../../lib/source/directory";
import type { FormatName } from "../../lib/source/format";
import type { PlaceholderValues } from "../../lib/source/placeholder";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { run } from "../support/migrator";
import { schemaOf } from "../support/schema";
import { SERVERS, type Server } from "../support/servers";

interface Example {
  readonly folder: string;
  readonly format: FormatName;
  readonly values?: PlaceholderValues;
}

const reversible: readonly Example[] = [
  { folder: "native", format: "native" },
  { folder: "native-folders", format: "native" },
  { folder: "golang-migrate", format: "golang-migrate" },
  { folder: "dbmate", format: "dbmate" },
  { folder: "goose", format: "goose", values: { FIRST_AUTHOR: "Ada" } },
  { folder: "flyway", format: "flyway", values: { FIRST_AUTHOR: "Ada", TITLE_COLUMN: "title" } },
  { folder: "prisma", format: "prisma" },
];
const ofOneServer = {
  mysql: { folder: "goose-mysql", format: "goose" },
  postgres: { folder: "goose-postgres", format: "goose" },
} as const;

async function read({ folder, values = {} }: Omit<Example, "format">, { dialect }: Server) {
  const { format, migrations } = await readDirectory(resolve("test/formats", folder), { dialect });
  const entries = migrations.flatMap((one) => (one.kind === "sql" ? [one] : []));
  const manifest = { location: folder, digest: "d", dialect, format, migrations: entries };
  return { format, migrations: await createBundle(manifest, values).load() };
}

/** The schema, and what the examples write into it. */
async function contents(database: TestDatabase, tables: readonly string[]): Promise<readonly unknown[]> {
  return [
    await schemaOf(database),
    ...(await Promise.all(tables.map((table) => database.query(`SELECT * FROM ${table}`)))),
  ];
}

const rollback = (url: string, migrations: readonly Migration[]) =>
  run({ url, migrations }, "rollback", { steps: migrations.filter(({ repeatable }) => !repeatable).length });

describe.each(SERVERS)("on $dialect", (server) => {
  test.each([...reversible, ofOneServer[server.dialect]])("$folder goes up, down and up again", async (example) => {
    const { format, migrations } = await read(example, server);
    expect(format).toBe(example.format);
    const database = await createTestDatabase(server);
    const target = { url: database.url, migrations };
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done", remaining: [] });
    const before = await contents(database, ["author"]);
    expect(await rollback(database.url, migrations)).toMatchObject({ outcome: "done" });
    expect(String(await schemaOf(database))).not.toContain('"author"');
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done", remaining: [] });
    expect(await contents(database, ["author"])).toEqual(before);
  });

  test("drizzle goes up, and has nothing to do after that", async () => {
    const { format, migrations } = await read({ folder: "drizzle" }, server);
    expect(format).toBe("drizzle");
    const database = await createTestDatabase(server);
    const target = { url: database.url, migrations };
    expect(await run(target, "migrate")).toMatchObject({ done: [{}, {}], remaining: [] });
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done", done: [] });
    expect(await run(target, "rollback")).toMatchObject({ outcome: "refused", problems: [{ code: "NO_DOWN" }] });
  });

  test("a repeatable is run again when one of its values is another, and nothing else is", async () => {
    const database = await createTestDatabase(server);
    for (const [author, done] of [
      ["Ada", 5],
      ["Grace", 1],
      ["Grace", 0],
    ] as const) {
      const { migrations } = await read(
        { folder: "flyway", values: { FIRST_AUTHOR: author, TITLE_COLUMN: "t" } },
        server,
      );
      expect((await run({ url: database.url, migrations }, "migrate")).done).toHaveLength(done);
      expect(await database.query("SELECT content FROM setting")).toEqual([{ content: author }]);
    }
    expect(await database.query("SELECT name FROM author")).toEqual([{ name: "Ada" }]);
  });

  test("a statement that fails in a folder that is one migration is found in its file", async () => {
    const { migrations } = await read({ folder: "native-folders" }, server);
    const database = await createTestDatabase(server);
    await run({ url: database.url, migrations: migrations.slice(0, 1) }, "migrate");
    await database.query("INSERT INTO author (id, name) VALUES (1, 'Grace')");
    expect(await run({ url: database.url, migrations }, "migrate")).toMatchObject({
      failure: { migration: "v2", file: "v2/1_fill.sql", line: 2 },
    });
  });
});
