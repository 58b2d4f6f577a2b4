import { inspect } from "node:util";
import type { InstanceLogins, Login, Logins } from "../../lib/login";
import { withDatabase, withDefault, withOwnDatabase } from "../../lib/settings/choose-database";
import { createLogins } from "../../lib/settings/secret";
import { readSecret } from "../../lib/settings/secret-text";
import { readSettings } from "../../lib/settings/settings";
import type { Environment } from "../../lib/settings/variables";

const URL = "mysql://root:s3cret@db.internal/shop";
const BARE = "mysql://root:s3cret@db.internal:3306";

describe("DATABASES", () => {
  test("is a list of names and patterns, each once", () => {
    const settings = readSettings({ DATABASE_URL: URL, DATABASES: "shop, tenant_*,shop", DATABASES_AT_ONCE: "50" });
    expect(settings).toMatchObject({ databases: ["shop", "tenant_*"], databasesAtOnce: 50, rootDatabase: "mysql" });
  });

  test("need not be set", () => {
    const settings = readSettings({ DATABASE_URL: "postgres://u@db/shop" }, "postgres");
    expect([settings.databases, settings.databasesAtOnce, settings.rootDatabase]).toEqual([undefined, 5, "postgres"]);
  });

  test.each<Environment>([
    { DATABASE_URL: BARE },
    { DATABASE_URL: `${BARE}/` },
    { DATABASE_AUTH: "iam", DATABASE_HOST: "db.internal", DATABASE_USER: "u", AWS_REGION: "eu-central-1" },
  ])("stands for the name that a login lacks: %j", (env) => {
    expect(() => readSettings(env)).toThrow();
    expect(readSettings({ ...env, DATABASES: "tenant_*" }).databases).toEqual(["tenant_*"]);
  });

  test("stands for the name that a secret lacks", () => {
    const secret = JSON.stringify({ host: "db.internal", username: "u", password: "s3cret" });
    expect(readSecret(secret, { dialect: "mysql" }, "needed")).toHaveProperty("problems");
    expect(readSecret(secret, { dialect: "mysql" }, "optional")).toHaveProperty("value.user", "u");
  });

  const LIST = "DATABASES is not a list of names and patterns of databases";
  test.each([
    ["DATABASES", "a,,b", LIST],
    ["DATABASES", ",", LIST],
    ["DATABASES", "a/b", LIST],
    ["DATABASES", "x".repeat(65), LIST],
    ["DATABASES", "t_*\u0000", LIST],
    ["DATABASES_AT_ONCE", "0", "DATABASES_AT_ONCE is not a whole number from 1 to 50"],
    ["DATABASES_AT_ONCE", "51", "DATABASES_AT_ONCE is not a whole number from 1 to 50"],
    ["DATABASES_AT_ONCE", "all", "DATABASES_AT_ONCE is not a whole number from 1 to 50"],
    ["ROOT_DATABASE", "a/b", "ROOT_DATABASE is not the name of one database"],
  ])("%s=%j is refused", (name, value, message) => {
    expect(() => readSettings({ DATABASE_URL: URL, [name]: value })).toThrow(
      expect.objectContaining({ code: "INVALID_SETTINGS", message }),
    );
  });
});

describe("the database of a login", () => {
  const loginsOf = (url: string): InstanceLogins => createLogins(readSettings({ DATABASE_URL: url, DATABASES: "*" }));
  const first = async (logins: Logins): Promise<Login> => {
    for await (const login of logins()) return login;
    throw new Error("there was no login");
  };

  test("is the one that is named", async () => {
    expect(await first(withDatabase(loginsOf(URL), "orders"))).toMatchObject({ database: "orders", user: "root" });
    expect(await first(withDefault(loginsOf(BARE), "orders"))).toMatchObject({ database: "orders" });
    expect(await first(withDefault(loginsOf(URL), "orders"))).toMatchObject({ database: "shop" });
  });

  test("is its own where none is named, or that one", async () => {
    expect(await first(withOwnDatabase(loginsOf(URL)))).toMatchObject({ database: "shop" });
    expect(await first(withOwnDatabase(loginsOf(URL), "shop"))).toMatchObject({ database: "shop" });
  });

  test.each([
    [URL, "orders", "is not the database that the settings name"],
    [BARE, undefined, "Neither the command nor the settings name a database"],
  ])("of %s for %s is refused", async (url, asked, message) => {
    await expect(first(withOwnDatabase(loginsOf(url), asked))).rejects.toMatchObject({
      code: "INVALID_COMMAND",
      message: expect.stringContaining(message),
    });
  });

  test("has the password and the host, and shows neither", async () => {
    const login = await first(withDatabase(loginsOf(URL), "orders"));
    expect([login.password, login.host]).toEqual(["s3cret", "db.internal"]);
    expect(`${inspect(login)}${JSON.stringify({ ...login })}`).not.toMatch(/s3cret|db\.internal/);
  });
});
