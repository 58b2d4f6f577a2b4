import { manifestOf, s3Variables } from "../contract/s3";
import { ask } from "../support/ask";
import { adminUrl } from "../support/database";
import { logLines } from "../support/function";
import { startS3 } from "../support/s3-double";
import { SERVERS } from "../support/servers";
import { allowCreating, uploadFunction, withUploads } from "../support/uploads";

const table = (name: string) => `CREATE TABLE ${name} (id INT PRIMARY KEY);\n`;

describe.each(SERVERS)("on $dialect", (server) => {
  test("an event migrates the database whose folder it names, and no other", () =>
    withUploads(server, ["a", "b"], async ({ instance, environment, upload, event, applied }) => {
      const handle = uploadFunction(server, environment);
      const key = upload("a", "1_users.sql", table("users"));
      upload("b", "1_users.sql", table("users"));
      expect(await handle(event(key))).toEqual({ databases: [`${instance.prefix}a`] });
      expect(await applied("a")).toEqual(["1_users"]);
      await expect(applied("b")).rejects.toThrow();
      const [run] = (await ask(
        instance.url(`${instance.prefix}a`),
        "SELECT caller FROM migration_run",
      )) as readonly object[];
      expect(run).toEqual({ caller: `s3://uploads/${key}, request request-1` });
    }));

  test("an upload that arrives while a run is going on is migrated without an event of its own", () =>
    withUploads(server, ["a"], async ({ s3, environment, upload, event, applied }) => {
      const key = upload("a", "1_slow.sql", `${table("users")}${server.sleep(1)};\n`);
      s3.beforeGet(() => void setTimeout(() => upload("a", "2_late.sql", table("late")), 300));
      await uploadFunction(server, environment)(event(key));
      expect(await applied("a")).toEqual(["1_slow", "2_late"]);
    }));

  test("two events at once are one run after the other", () =>
    withUploads(server, ["a"], async ({ environment, upload, event, applied }) => {
      const handle = uploadFunction(server, environment);
      const first = handle(event(upload("a", "1_slow.sql", `${table("users")}${server.sleep(1)};\n`)));
      const second = handle(event(upload("a", "2_next.sql", table("next"))));
      await Promise.all([first, second, handle(event(upload("a", "3_last.sql", table("last"))))]);
      expect(await applied("a")).toEqual(["1_slow", "2_next", "3_last"]);
    }));

  test("with a manifest nothing is run before all that it lists is there, whatever comes first", () =>
    withUploads(server, ["a"], async ({ environment, upload, event, applied }) => {
      const files = { "1_users.sql": table("users"), "2_orders.sql": table("orders") };
      const handle = uploadFunction(server, environment);
      const keys = [
        upload("a", "manifest.json", manifestOf(files)),
        upload("a", "2_orders.sql", files["2_orders.sql"]),
      ];
      for (const key of keys) {
        await expect(handle(event(key), 3_500)).rejects.toMatchObject({ name: "UPLOAD_INCOMPLETE" });
      }
      await expect(applied("a")).rejects.toThrow();
      await handle(event(upload("a", "1_users.sql", files["1_users.sql"])));
      expect(await applied("a")).toEqual(["1_users", "2_orders"]);
    }));

  test("an event waits for the rest of an upload that a manifest lists", () =>
    withUploads(server, ["a"], async ({ environment, upload, event, applied }) => {
      const files = { "1_users.sql": table("users"), "2_orders.sql": table("orders") };
      const keys = Object.entries(files).map(([file, text]) => upload("a", file, text));
      upload("a", "manifest.json", manifestOf({ ...files, "3_last.sql": table("last") }));
      const handled = uploadFunction(server, environment)(event(...keys));
      setTimeout(() => upload("a", "3_last.sql", table("last")), 300);
      await handled;
      expect(await applied("a")).toEqual(["1_users", "2_orders", "3_last"]);
      const waited = logLines().filter(({ message }) => message === "waiting for the rest of an upload");
      expect(waited.map(({ level }) => level)).toEqual(["INFO"]);
    }));

  test("without a manifest a lower number that comes late is refused, and again when it is tried again", () =>
    withUploads(server, ["a"], async ({ environment, upload, event, applied }) => {
      const handle = uploadFunction(server, environment);
      await handle(event(upload("a", "2_orders.sql", table("orders"))));
      const late = event(upload("a", "1_users.sql", table("users")));
      for (const _ of ["first", "retry"]) {
        await expect(handle(late)).rejects.toMatchObject({
          name: "MigrationRefused",
          message: expect.stringMatching(/^1_users is not applied, but one that comes after it is/),
        });
      }
      expect(await applied("a")).toEqual(["2_orders"]);
    }));

  test("a migration that fails is an error, which names file, line and statement, at every try, until it is corrected", () =>
    withUploads(server, ["a"], async ({ environment, upload, event, applied }) => {
      const handle = uploadFunction(server, environment);
      const broken = event(upload("a", "1_users.sql", `${table("users")}SELECT nonsense;\n`));
      const failure = {
        name: "MigrationFailed",
        message: expect.stringMatching(/^1_users failed at statement 2 \(1_users.sql:2\)/),
      };
      await expect(handle(broken)).rejects.toMatchObject(failure);
      await expect(handle(broken)).rejects.toMatchObject(failure);
      await handle(event(upload("a", "1_users.sql", `${table("users")}SELECT 1;\n`)));
      expect(await applied("a")).toEqual(["1_users"]);
    }));

  test("a database that DATABASES does not allow is refused, whoever uploads for it", () =>
    withUploads(server, ["a"], async ({ instance, environment, upload, event }) => {
      const key = upload("a", "1_users.sql", table("users"));
      const handle = uploadFunction(server, { ...environment, DATABASES: "shop,orders_*" });
      await expect(handle(event(key))).rejects.toMatchObject({
        name: "INVALID_COMMAND",
        message: expect.stringMatching(
          /is not among those that a command may name\.\nDATABASES allows shop, orders_\*\./,
        ),
      });
      expect(await ask(instance.url(`${instance.prefix}a`), server.tables)).toEqual([]);
    }));

  test("the root database makes a database and what is uploaded for it is migrated, outside of any transaction", () =>
    withUploads(server, ["a"], async ({ instance, environment, upload, uploadRoot, event, applied }) => {
      await allowCreating(server, instance);
      const { home, prefix } = instance;
      const handle = uploadFunction(server, environment);
      const early = event(upload("new", "1_users.sql", table("users")));
      await expect(handle(early)).rejects.toMatchObject({ name: "UNREACHABLE" });
      upload("a", "1_users.sql", table("users"));
      const key = uploadRoot("1_new.sql", `${table("first")}CREATE DATABASE ${prefix}new;\n${table("second")}`);
      expect(await handle(event(key))).toEqual({ databases: [home.name, `${prefix}a`, `${prefix}new`].sort() });
      expect([await applied("new"), await applied("a")]).toEqual([["1_users"], ["1_users"]]);
      await ask(adminUrl(server.server), `DROP DATABASE ${prefix}new`);
    }));

  test("a direct call takes the migrations from S3 too: of one database, of all that have a folder, of the login's own", () =>
    withUploads(server, ["a", "b", "c"], async ({ instance, environment, upload, uploadRoot }) => {
      const { home, prefix, names } = instance;
      for (const suffix of ["a", "b"]) upload(suffix, "1_users.sql", table("users"));
      uploadRoot("1_own.sql", table("own"));
      const handle = uploadFunction(server, { ...environment, DATABASE_URL: home.url });
      expect(await handle({ action: "status", database: `${prefix}a` })).toMatchObject({ remaining: ["1_users"] });
      expect(await handle({ databases: `${prefix}*` })).toMatchObject({
        outcome: "done",
        databases: names.slice(0, 2).map((database) => ({ database, done: [{ name: "1_users" }] })),
      });
      expect(await handle({})).toMatchObject({ database: home.name, done: [{ name: "1_own" }] });
    }));
});

