import { inspect } from "node:util";
import { readSecret } from "../../lib/settings/secret-text";

const FULL = { engine: "mysql", host: "db.internal", username: "u", password: "s3cret", dbname: "shop", port: 3307 };
const LOGIN = { dialect: "mysql", host: "db.internal", port: 3307, user: "u", password: "s3cret", database: "shop" };

const read = (secret: unknown, given = {}) =>
  readSecret(typeof secret === "string" ? secret : JSON.stringify(secret), { dialect: "mysql", ...given });

describe("a secret", () => {
  test.each<[string, unknown, object]>([
    ["as RDS rotation writes it", { ...FULL, masterarn: "arn:aws:x", dbInstanceIdentifier: "db-1" }, {}],
    ["with its port as text", { ...FULL, port: "3307" }, {}],
    ["with database for dbname", { ...FULL, dbname: undefined, database: "shop" }, {}],
    ["with an empty dbname and a database", { ...FULL, dbname: "", database: "shop" }, {}],
    ["of MariaDB", { ...FULL, engine: "mariadb" }, {}],
    ["of Aurora MySQL", { ...FULL, engine: "aurora-mysql" }, {}],
    ["without an engine", { ...FULL, engine: null }, {}],
    ["that is a URL", "mysql://u:s3cret@db.internal:3307/shop\n", {}],
    [
      "that RDS manages, completed by the environment",
      { username: "u", password: "s3cret" },
      { host: "db.internal", port: 3307, database: "shop" },
    ],
    [
      "that says otherwise than the environment",
      { ...FULL, host: "proxy", port: 1, dbname: "other", username: "admin" },
      { host: "db.internal", port: 3307, database: "shop", user: "u" },
    ],
  ])("%s is understood", (_, secret, given) => {
    expect(read(secret, given)).toEqual({ value: LOGIN });
  });

  test.each([
    ["postgres", { ...FULL, engine: "postgres" }],
    ["aurora-postgresql", { ...FULL, engine: "aurora-postgresql" }],
    ["no engine", { ...FULL, engine: undefined }],
    ["a URL", "postgresql://u:s3cret@db.internal:3307/shop"],
  ])("with %s is understood where the migrations are for PostgreSQL", (_, secret) => {
    expect(read(secret, { dialect: "postgres" })).toEqual({ value: { ...LOGIN, dialect: "postgres" } });
  });

  test.each([
    ["mysql", 3306],
    ["postgres", 5432],
  ])("without a port gets the port of %s", (dialect, port) => {
    expect(read({ ...FULL, engine: "", port: "" }, { dialect })).toMatchObject({ value: { port } });
  });

  const ENDPOINT = "Set DATABASE_HOST to the endpoint of the database; a secret that RDS manages never has it.";
  const NAME = "Set DATABASE_NAME to the database that is migrated.";
  const CORRECT = "Correct it in the secret.";
  const FORM = `Store it as {"username": …, "password": …}, or as a URL alone.`;

  test.each<[unknown, readonly (readonly [string, string])[]]>([
    [
      { username: "u", password: "s3cret" },
      [
        ["The secret has no host", ENDPOINT],
        ["The secret has no database name", NAME],
      ],
    ],
    [
      { ...FULL, username: "" },
      [["The secret has no user", "Set DATABASE_USER, or store the user under username in the secret."]],
    ],
    [
      { ...FULL, password: undefined },
      [["The secret has no password", "Store the password under password in the secret."]],
    ],
    [{ ...FULL, password: 12345 }, [["The secret's password is not text", CORRECT]]],
    [{ ...FULL, port: "s3cret" }, [["The secret's port is not a number from 1 to 65535", CORRECT]]],
    [{ ...FULL, port: 0 }, [["The secret's port is not a number from 1 to 65535", CORRECT]]],
    [{ ...FULL, port: [3306] }, [["The secret's port is not a number from 1 to 65535", CORRECT]]],
    [{ ...FULL, host: "db.internal:3306" }, [["The secret's host is neither a host name nor an address", CORRECT]]],
    [{ ...FULL, dbname: "a/b" }, [["The secret's dbname is not the name of one database", CORRECT]]],
    [
      { ...FULL, engine: "oracle-ee" },
      [
        [
          "The secret's engine is of an unknown kind of database",
          "MySQL, MariaDB, PostgreSQL and both kinds of Aurora are known.",
        ],
      ],
    ],
    [
      { ...FULL, engine: "aurora-postgresql" },
      [
        [
          "The secret's engine is PostgreSQL, and the migrations were built for MySQL",
          "Build and deploy again with DIALECT=postgres, or name a MySQL database.",
        ],
      ],
    ],
    [
      "postgres://u:s3cret@db.internal/shop",
      [
        [
          "The secret is PostgreSQL, and the migrations were built for MySQL",
          "Build and deploy again with DIALECT=postgres, or name a MySQL database.",
        ],
      ],
    ],
    ['{"password": "s3cret"', [["The secret is not valid JSON", FORM]]],
    ["s3cret", [["The secret is neither a JSON object nor a URL", FORM]]],
    ["", [["The secret is neither a JSON object nor a URL", FORM]]],
  ])("%j is refused by saying what is missing", (secret, expected) => {
    const result = read(secret);
    expect(result).toEqual({ problems: expected.map(([message, advice]) => ({ code: "INVALID", message, advice })) });
    expect(inspect(result)).not.toMatch(/s3cret|db\.internal/);
  });
});
