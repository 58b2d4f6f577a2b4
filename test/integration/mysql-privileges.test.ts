import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { ask } from "../support/ask";
import { adminUrl, createTestDatabase } from "../support/database";
import { startFunction } from "../support/function";
import { code, run, sql } from "../support/migrator";

const users = sql(
  "1_users",
  "-- migrate:up\nCREATE TABLE users (id INT PRIMARY KEY);\nINSERT INTO users VALUES (1);\n-- migrate:down\nDROP TABLE users;",
);
const log = code(
  "2_log",
  async ({ context }) => {
    await context.query("CREATE TABLE log (id INT)");
  },
  {
    down: async ({ context }) => {
      await context.query("DROP TABLE log");
    },
  },
);
const orders = sql("10_orders", "-- migrate:up\nCREATE TABLE orders (id INT);\n-- migrate:down\nDROP TABLE orders;");
const all = [users, log, orders];

test("works with the privileges that the docs list", async () => {
  const database = await createTestDatabase({ grants: ["SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP"] });
  const target = { url: database.url, migrations: all };
  expect(await run(target, "migrate")).toMatchObject({ outcome: "done" });
  expect(await run(target, "rollback", { steps: 3 })).toMatchObject({ outcome: "done" });
});

test("says which privilege is missing", async () => {
  const database = await createTestDatabase({ grants: ["SELECT"] });
  const target = { url: database.url, migrations: all };
  expect(await run(target, "status")).toMatchObject({ outcome: "done" });
  await expect(run(target, "migrate")).rejects.toMatchObject({
    code: "ACCESS_DENIED",
    message: expect.stringContaining("CREATE"),
  });
});

test("tables that an administrator made as the docs show need no CREATE", async () => {
  const database = await createTestDatabase({ grants: ["SELECT", "INSERT", "UPDATE", "DELETE"] });
  const page = readFileSync(resolve(__dirname, "../../docs/privileges.md"), "utf8");
  const statements = [...page.matchAll(/CREATE TABLE `[\s\S]*?ENGINE=InnoDB/g)].map(([text]) => text);
  expect(statements).toHaveLength(3);
  for (const statement of statements) await database.query(statement);
  const target = { url: database.url, migrations: [sql("1_x", "-- migrate:up\nDO 0;\n-- migrate:down\nDO 0;")] };
  expect(await run(target, "migrate")).toMatchObject({ outcome: "done", done: [{ name: "1_x" }] });
  expect(await run(target, "rollback")).toMatchObject({ outcome: "done", done: [{ name: "1_x" }] });
});

test("one grant by pattern lets a user find and migrate databases that are made later", async () => {
  const pattern = `p${randomBytes(4).toString("hex")}_`;
  const grants = [`SELECT, INSERT, UPDATE, DELETE, CREATE ON \`${pattern.replace("_", "\\_")}%\`.*`];
  const { url } = await createTestDatabase({ grants });
  const names = ["a", "b"].map((suffix) => pattern + suffix);
  for (const name of names) await ask(adminUrl("mysql"), `CREATE DATABASE ${name}`);
  try {
    const settings = { DATABASE_URL: Object.assign(new URL(url), { pathname: "" }).href, DATABASES: "*" };
    const { invoke } = await startFunction(
      { "1_x.sql": "-- migrate:up\nCREATE TABLE x (id INT);\n" },
      "mysql",
      settings,
    );
    const { databases } = await invoke({ action: "migrate", databases: `${pattern}*` });
    expect(databases?.map(({ database, message }) => [database, message])).toEqual(
      names.map((name) => [name, "1 applied."]),
    );
  } finally {
    for (const name of names) await ask(adminUrl("mysql"), `DROP DATABASE ${name}`);
  }
});
