import { cp, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { createBundle, type Manifest } from "../../lib/source/bundle";
import type { CodeFormat } from "../../lib/source/code-format";
import { migrations } from "../../plugins/esbuild";
import type { ServerName } from "../../scripts/local/hold.cjs";
import { builtFolder } from "../support/built-folder";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { run } from "../support/migrator";
import { schemaOf } from "../support/schema";
import { SERVERS } from "../support/servers";

const load = createRequire(__filename);
const built = builtFolder("code-formats");
const formats: readonly CodeFormat[] = ["umzug", "knex", "sequelize"];

/** What a user's build gives for the folder `migrations` of their project, where both packages are installed. */
async function bundleOf(server: ServerName): Promise<Manifest> {
  await symlink(resolve("test/tools/node_modules"), join(built.path(), "node_modules"));
  const stdin = { contents: 'export { bundle } from "migration-lambda:bundle";', resolveDir: built.path() };
  await build({
    ...built.options({ stdin }),
    plugins: [migrations({ dialect: server === "mysql" ? "mysql" : "postgres" })],
  });
  return load(join(built.path(), "out.js")).bundle;
}

async function targetOf(database: TestDatabase) {
  return { url: database.url, migrations: await createBundle(await bundleOf(database.server)).load() };
}

describe.each(SERVERS)("on $dialect", ({ server }) => {
  test.each(formats)("a folder for %s goes up, down and up again", async (format) => {
    await cp(resolve("test/formats", format), join(built.path(), "migrations"), { recursive: true });
    const database = await createTestDatabase({ server });
    const target = await targetOf(database);
    const steps = target.migrations.length;
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done", remaining: [] });
    const schema = await schemaOf(database);
    expect(await database.query("SELECT name FROM author ORDER BY name LIMIT 1")).toEqual([{ name: "Ada" }]);
    expect(await run(target, "rollback", { steps })).toMatchObject({ outcome: "done" });
    expect(await schemaOf(database)).toEqual([]);
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done", remaining: [] });
    expect(await schemaOf(database)).toEqual(schema);
  });

  test.each([
    [
      "knex",
      `exports.up = async (knex) => {
        await knex.schema.createTable("first", (table) => { table.integer("id"); });
        await knex("nowhere").insert({ id: 1 });
        await knex.schema.createTable("second", (table) => { table.integer("id"); });
      };`,
    ],
    [
      "sequelize",
      `module.exports = { up: async (queryInterface, Sequelize) => {
        await queryInterface.createTable("first", { id: Sequelize.INTEGER });
        await queryInterface.bulkInsert("nowhere", [{ id: 1 }]);
        await queryInterface.createTable("second", { id: Sequelize.INTEGER });
      } };`,
    ],
  ])("a statement that fails ends a migration for %s by name", async (_, text) => {
    await built.write({ "migrations/1_x.js": text });
    const database = await createTestDatabase({ server });
    expect(await run(await targetOf(database), "migrate")).toMatchObject({
      outcome: "failed",
      failure: { migration: "1_x", message: expect.stringContaining("nowhere") },
    });
    // MySQL commits the first table by itself.
    const tables = (await schemaOf(database)).filter((line) => line.includes('"c":"id"'));
    expect(tables).toHaveLength(server === "mysql" ? 1 : 0);
  });

  test("a Knex migration whose data fails leaves none of it", async () => {
    await built.write({
      "migrations/1_x.js": 'exports.up = (knex) => knex.schema.createTable("t", (table) => { table.integer("n"); });',
      "migrations/2_y.js": `exports.up = async (knex) => {
        await knex("t").insert({ n: 1 });
        await knex.transaction((transaction) => transaction("t").insert({ n: 2 }));
        throw new Error("on purpose");
      };`,
    });
    const database = await createTestDatabase({ server });
    expect(await run(await targetOf(database), "migrate")).toMatchObject({
      outcome: "failed",
      failure: { migration: "2_y", message: "on purpose" },
    });
    expect(await database.query("SELECT n FROM t")).toEqual([]);
  });

  test("a Sequelize transaction that is rolled back leaves nothing, and the migration goes on", async () => {
    await built.write({
      "migrations/1_x.js": `module.exports = { up: async (queryInterface, Sequelize) => {
        await queryInterface.createTable("t", { n: Sequelize.INTEGER });
        const transaction = await queryInterface.sequelize.transaction();
        await queryInterface.bulkInsert("t", [{ n: 1 }], { transaction });
        await transaction.rollback();
        await queryInterface.bulkInsert("t", [{ n: 2 }]);
      } };`,
    });
    const database = await createTestDatabase({ server });
    expect(await run(await targetOf(database), "migrate")).toMatchObject({ outcome: "done" });
    expect(await database.query("SELECT n FROM t")).toEqual([{ n: 2 }]);
  });

  test("what a migration does not wait for is part of it", async () => {
    await built.write({
      "migrations/1_x.js": `exports.up = (queryInterface, Sequelize) => {
        (async () => {
          await queryInterface.createTable("t", { n: Sequelize.INTEGER });
          for (let n = 0; n < 20; n += 1) await queryInterface.bulkInsert("t", [{ n }]);
        })();
      };`,
    });
    const database = await createTestDatabase({ server });
    expect(await run(await targetOf(database), "migrate")).toMatchObject({ outcome: "done" });
    expect(await database.query("SELECT n FROM t")).toHaveLength(20);
  });
});

test.each([
  [
    "the query interface",
    "async up({ name, context: queryInterface })",
    'queryInterface.createTable(name, { n: "int" })',
  ],
  ["a Sequelize", "async up({ context: sequelize })", 'sequelize.getQueryInterface().createTable("1_x", { n: "int" })'],
])("umzug's argument holds %s where a file takes its context for that", async (_, head, body) => {
  await built.write({ "migrations/1_x.js": `module.exports = { ${head} { await ${body}; } };` });
  const database = await createTestDatabase();
  expect(await run(await targetOf(database), "migrate")).toMatchObject({ outcome: "done" });
  expect(await schemaOf(database)).toEqual([expect.stringContaining('"t":"1_x"')]);
});

test("a Sequelize migration is run in UTC, whatever the zone of the server", async () => {
  await built.write({
    "migrations/1_x.js": `exports.up = (queryInterface) =>
      queryInterface.sequelize.query("CREATE TABLE seen AS SELECT @@session.time_zone AS zone");`,
  });
  const database = await createTestDatabase();
  expect(await run(await targetOf(database), "migrate")).toMatchObject({ outcome: "done" });
  expect(await database.query("SELECT zone FROM seen")).toEqual([{ zone: "+00:00" }]);
});

test("an old migration that calls back has ended when it does", async () => {
  await built.write({
    "migrations/1_x.js": `module.exports = { up: function (migration, DataTypes, done) {
      setTimeout(() => migration.createTable("t", { n: DataTypes.INTEGER }).then(() => done(), done), 100);
    } };`,
  });
  const database = await createTestDatabase();
  expect(await run(await targetOf(database), "migrate")).toMatchObject({ outcome: "done" });
  expect(await schemaOf(database)).toHaveLength(1);
});

test("what a migration began beside a statement that failed does not go on", async () => {
  await built.write({
    "migrations/1_x.js": `exports.up = (queryInterface, Sequelize) =>
      queryInterface.createTable("t", { n: Sequelize.INTEGER });`,
    "migrations/2_y.js": `exports.up = (queryInterface) => Promise.all([
      (async () => {
        for (let n = 0; n < 500; n += 1) await queryInterface.bulkInsert("t", [{ n }]);
      })(),
      queryInterface.bulkInsert("nowhere", [{ n: 1 }]),
    ]);`,
  });
  const database = await createTestDatabase({ server: "postgres18" });
  expect(await run(await targetOf(database), "migrate")).toMatchObject({
    outcome: "failed",
    failure: { migration: "2_y", message: expect.stringContaining("nowhere") },
  });
  expect(await database.query("SELECT n FROM t")).toEqual([]);
});

test.each(SERVERS)("rows cannot be streamed, and that is said on $dialect", async ({ server }) => {
  await built.write({
    "migrations/1_x.js": `exports.up = async (knex) => {
      for await (const row of knex.select(knex.raw("1")).stream()) console.log(row);
    };`,
  });
  const database = await createTestDatabase({ server });
  expect(await run(await targetOf(database), "migrate")).toMatchObject({
    outcome: "failed",
    failure: { migration: "1_x", message: expect.stringContaining("streamed") },
  });
});

test.each([
  ["knex", "exports.up = (knex) => knex.raw(SQL);"],
  ["sequelize", "exports.up = (queryInterface) => queryInterface.sequelize.query(SQL);"],
])("a connection that is lost in a migration for %s leaves it to the next call", async (_, text) => {
  const sql = 'const SQL = "SELECT pg_terminate_backend(pg_backend_pid())";';
  await built.write({ "migrations/1_x.js": `${sql}\n${text}` });
  const database = await createTestDatabase({ server: "postgres18" });
  expect(await run(await targetOf(database), "migrate")).toMatchObject({ outcome: "incomplete", remaining: ["1_x"] });
});

describe.each(SERVERS)("cut off on $dialect", (server) => {
  const kill =
    server.dialect === "mysql" ? "KILL CONNECTION_ID()" : "SELECT pg_catalog.pg_terminate_backend(pg_backend_pid())";

  test.each([
    [
      "knex",
      `exports.up = async (knex) => {
        await knex.schema.createTable("t", (table) => { table.increments("id"); table.integer("n"); table.dateTime("at"); });
        await knex("t").insert({ n: 1, at: new Date() });
        await knex("t").increment("n", 1);
        if (globalThis.CUT) { globalThis.CUT = false; await knex.raw("${kill}"); }
        const { id } = await knex("t").first("id");
        await knex("t").where({ id }).increment("n", 1);
      };
      exports.config = { transaction: false };`,
    ],
    [
      "sequelize",
      `// migration: no transaction
      module.exports = { up: async (queryInterface, Sequelize) => {
        await queryInterface.createTable("t", {
          id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
          n: Sequelize.INTEGER,
          at: Sequelize.DATE,
        });
        await queryInterface.bulkInsert("t", [{ n: 1, at: new Date() }]);
        await queryInterface.sequelize.query("UPDATE t SET n = n + 1");
        if (globalThis.CUT) { globalThis.CUT = false; await queryInterface.sequelize.query("${kill}"); }
        await queryInterface.sequelize.query("UPDATE t SET n = n + 1");
      } };`,
    ],
  ])("a migration for %s goes on where it was cut off", async (_, text) => {
    await built.write({ "migrations/1_x.js": text });
    const database = await createTestDatabase({ server: server.server });
    const target = await targetOf(database);
    Object.assign(globalThis, { CUT: true });
    expect(await run(target, "migrate")).toMatchObject({ outcome: "incomplete" });
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done" });
    expect(await database.query("SELECT n FROM t")).toEqual([{ n: 3 }]);
  });
});
