import * as v from "valibot";
import type { DialectName } from "../migration";
import type { Problem } from "../report";
import { parseS3Location } from "../s3-location";
import { entriesOf, isPattern } from "../wildcard";
import { NO_SOCKET } from "./database-url";
import { isDatabaseName, isHost, isPostgresName, toPort } from "./fields";
import { invalid, type Reading } from "./problems";

/** The environment as Node.js gives it. */
export type Environment = Readonly<Record<string, string | undefined>>;

const wholeNumber = (from: number, to: number) => {
  const message = `is not a whole number from ${from} to ${to}`;
  return v.pipe(
    v.string(),
    v.regex(/^\d{1,9}$/, message),
    v.transform(Number),
    v.minValue(from, message),
    v.maxValue(to, message),
  );
};

/** Of the characters that a table's name may have here, each is one byte. */
const table = (length: number) =>
  v.pipe(
    v.string(),
    v.regex(/^[\w$]+$/, `is not a table name of at most ${length} letters, digits, _ or $`),
    v.maxLength(length, `is not a table name of at most ${length} letters, digits, _ or $`),
  );
const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  v.pipe(v.string(), v.toLowerCase(), v.picklist(words, `is none of ${words.join(", ")}`));
const text = (isRight: (value: string) => boolean, message: string) => v.pipe(v.string(), v.check(isRight, message));

/** PostgreSQL keeps what begins with pg_ for itself; what is made in pg_temp is gone with the session. */
const isSchemaName = (name: string) => isPostgresName(name) && !name.startsWith("pg_");

const common = {
  DIALECT: v.optional(oneOf(["mysql", "postgres"])),
  DATABASE_URL: v.optional(v.string()),
  DATABASE_SECRET_ID: v.optional(
    text((id) => /^[\w/+=.@!:-]{1,2048}$/.test(id), "is neither the name nor the ARN of a secret"),
  ),
  DATABASE_AUTH: v.optional(v.picklist(["iam"], "is not iam")),
  DATABASE_HOST: v.optional(text(isHost, "is neither a host name nor an address")),
  DATABASE_PORT: v.optional(text((port) => toPort(port) !== undefined, "is not a number from 1 to 65535")),
  DATABASE_USER: v.optional(v.string()),
  DATABASE_TLS: v.optional(v.picklist(["off"], "is not off")),
  DATABASE_CA: v.optional(v.string()),
  DATABASES_AT_ONCE: v.optional(wholeNumber(1, 50), "5"),
  MIGRATIONS_S3: v.optional(
    v.pipe(
      text((url) => parseS3Location(url) !== undefined, "is not of the form s3://BUCKET/PREFIX"),
      v.transform(parseS3Location),
    ),
  ),
  LATE_MIGRATIONS: v.optional(oneOf(["refuse", "apply"]), "refuse"),
  PROTECT: v.optional(oneOf(["rollback"])),
  LOCK_TIMEOUT_SECONDS: v.optional(wholeNumber(1, 3600), "10"),
  HTTP_PATIENCE_SECONDS: v.optional(wholeNumber(1, 300), "25"),
  LOG_LEVEL: v.optional(oneOf(["debug", "info", "warn", "error"]), "info"),
  GIT_COMMIT: v.optional(v.pipe(v.string(), v.regex(/^[\w.-]{1,40}$/, "is not a commit id of at most 40 characters"))),
  AWS_REGION: v.optional(v.pipe(v.string(), v.regex(/^[a-z]{2,}(-[a-z]+)+-\d+$/, "is not the name of a region"))),
  AWS_LAMBDA_FUNCTION_VERSION: v.optional(v.string()),
};

/** What a pattern's wildcards stand for is checked where a name is given. */
const isDatabaseList = (list: string, dialect: DialectName) =>
  entriesOf(list).every((entry) => (isPattern(entry) ? /^\P{C}+$/u.test(entry) : isDatabaseName(entry, dialect)));

const ROOT_DATABASES = { mysql: "mysql", postgres: "postgres" } as const;

/** Names differ from server to server. */
const names = (dialect: DialectName, tableLength: number) => ({
  DATABASES: v.optional(
    v.pipe(
      text((list) => isDatabaseList(list, dialect), "is not a list of names and patterns of databases"),
      v.transform((list) => [...new Set(entriesOf(list))]),
    ),
  ),
  ROOT_DATABASE: v.optional(
    text((name) => isDatabaseName(name, dialect), "is not the name of one database"),
    ROOT_DATABASES[dialect],
  ),
  DATABASE_NAME: v.optional(text((name) => isDatabaseName(name, dialect), "is not the name of one database")),
  MIGRATION_TABLE: v.optional(table(tableLength), "migration"),
  MIGRATION_STEP_TABLE: v.optional(table(tableLength), "migration_step"),
  MIGRATION_RUN_TABLE: v.optional(table(tableLength), "migration_run"),
  DATABASE_SCHEMA: v.optional(text(isSchemaName, "is not the name of a schema, of at most 63 bytes"), "public"),
});

