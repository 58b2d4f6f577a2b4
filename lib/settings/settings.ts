import type { DialectName } from "../migration";
import type { Problem } from "../report";
import type { S3Location } from "../s3-location";
import { type Access, readAccess } from "./access";
import { conceal } from "./conceal";
import { checkDialect } from "./dialect";
import { readPlaceholders } from "./placeholders";
import { invalid, invalidSettings, problemsOf, type Reading, unwrap } from "./problems";
import { readAuthorities, type Tls } from "./tls";
import { checkVariables, type Environment, type Given, strayWhiteSpace, takeVariables, type Values } from "./variables";

/** The environment, parsed once at the door. Safe to log: how to get into the database, and placeholders, are concealed. */
export interface Settings {
  /** What the migrations were built for. */
  readonly dialect: DialectName;
  readonly access: Access;
  /** Names and patterns of the databases that a Command may name; absent: only the login's own. */
  readonly databases?: readonly string[];
  /** How many databases are worked on at a time. */
  readonly databasesAtOnce: number;
  /** The maintenance database: it is there on every server, and nobody's data is in it. */
  readonly rootDatabase: string;
  /** Where migrations are uploaded to; needed where none were built in. */
  readonly migrationsS3?: S3Location;
  readonly tls: Tls;
  /** Where the journal's tables are, and what migrations find first. PostgreSQL alone has schemas within a database. */
  readonly schema: string;
  /** What stands for the placeholders of the migrations, by name: A to Z, digits and _. */
  readonly placeholders: Readonly<Record<string, string>>;
  /** Names of the journal's tables. */
  readonly tables: { readonly migration: string; readonly step: string; readonly run: string };
  /** What to do with a pending migration that sorts before one that is already applied. */
  readonly late: "refuse" | "apply";
  /** What is only done by who gives the digest of its plan. */
  readonly protect?: "rollback";
  /** How long one statement waits for the locks of other sessions before the server gives up on it. */
  readonly lockTimeoutSeconds: number;
  /** How long an HTTP call waits for the work before it is answered 202. */
  readonly httpPatienceMs: number;
  /** Which code this is: function version and commit, such as `42+1f0c2ab`; `local` where neither is known. */
  readonly bundle: string;
  readonly logLevel: "debug" | "info" | "warn" | "error";
}

/**
 * Reads every setting; `.env.example` says what each one means. Nothing is connected to; `DATABASE_CA` may name a file,
 * which is read.
 * @param dialect what the migrations were built for; whatever says that the database is of another is a problem
 * @throws MigratorError `INVALID_SETTINGS` with a problem for everything that is wrong.
 */
export function readSettings(env: Environment = process.env, dialect: DialectName = "mysql"): Settings {
  const given = takeVariables(env);
  const parts = {
    access: readAccess(given, dialect),
    values: checkVariables(given, dialect),
    tls: readTls(given),
    placeholders: readPlaceholders(env),
  };
  const problems = [
    strayWhiteSpace(env),
    ...Object.values(parts).map(problemsOf),
    sameTables(given),
    contradictions(given, dialect),
    bucketWithoutRegion(given),
  ].flat();
  if (problems.length > 0) throw invalidSettings(problems);
  const placeholders = unwrap(parts.placeholders);
  const shown = toSettings(unwrap(parts.values), { access: unwrap(parts.access), tls: unwrap(parts.tls), dialect });
  return conceal(shown, { placeholders });
}

function toSettings(
  values: Values,
  parts: Pick<Settings, "access" | "tls" | "dialect">,
): Omit<Settings, "placeholders"> {
  return {
    ...parts,
    ...(values.DATABASES && { databases: values.DATABASES }),
    ...(values.MIGRATIONS_S3 && { migrationsS3: values.MIGRATIONS_S3 }),
    databasesAtOnce: values.DATABASES_AT_ONCE,
    rootDatabase: values.ROOT_DATABASE,
    schema: values.DATABASE_SCHEMA,
    tables: {
      migration: values.MIGRATION_TABLE,
      step: values.MIGRATION_STEP_TABLE,
      run: values.MIGRATION_RUN_TABLE,
    },
    late: values.LATE_MIGRATIONS,
    ...(values.PROTECT && { protect: values.PROTECT }),
    lockTimeoutSeconds: values.LOCK_TIMEOUT_SECONDS,
    httpPatienceMs: values.HTTP_PATIENCE_SECONDS * 1000,
    bundle: [values.AWS_LAMBDA_FUNCTION_VERSION, values.GIT_COMMIT].filter(Boolean).join("+") || "local",
    logLevel: values.LOG_LEVEL,
  };
}

function readTls(given: Given): Reading<Tls> {
  const own: Reading<readonly string[]> =
    given.DATABASE_CA === undefined ? { value: [] } : readAuthorities(given.DATABASE_CA);
  if ("problems" in own) return own;
  if (given.DATABASE_TLS !== "off") return { value: conceal({ mode: "verified" }, { ownCa: own.value }) };
  if (own.value.length === 0) return { value: { mode: "off" } };
  const advice = "Remove one of them: without TLS no server is verified.";
  return { problems: [invalid("DATABASE_CA and DATABASE_TLS=off contradict each other", advice)] };
}

/** What is right by itself, and not for the dialect that the migrations were built for. */
function contradictions({ DIALECT, DATABASE_SCHEMA }: Given, dialect: DialectName): readonly Problem[] {
  const isName = DIALECT !== undefined && /^(mysql|postgres)$/i.test(DIALECT);
  const problems = isName ? checkDialect(DIALECT, "DIALECT", dialect) : [];
  if (DATABASE_SCHEMA === undefined || dialect === "postgres") return problems;
  const advice = "Remove it; the database is named by DATABASE_URL or DATABASE_NAME.";
  return [...problems, invalid("DATABASE_SCHEMA is set, and MySQL has no schemas within a database", advice)];
}

/** What the SDK says then is not to be told from a bucket that cannot be reached. */
function bucketWithoutRegion({ MIGRATIONS_S3, AWS_REGION }: Given): readonly Problem[] {
  if (MIGRATIONS_S3 === undefined || AWS_REGION !== undefined) return [];
  const advice = "Set AWS_REGION to the region of the bucket; Lambda sets it by itself.";
  return [invalid("AWS_REGION is missing, and MIGRATIONS_S3 needs it", advice)];
}

/** Compared without regard to case: on some servers, table names that differ in nothing else are one table. */
function sameTables(given: Given): readonly Problem[] {
  const { MIGRATION_TABLE = "migration", MIGRATION_STEP_TABLE = "migration_step" } = given;
  const { MIGRATION_RUN_TABLE = "migration_run" } = given;
  const names = [MIGRATION_TABLE, MIGRATION_STEP_TABLE, MIGRATION_RUN_TABLE].map((name) => name.toLowerCase());
  if (new Set(names).size === names.length) return [];
  const message = "MIGRATION_TABLE, MIGRATION_STEP_TABLE and MIGRATION_RUN_TABLE do not name three different tables";
  return [invalid(message, "Give each table a name of its own.")];
}
