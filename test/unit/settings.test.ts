import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readSettings } from "../../lib/settings/settings";
import type { Environment } from "../../lib/settings/variables";

const URL = "mysql://root:s3cret@db.internal/shop";

function fieldsOf(env: Environment): unknown {
  const { access } = readSettings(env);
  return access.kind === "url" ? access.fields : undefined;
}

test("a URL alone is enough, and everything else has a default", () => {
  const settings = readSettings({ DATABASE_URL: URL });
  expect(settings).toMatchObject({
    access: { kind: "url" },
    tls: { mode: "verified" },
    tables: { migration: "migration", step: "migration_step", run: "migration_run" },
    late: "refuse",
    lockTimeoutSeconds: 10,
    httpPatienceMs: 25_000,
    bundle: "local",
    logLevel: "info",
  });
});

test("every setting can be set", () => {
  const settings = readSettings({
    DATABASE_URL: URL,
    DATABASE_TLS: "off",
    MIGRATION_TABLE: "m",
    MIGRATION_STEP_TABLE: "m_step",
    MIGRATION_RUN_TABLE: "m_run",
    LATE_MIGRATIONS: "apply",
    LOCK_TIMEOUT_SECONDS: "60",
    HTTP_PATIENCE_SECONDS: "300",
    LOG_LEVEL: "DEBUG",
    MIGRATIONS_S3: "s3://uploads/live",
    AWS_REGION: "eu-central-1",
  });
  expect(settings).toMatchObject({
    migrationsS3: { bucket: "uploads", prefix: "live/" },
    tls: { mode: "off" },
    tables: { migration: "m", step: "m_step", run: "m_run" },
    late: "apply",
    lockTimeoutSeconds: 60,
    httpPatienceMs: 300_000,
    logLevel: "debug",
  });
});

test.each([
  [{ AWS_LAMBDA_FUNCTION_VERSION: "42", GIT_COMMIT: "1f0c2ab" }, "42+1f0c2ab"],
  [{ AWS_LAMBDA_FUNCTION_VERSION: "$LATEST" }, "$LATEST"],
  [{ GIT_COMMIT: "1f0c2ab" }, "1f0c2ab"],
  [{}, "local"],
])("the bundle of %j is called %s", (env, bundle) => {
  expect(readSettings({ DATABASE_URL: URL, ...env }).bundle).toBe(bundle);
});

describe("for PostgreSQL", () => {
  const POSTGRES = "postgres://app:s3cret@db.internal/shop";

  test("a URL alone is enough, with the port and the schema that are usual there", () => {
    const settings = readSettings({ DATABASE_URL: POSTGRES }, "postgres");
    expect(settings).toMatchObject({ dialect: "postgres", schema: "public" });
    expect(settings.access.kind === "url" && settings.access.fields).toMatchObject({ dialect: "postgres", port: 5432 });
  });

  test("a schema and a database may have any name that the server keeps", () => {
    const env = { DATABASE_URL: "postgresql://app@db/my.shop%20%60%C3%A9", DATABASE_SCHEMA: "My schema" };
    const { schema, access } = readSettings(env, "postgres");
    expect(schema).toBe("My schema");
    expect(access.kind === "url" && access.fields.database).toBe("my.shop `é");
  });

  test("DIALECT may say so too", () => {
    expect(readSettings({ DATABASE_URL: POSTGRES, DIALECT: "postgres" }, "postgres").dialect).toBe("postgres");
  });
});

test("placeholders are what is set, by their upper-cased names, as it is", () => {
  const env = { PLACEHOLDER_TENANT: "o'hara ", PLACEHOLDER_empty: "", PLACEHOLDER_GONE: undefined, OTHER: "x" };
  expect(readSettings({ DATABASE_URL: URL, ...env }).placeholders).toEqual({ TENANT: "o'hara ", EMPTY: "" });
});

test("an empty variable counts as not set", () => {
  expect(readSettings({ DATABASE_URL: URL, DATABASE_SECRET_ID: "", LOG_LEVEL: "" }).logLevel).toBe("info");
});

describe("a URL", () => {
  test("has its user, password and database decoded", () => {
    expect(fieldsOf({ DATABASE_URL: "mysql://a%40b:p%23%2F%3F%40%25%C3%A9@db.internal:3307/my%20shop" })).toEqual({
      dialect: "mysql",
      host: "db.internal",
      port: 3307,
      user: "a@b",
      password: "p#/?@%é",
      database: "my shop",
    });
  });

  test.each(["mysql://root@127.0.0.1/shop", "mariadb://root:@127.0.0.1:3306/shop", "MySQL://root@127.0.0.1/shop"])(
    "may be written %s",
    (url) => {
      const fields = { dialect: "mysql", host: "127.0.0.1", port: 3306, user: "root", password: "", database: "shop" };
      expect(fieldsOf({ DATABASE_URL: url })).toEqual(fields);
    },
  );

  test("may name an IPv6 address", () => {
    expect(fieldsOf({ DATABASE_URL: "mysql://root@[::1]:3306/shop" })).toMatchObject({ host: "::1" });
  });

  test("may have an @ in its password as it is", () => {
    expect(fieldsOf({ DATABASE_URL: "mysql://root:p@ss@db/shop" })).toMatchObject({ password: "p@ss", host: "db" });
  });
});

describe(".env.example", () => {
  const text = readFileSync(join(__dirname, "../../.env.example"), "utf8");
  const documented = [...text.matchAll(/^#?([A-Z][A-Z0-9_]+)=/gm)]
    .map(([, name]) => name)
    .filter((name) => !name?.startsWith("PLACEHOLDER_"));
  const readByOthers = ["PORT", "MIGRATIONS_DIR", "MIGRATIONS_FORMAT"];

  test("names every variable that is read, once, and no other", () => {
    const read = new Set<string>();
    const note = (_: object, name: string) => {
      read.add(name);
      return undefined;
    };
    expect(() => readSettings(new Proxy({}, { get: note }))).toThrow();
    expect([...documented].sort()).toEqual([...read, ...readByOthers].sort());
  });

  test("says the defaults", () => {
    const example = Object.fromEntries(
      [...text.matchAll(/^#([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
    );
    const { MIGRATION_TABLE, MIGRATION_STEP_TABLE, MIGRATION_RUN_TABLE, LATE_MIGRATIONS } = example;
    const { LOCK_TIMEOUT_SECONDS, HTTP_PATIENCE_SECONDS, LOG_LEVEL, DATABASE_SCHEMA } = example;
    const names = { MIGRATION_TABLE, MIGRATION_STEP_TABLE, MIGRATION_RUN_TABLE };
    const { DATABASES_AT_ONCE } = example;
    const others = { LATE_MIGRATIONS, LOCK_TIMEOUT_SECONDS, HTTP_PATIENCE_SECONDS, LOG_LEVEL, DATABASES_AT_ONCE };
    expect(readSettings({ DATABASE_URL: URL, ...names, ...others })).toEqual(readSettings({ DATABASE_URL: URL }));
    expect(DATABASE_SCHEMA).toBe(readSettings({ DATABASE_URL: URL }).schema);
  });
});
