import { TOOLS, type ToolName } from "../../lib/command";
import type { ForeignTable } from "../../lib/foreign";
import { compareVersions, flywayVersion, golangLock, javaHash } from "../../lib/history/keys";
import { candidates, recognise } from "../../lib/history/recognise";
import { TOOL } from "../../lib/history/tools";

const table = (name: string, columns: readonly string[], schema = "app"): ForeignTable => ({
  database: "app",
  schema,
  table: name,
  columns: columns.map((column) => ({ name: column, type: "text" })),
});

const found = (tables: readonly ForeignTable[], asked = {}) =>
  recognise(tables, asked).histories.map(({ tool }) => tool);

describe("a history", () => {
  // Sequelize's own table is umzug's too, and is called Sequelize's.
  test.each(TOOLS.filter((name) => name !== "umzug"))("of %s is recognised by its table and columns", (name) => {
    const { tables, has } = TOOL[name];
    expect(found([table(tables[0] ?? "", has)])).toEqual([name]);
  });

  test("is one tool's whatever further columns it has", () => {
    expect(found([table("SequelizeMeta", ["name", "createdAt", "updatedAt"])])).toEqual(["sequelize"]);
    expect(found([table("migration", ["name", "createdAt", "updatedAt"])])).toEqual(["umzug"]);
  });

  test.each([
    ["schema_migrations", ["version", "dirty"], "golang-migrate"],
    ["schema_migrations", ["version"], "dbmate"],
    ["migrations", ["id", "timestamp", "name"], "typeorm"],
  ] as const)("in %s with %j is that of %s", (name, columns, tool) => {
    expect(found([table(name, columns)])).toEqual([tool]);
  });

  test("is not read from a table that has another name, unless it is asked for", () => {
    const customers = table("customers", ["id", "name", "batch", "migration_time"]);
    expect(found([customers])).toEqual([]);
    expect(found([customers], { table: "customers" })).toEqual(["knex"]);
    expect(found([customers], { from: "flyway", table: "customers" })).toEqual([]);
  });

  test("comes with the columns that are read, and with the table beside it", () => {
    const tables = [
      table("knex_migrations", ["id", "name", "batch", "migration_time", "note"]),
      table("knex_migrations_lock", ["index", "is_locked"]),
    ];
    const [history] = recognise(tables, {}).histories;
    expect(history?.table.columns.map(({ name }) => name)).toEqual(["id", "name", "batch", "migration_time"]);
    expect(history?.beside?.table).toBe("knex_migrations_lock");
  });

  test("of Rails, Ecto, Laravel and others is told by name", () => {
    const tables = [table("schema_migrations", ["version"]), table("ar_internal_metadata", ["key"])];
    expect(recognise(tables, {})).toMatchObject({ histories: [], unknown: [{ title: "Rails" }] });
    const others = [
      table("schema_migrations", ["version", "inserted_at"]),
      table("migrations", ["id", "migration", "batch"]),
      table("databasechangelog", ["id"]),
    ];
    expect(recognise(others, {}).unknown.map(({ title }) => title)).toEqual(["Ecto", "Laravel", "Liquibase"]);
  });

  test("of Drizzle is looked for in its own schema, on PostgreSQL", () => {
    const own = { schema: "drizzle", table: "__drizzle_migrations" };
    expect(candidates({}, "postgres")).toContainEqual(own);
    expect(candidates({}, "mysql")).not.toContainEqual(own);
  });

  test("is looked for beside where it is asked for", () => {
    expect(candidates({ from: "knex", table: "audit.changes" }, "postgres")).toEqual(
      expect.arrayContaining([
        { schema: "audit", table: "changes" },
        { schema: "audit", table: "changes_lock" },
      ]),
    );
  });
});

describe("a row and its file", () => {
  const cases: readonly (readonly [ToolName, Readonly<Record<string, string>>, string])[] = [
    ["flyway", { type: "SQL", version: "1.2", description: "x" }, "V1_2__add_orders"],
    ["flyway", { type: "SQL", version: "1", description: "x" }, "V1.0__add_orders"],
    ["flyway", { type: "SQL", version: "20240101", description: "x" }, "20240101_add_orders"],
    ["flyway", { type: "SQL", version: "", description: "all views" }, "R__all_views"],
    ["golang-migrate", { version: "1" }, "000001_add_orders"],
    ["goose", { version_id: "20240101000000" }, "20240101000000_add_orders"],
    ["dbmate", { version: "20240101000000" }, "20240101000000_add_orders"],
    ["knex", { name: "20240101000000_add_orders.ts" }, "20240101000000_add_orders"],
    ["sequelize", { name: "20240101000000-add-orders.js" }, "20240101000000-add-orders"],
    ["umzug", { name: "2026.11.20T12.00.00.add-orders.ts" }, "2026.11.20T12.00.00.add-orders"],
    ["umzug", { name: "2026.11.20T12.00.00.add-orders" }, "2026.11.20T12.00.00.add-orders"],
    ["umzug", { name: "00_add-orders.up.sql" }, "00_add-orders"],
    ["node-pg-migrate", { name: "1704067200000_add-orders" }, "1704067200000_add-orders"],
    ["prisma", { migration_name: "20240101000000_add_orders" }, "20240101000000_add_orders"],
    ["drizzle", { name: "20240101000000_add_orders" }, "20240101000000_add_orders"],
    ["typeorm", { timestamp: "1704067200000", name: "AddOrders1704067200000" }, "1704067200000-add-orders"],
  ];
  test.each(cases)("of %s belong together: %j and %s", (tool, row, name) => {
    const { keyOfRow, keyOfName } = TOOL[tool];
    expect(keyOfRow(row)).toBeDefined();
    expect(keyOfRow(row)).toBe(keyOfName(name));
  });

  test("of dbmate are as different as their digits", () => {
    expect(TOOL.dbmate.keyOfRow({ version: "1" })).not.toBe(TOOL.dbmate.keyOfName("01_a"));
  });
});

test.each([
  ["1", "1.0", 0],
  ["2", "10", -1],
  ["1.10", "1.9", 1],
  ["1.0.1", "1", 1],
])("version %s against %s: %i", (a, b, order) => {
  const [left = "", right = ""] = [flywayVersion(a), flywayVersion(b)];
  expect(Math.sign(compareVersions(left, right))).toBe(order);
});

// As Java's String.hashCode and golang-migrate's own test of its lock give them.
test("locks are named as their tools name them", () => {
  expect(javaHash("hello")).toBe(99162322);
  expect(golangLock("database_name")).toBe("1764327054");
  expect(golangLock("schema_name_1\0database_name")).toBe("2453313553");
});