/** Every variable that is read, what it must be, and what it is when it is not set. */
const SCHEMAS = {
  mysql: v.object({ ...common, ...names("mysql", 64) }),
  postgres: v.object({ ...common, ...names("postgres", 63) }),
};

type Name = keyof typeof SCHEMAS.mysql.entries;

/** The variables that are set, trimmed and not yet checked. */
export type Given = Readonly<Partial<Record<Name, string>>>;

export type Values = v.InferOutput<typeof SCHEMAS.mysql>;

const ADVICE: Readonly<Partial<Record<Name, string>>> = {
  DIALECT: "Set it as it was for the build, or remove it.",
  DATABASE_SECRET_ID: "Copy the name or the ARN from Secrets Manager.",
  DATABASE_AUTH: "Set it to iam, or remove it and use DATABASE_URL or DATABASE_SECRET_ID.",
  DATABASE_HOST: `Set it to the endpoint alone, without a scheme, a port or a path. ${NO_SOCKET}`,
  DATABASE_PORT: "Set it to the port of the database, or remove it for 3306 (MySQL) or 5432 (PostgreSQL).",
  DATABASE_NAME: "Set it to the name of the database that is migrated.",
  DATABASES: "Write names and patterns of databases, separated by commas, such as shop,tenant_*.",
  DATABASES_AT_ONCE: "Set it to a number of databases, or remove it for 5.",
  ROOT_DATABASE: "Set it to the maintenance database, or remove it for mysql or postgres.",
  DATABASE_SCHEMA: "Set it to the schema that is migrated, unquoted, or remove it for public.",
  DATABASE_TLS: "Remove it, or set it to off where no TLS is wanted; TLS without verification is not offered.",
  MIGRATION_TABLE: "Choose another name, or remove it for migration.",
  MIGRATION_STEP_TABLE: "Choose another name, or remove it for migration_step.",
  MIGRATION_RUN_TABLE: "Choose another name, or remove it for migration_run.",
  MIGRATIONS_S3: "Set it to the bucket, and to a prefix in it if there is one: s3://my-bucket/migrations.",
  LATE_MIGRATIONS: "Set it to refuse or apply, or remove it for refuse.",
  PROTECT: "Set it to rollback, or remove it for none.",
  LOCK_TIMEOUT_SECONDS: "Set it to a number of seconds, or remove it for 10.",
  HTTP_PATIENCE_SECONDS: "Set it to a number of seconds below API Gateway's own limit, or remove it for 25.",
  LOG_LEVEL: "Set it to debug, info, warn or error, or remove it for info.",
  GIT_COMMIT: "Set it to the output of git rev-parse HEAD, or remove it.",
  AWS_REGION: "Set it to a region such as eu-central-1; Lambda sets it by itself.",
};

/** Takes what is set of the known variables. An empty one counts as not set: pipelines leave them behind. */
export function takeVariables(env: Environment): Given {
  const names = Object.keys(SCHEMAS.mysql.entries) as Name[];
  const set = names.map((name) => [name, env[name]?.trim()] as const);
  return Object.fromEntries(set.filter(([name, value]) => value !== undefined && env[name] !== ""));
}

/**
 * White space around a value was pasted along with it, or comes with the line end of a file, and would otherwise end up
 * in a password or a host name. PEM text ends with a line end by right.
 */
export function strayWhiteSpace(env: Environment): readonly Problem[] {
  return Object.entries(takeVariables(env))
    .filter(([name, value]) => name !== "DATABASE_CA" && value !== env[name])
    .map(([name]) =>
      invalid(`${name} begins or ends with white space`, "Remove the spaces and line ends around the value."),
    );
}

/** Checks each variable by itself; all that is wrong is reported at once. */
export function checkVariables(given: Given, dialect: DialectName): Reading<Values> {
  const result = v.safeParse(SCHEMAS[dialect], given, { abortPipeEarly: true });
  if (result.success) return { value: result.output };
  const problems = result.issues.map((issue) => {
    const name = v.getDotPath(issue) as Name;
    return invalid(`${name} ${issue.message}`, ADVICE[name] ?? "Remove it.");
  });
  return { problems };
}
