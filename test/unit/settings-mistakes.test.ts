import { inspect } from "node:util";
import { MigratorError } from "../../lib/errors";
import type { DialectName } from "../../lib/migration";
import { readSettings } from "../../lib/settings/settings";
import type { Environment } from "../../lib/settings/variables";

const URL = "mysql://root:s3cret@db.internal/shop";
const POSTGRES = "postgres://root:s3cret@db.internal/shop";

function refusalOf(env: Environment, dialect: DialectName = "mysql"): MigratorError {
  try {
    readSettings(env, dialect);
  } catch (error) {
    if (error instanceof MigratorError) return error;
    throw error;
  }
  throw new Error("the settings were accepted");
}

const messagesOf = (env: Environment, dialect?: DialectName) =>
  refusalOf(env, dialect).problems.map((problem) => problem.message);

const NO_WAY = "Nothing says which database to migrate";
const IAM = { DATABASE_AUTH: "iam", DATABASE_HOST: "db.internal", DATABASE_USER: "u", DATABASE_NAME: "shop" };
const PERCENT = "DATABASE_URL has a % that is not followed by two hexadecimal digits";
const PATH = "DATABASE_URL has a path that is not one database name";
const TABLES = "MIGRATION_TABLE, MIGRATION_STEP_TABLE and MIGRATION_RUN_TABLE do not name three different tables";

const withUrl = (env: Environment): Environment => ({ DATABASE_URL: URL, ...env });
const withPostgres = (env: Environment): Environment => ({ DATABASE_URL: POSTGRES, ...env });