test.each([
  ["one database", { action: "status", database: "shop" }],
  ["all that have a folder", { action: "status", databases: "*" }],
])(
  "a direct call about %s does not wait for S3 longer than it may",
  async (_, command) => {
    const [server] = SERVERS;
    const s3 = await startS3();
    s3.behave("hang");
    try {
      if (!server) throw new Error("no server");
      const handle = uploadFunction(server, {
        ...s3Variables(s3.url),
        DATABASE_URL: `${server.dialect}://u:p@localhost`,
        DATABASES: "*",
        MIGRATIONS_S3: "s3://uploads/live",
      });
      await expect(handle(command, 1_000)).rejects.toMatchObject({
        name: "UNREACHABLE",
        message: expect.stringContaining("The time was up before S3 had answered"),
      });
    } finally {
      await s3.stop();
    }
  },
  4_000,
);

test("without MIGRATIONS_S3 the function says so, and logs it", async () => {
  const { MIGRATIONS_S3: _, ...environment } = { DATABASE_URL: "mysql://u:p@localhost/d", MIGRATIONS_S3: "" };
  const [server] = SERVERS;
  if (!server) throw new Error("no server");
  const handle = uploadFunction(server, environment);
  await expect(handle({})).rejects.toMatchObject({
    name: "INVALID_SETTINGS",
    message: expect.stringContaining("MIGRATIONS_S3 is missing"),
  });
  expect(logLines()).toMatchObject([{ level: "ERROR", message: "the settings cannot be used" }]);
});