test.each<[Environment, readonly string[]]>([
  [{}, [NO_WAY]],
  [{ DATABASE_HOST: "db", DATABASE_PASSWORD: "s3cret" }, [NO_WAY]],
  [
    { DATABASE_URL: URL, DATABASE_SECRET_ID: "shop/db" },
    ["DATABASE_URL and DATABASE_SECRET_ID are set, and each is a way in by itself"],
  ],
  [
    { ...IAM, DATABASE_URL: URL, DATABASE_SECRET_ID: "shop/db" },
    ["DATABASE_URL and DATABASE_SECRET_ID and DATABASE_AUTH are set, and each is a way in by itself"],
  ],
  [
    withUrl({ DATABASE_HOST: "other", DATABASE_NAME: "other" }),
    [
      "DATABASE_HOST is set besides DATABASE_URL, which says the same",
      "DATABASE_NAME is set besides DATABASE_URL, which says the same",
    ],
  ],
  [{ DATABASE_URL: "s3cret" }, ["DATABASE_URL is not a URL"]],
  [{ DATABASE_URL: "mysql:root@db/shop" }, ["DATABASE_URL is not a URL"]],
  [{ DATABASE_URL: "mysql://root:s3#cret@db/shop" }, ["DATABASE_URL is not a URL"]],
  [{ DATABASE_URL: "mysql://root:12#cret@db/shop" }, ["DATABASE_URL has an unencoded #"]],
  [{ DATABASE_URL: "oracle://root:s3cret@db/shop" }, ["DATABASE_URL is of an unknown kind of database"]],
  [
    { DATABASE_URL: "postgres://root:s3cret@db/shop" },
    ["DATABASE_URL is PostgreSQL, and the migrations were built for MySQL"],
  ],
  [
    { DATABASE_URL: "postgresql://root:s3cret@db/shop" },
    ["DATABASE_URL is PostgreSQL, and the migrations were built for MySQL"],
  ],
  [{ DATABASE_URL: "mysql://root:100%@db/shop" }, [PERCENT]],
  [{ DATABASE_URL: "mysql://root:s3cret@db/shop/more" }, [PATH]],
  [{ DATABASE_URL: "mysql://root:s3cret@db/%2e%2e%2f" }, [PATH]],
  [{ DATABASE_URL: "mysql://root:s3cret@db" }, ["DATABASE_URL has no database name"]],
  [{ DATABASE_URL: "mysql://db/" }, ["DATABASE_URL has no user", "DATABASE_URL has no database name"]],
  [{ DATABASE_URL: "mysql:///shop" }, ["DATABASE_URL has no host", "DATABASE_URL has no user"]],
  [{ DATABASE_URL: "mysql://root@d b/shop" }, ["DATABASE_URL is not a URL"]],
  [{ DATABASE_URL: "mysql://root@d%20b/shop" }, ["DATABASE_URL has a host that is neither a name nor an address"]],
  [{ DATABASE_URL: "mysql://root@db:0/shop" }, ["DATABASE_URL has a port that is not a number from 1 to 65535"]],
  [{ DATABASE_URL: "mysql://root@db:65536/shop" }, ["DATABASE_URL is not a URL"]],
  [{ DATABASE_URL: `${URL}?ssl-mode=DISABLED` }, ["DATABASE_URL has parameters after a ?, and none are known"]],
  [{ DATABASE_URL: `${URL}\n` }, ["DATABASE_URL begins or ends with white space"]],
  [
    { DATABASE_SECRET_ID: "shop db", AWS_REGION: "eu-central-1" },
    ["DATABASE_SECRET_ID is neither the name nor the ARN of a secret"],
  ],
  [withUrl({ MIGRATIONS_S3: "s3://uploads" }), ["AWS_REGION is missing, and MIGRATIONS_S3 needs it"]],
  [{ DATABASE_SECRET_ID: "shop/db" }, ["AWS_REGION is missing, and DATABASE_SECRET_ID is not an ARN that names one"]],
  [
    { DATABASE_AUTH: "iam" },
    ["HOST", "USER", "NAME"]
      .map((name) => `DATABASE_AUTH=iam needs DATABASE_${name}`)
      .concat("DATABASE_AUTH=iam needs AWS_REGION"),
  ],
  [
    { ...IAM, AWS_REGION: "eu-central-1", DATABASE_TLS: "off" },
    ["DATABASE_AUTH=iam and DATABASE_TLS=off contradict each other"],
  ],
  [
    { ...IAM, AWS_REGION: "eu-central-1", DATABASE_HOST: "127.0.0.1" },
    ["DATABASE_AUTH=iam and a local DATABASE_HOST contradict each other"],
  ],
  [{ ...IAM, AWS_REGION: "Frankfurt" }, ["AWS_REGION is not the name of a region"]],
  [{ ...IAM, AWS_REGION: "eu-central-1", DATABASE_AUTH: "password" }, ["DATABASE_AUTH is not iam"]],
  [
    { ...IAM, AWS_REGION: "eu-central-1", DATABASE_HOST: "mysql://db" },
    ["DATABASE_HOST is neither a host name nor an address"],
  ],
  [
    { ...IAM, AWS_REGION: "eu-central-1", DATABASE_HOST: "db:3306" },
    ["DATABASE_HOST is neither a host name nor an address"],
  ],
  [{ ...IAM, AWS_REGION: "eu-central-1", DATABASE_PORT: "3306.5" }, ["DATABASE_PORT is not a number from 1 to 65535"]],
  [{ ...IAM, AWS_REGION: "eu-central-1", DATABASE_PORT: "70000" }, ["DATABASE_PORT is not a number from 1 to 65535"]],
  [{ ...IAM, AWS_REGION: "eu-central-1", DATABASE_NAME: "../shop" }, ["DATABASE_NAME is not the name of one database"]],
  [withUrl({ DATABASE_TLS: "no-verify" }), ["DATABASE_TLS is not off"]],
  [withUrl({ DATABASE_CA: "/nowhere/ca.pem" }), ["DATABASE_CA is not a file that can be read"]],
  [withUrl({ DATABASE_CA: __filename }), ["DATABASE_CA holds no certificate, or one that cannot be read"]],
  [
    withUrl({ MIGRATION_TABLE: "my table" }),
    ["MIGRATION_TABLE is not a table name of at most 64 letters, digits, _ or $"],
  ],
  [
    withUrl({ MIGRATION_RUN_TABLE: "x".repeat(65) }),
    ["MIGRATION_RUN_TABLE is not a table name of at most 64 letters, digits, _ or $"],
  ],
  [withUrl({ MIGRATION_STEP_TABLE: "MIGRATION" }), [TABLES]],
  [
    withUrl({ AWS_REGION: "eu-central-1", MIGRATIONS_S3: "my-bucket/live" }),
    ["MIGRATIONS_S3 is not of the form s3://BUCKET/PREFIX"],
  ],
  [withUrl({ LATE_MIGRATIONS: "ignore" }), ["LATE_MIGRATIONS is none of refuse, apply"]],
  [withUrl({ LOCK_TIMEOUT_SECONDS: "0" }), ["LOCK_TIMEOUT_SECONDS is not a whole number from 1 to 3600"]],
  [withUrl({ LOCK_TIMEOUT_SECONDS: "-1" }), ["LOCK_TIMEOUT_SECONDS is not a whole number from 1 to 3600"]],
  [withUrl({ LOCK_TIMEOUT_SECONDS: "1e9" }), ["LOCK_TIMEOUT_SECONDS is not a whole number from 1 to 3600"]],
  [withUrl({ HTTP_PATIENCE_SECONDS: "25s" }), ["HTTP_PATIENCE_SECONDS is not a whole number from 1 to 300"]],
  [withUrl({ LOG_LEVEL: "loud" }), ["LOG_LEVEL is none of debug, info, warn, error"]],
  [withUrl({ DIALECT: "postgres" }), ["DIALECT is PostgreSQL, and the migrations were built for MySQL"]],
  [withUrl({ DIALECT: "oracle" }), ["DIALECT is none of mysql, postgres"]],
  [withUrl({ DATABASE_SCHEMA: "app" }), ["DATABASE_SCHEMA is set, and MySQL has no schemas within a database"]],
  [
    withUrl({ "PLACEHOLDER_my.name": "s3cret" }),
    ['"PLACEHOLDER_my.name" has a name that is not of letters, digits and _'],
  ],
  [withUrl({ PLACEHOLDER_: "s3cret" }), ['"PLACEHOLDER_" has a name that is not of letters, digits and _']],
  [
    withUrl({ PLACEHOLDER_Name: "s3cret", PLACEHOLDER_NAME: "other" }),
    ["PLACEHOLDER_Name and PLACEHOLDER_NAME are one placeholder with two values"],
  ],
  [withUrl({ GIT_COMMIT: "a b" }), ["GIT_COMMIT is not a commit id of at most 40 characters"]],
])("%j is refused", (env, messages) => {
  expect(messagesOf(env)).toEqual(messages);
});

const SCHEMA = "DATABASE_SCHEMA is not the name of a schema, of at most 63 bytes";
const PARAMETERS = "DATABASE_URL has parameters after a ?, and none are known";
const HOST = "DATABASE_URL has a host that is neither a name nor an address";

test.each<[Environment, readonly string[]]>([
  [{ DATABASE_URL: URL }, ["DATABASE_URL is MySQL, and the migrations were built for PostgreSQL"]],
  [{ DATABASE_URL: "mariadb://root@db/shop" }, ["DATABASE_URL is MySQL, and the migrations were built for PostgreSQL"]],
  [
    withUrl({ DIALECT: "mysql" }),
    [
      "DATABASE_URL is MySQL, and the migrations were built for PostgreSQL",
      "DIALECT is MySQL, and the migrations were built for PostgreSQL",
    ],
  ],
  [{ DATABASE_URL: `${POSTGRES}?sslmode=disable` }, [PARAMETERS]],
  [{ DATABASE_URL: "postgres://root:s3cret@%2Fvar%2Frun%2Fpostgresql/shop" }, [HOST]],
  [{ DATABASE_URL: "postgres://root:s3cret@one,two/shop" }, [HOST]],
  [{ DATABASE_URL: "postgres:///shop?host=/tmp" }, [PARAMETERS]],
  [{ DATABASE_URL: "postgres://root:s3cret@db" }, ["DATABASE_URL has no database name"]],
  [{ DATABASE_URL: `postgres://root:s3cret@db/${"é".repeat(32)}` }, [PATH]],
  [{ DATABASE_URL: "postgres://root:s3cret@db/a%00b" }, [PATH]],
  [{ DATABASE_URL: "postgres://root:s3cret@db/a%2Fb" }, [PATH]],
  [
    { ...IAM, AWS_REGION: "eu-central-1", DATABASE_HOST: "/var/run/postgresql" },
    ["DATABASE_HOST is neither a host name nor an address"],
  ],
  [withPostgres({ DATABASE_SCHEMA: "é".repeat(32) }), [SCHEMA]],
  [withPostgres({ DATABASE_SCHEMA: "a\u0000b" }), [SCHEMA]],
  [withPostgres({ DATABASE_SCHEMA: "pg_temp" }), [SCHEMA]],
  [withPostgres({ DATABASE_SCHEMA: " app" }), ["DATABASE_SCHEMA begins or ends with white space"]],
  [
    withPostgres({ MIGRATION_TABLE: "x".repeat(64) }),
    ["MIGRATION_TABLE is not a table name of at most 63 letters, digits, _ or $"],
  ],
])("%j is refused where the migrations are for PostgreSQL", (env, messages) => {
  expect(messagesOf(env, "postgres")).toEqual(messages);
});

test.each([
  ["sslmode=require", "DATABASE_TLS=off"],
  ["sslrootcert=ca.pem", "DATABASE_CA"],
  ["schema=app", "DATABASE_SCHEMA"],
  ["options=-csearch_path%3Dapp", "DATABASE_SCHEMA"],
  ["host=/var/run/postgresql", "A Unix socket cannot be used."],
])("the parameters ?%s are answered with %s", (parameters, advice) => {
  expect(refusalOf({ DATABASE_URL: `${POSTGRES}?${parameters}` }, "postgres").advice).toContain(advice);
});

test("all mistakes are reported together, each with what to do", () => {
  const error = refusalOf({
    DATABASE_SECRET_ID: "shop db",
    LOG_LEVEL: "loud",
    LOCK_TIMEOUT_SECONDS: "soon",
    DATABASE_TLS: "on",
  });
  expect(error.code).toBe("INVALID_SETTINGS");
  expect(error.message).toMatch(/^5 settings are wrong: AWS_REGION is missing.*; LOG_LEVEL is none of/);
  expect(error.problems).toHaveLength(5);
  for (const problem of error.problems)
    expect(problem).toMatchObject({ code: "INVALID", advice: expect.stringMatching(/\.$/) });
});

test("nothing set is answered with the three ways", () => {
  expect(refusalOf({}).advice).toBe(
    "Set DATABASE_URL, or DATABASE_SECRET_ID, or DATABASE_AUTH=iam with DATABASE_HOST, DATABASE_USER and DATABASE_NAME.",
  );
});

describe("nothing secret is shown", () => {
  const shown = (value: unknown) => [inspect(value, { depth: 10 }), JSON.stringify(value), String(value)].join("\n");

  test.each<Environment>([
    { DATABASE_URL: URL },
    { DATABASE_SECRET_ID: "s3cret", DATABASE_HOST: "db.internal", AWS_REGION: "eu-central-1" },
    { ...IAM, AWS_REGION: "eu-central-1" },
    { DATABASE_URL: URL, PLACEHOLDER_PASSWORD: "s3cret" },
  ])("in the settings of %j", (env) => {
    const settings = readSettings(env);
    for (const value of [settings, { ...settings }, settings.access, { ...settings.access }]) {
      expect(shown(value)).not.toMatch(/s3cret|db\.internal/);
    }
  });

  test.each([
    "mysql://root:s3cret@db.internal:0/%zz?s3cret#s3cret",
    "mysql://root:1/s3cret@db.internal/shop",
    "mysql://root:1?s3cret@db.internal/shop",
    "mysql://s3cret db.internal",
    "s3cret://db.internal",
    "postgres://root:s3cret@db.internal/shop?password=s3cret&s3cret=host",
  ])("in what is said of %s", (url) => {
    expect(shown(refusalOf({ DATABASE_URL: url, DATABASE_HOST: "db.internal s3cret" }))).not.toMatch(
      /s3cret|db\.internal/,
    );
  });
});
