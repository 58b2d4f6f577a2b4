import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { BuildOptions } from "esbuild";
import type { DialectName } from "../../../lib/migration";
import { unpack } from "../../support/lambda-code";
import type { LambdaFunction } from "../../support/lambda-function";
import { type PackagedService, packageService } from "../../support/package-service";
import { functionBuild, type RivalKind, rivalBuild, zipBundle } from "./bundles";
import { type Services, type SubjectDatabase, withDatabase } from "./databases";
import { filesOf, smallMigrations, writeMigrations } from "./migrations";
import type { Zip } from "./result";
import { callOnce, type Place, type Subject } from "./start";

export type FunctionName = "migrate" | "rollback" | "status" | "upload" | "deployment";

export interface SubjectOptions {
  readonly root: string;
  readonly place: Place;
  readonly services: Services;
  readonly dialect: DialectName;
  /** An administrator's login. */
  readonly url: string;
  readonly functions: readonly FunctionName[];
  /** How many are applied. */
  readonly count: number;
}

/** Subjects whose databases hold all migrations, so that there is nothing to do. */
export interface Prepared {
  readonly subjects: readonly Subject[];
  readonly zips: readonly Zip[];
}

const BUCKET = "uploads";
const STACK = {
  StackId: "arn:aws:cloudformation:eu-central-1:123456789012:stack/shop/1f0c2ab3",
  RequestId: "1f0c2ab3",
  LogicalResourceId: "Migrations",
};

/** What each function is asked when there is nothing to do, and how it then answers. */
const CALLS: Readonly<Record<FunctionName, Call>> = {
  migrate: { payload: () => ({}), isIdle: isDone },
  // It always finds something; a dry run reads as much, and changes nothing.
  rollback: { payload: () => ({ dryRun: true }), isIdle: isDone },
  status: { payload: () => ({}), isIdle: isDone },
  upload: { payload: ({ database }) => ({ action: "migrate", database: database.name }), isIdle: isDone },
  // The stack is deleted: the function answers, and asks nobody.
  deployment: {
    payload: ({ answers }) => ({ ...STACK, RequestType: "Delete", ResponseURL: answers }),
    isIdle: (answer) => answer === null,
  },
};

interface Call {
  payload(world: { readonly database: SubjectDatabase; readonly answers: string }): unknown;
  isIdle(answer: unknown): boolean;
}

/** Makes them, and lets both kinds apply the migrations. */
export function withSubjects<T>(options: SubjectOptions, use: (prepared: Prepared) => Promise<T>): Promise<T> {
  const { services, dialect, url } = options;
  return withDatabase(services, { dialect, url }, (own) =>
    withDatabase(services, { dialect, url }, async (theirs) => {
      await theirs.query(TABLES[dialect]);
      const rivals = await Promise.all([rivalOf(options, theirs, "original"), rivalOf(options, theirs, "empty")]);
      const ours = await oursOf(options, own);
      const all = [...ours, ...rivals];
      // Whoever comes first of each kind applies what is pending, and the others find nothing.
      for (const { subject } of all) await callOnce(subject, options.place);
      await checkApplied(theirs, options.count);
      return use({ subjects: all.map(({ subject }) => subject), zips: all.map(({ zip }) => zip) });
    }),
  );
}

/** @throws when the opponent did not do its work: it could not be compared */
async function checkApplied(database: SubjectDatabase, count: number): Promise<void> {
  const rows = await database.query("SELECT name FROM migration");
  if (!Array.isArray(rows) || rows.length !== count)
    throw new Error(`The original pattern did not apply ${count} migrations`);
}

interface Made {
  readonly subject: Subject;
  readonly zip: Zip;
}

/** As the pattern's own first script has it. */
const TABLES: Readonly<Record<DialectName, string>> = {
  mysql: `CREATE TABLE migration (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255) NOT NULL,
    createdAt TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)`,
  postgres: `CREATE TABLE migration (id SERIAL PRIMARY KEY, name VARCHAR(255) NOT NULL,
    "createdAt" TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)`,
};

async function rivalOf(options: SubjectOptions, database: SubjectDatabase, kind: RivalKind): Promise<Made> {
  const { root, place, dialect, count, services } = options;
  const folder = join(place.folder, `${dialect}-${kind}`);
  mkdirSync(folder, { recursive: true });
  const build = rivalBuild(root, { kind, dialect, migrations: smallMigrations(count) });
  const code = await zipBundle(build, folder);
  const environment = { AWS_ENDPOINT_URL_SECRETS_MANAGER: services.secrets.url, SECRET_ID: database.secretId };
  const title = kind === "original" ? "the original pattern" : "an empty handler";
  const settings: LambdaFunction = { code, handler: "index.handler", environment };
  const isIdle = (answer: unknown) => Array.isArray(answer) && answer.length === 0;
  const subject = { kind, title, dialect, settings, taskRoot: folder, build, payload: {}, isIdle };
  return { subject, zip: { kind, title, dialect, bytes: statSync(code).size } };
}

async function oursOf(options: SubjectOptions, database: SubjectDatabase): Promise<readonly Made[]> {
  const { root, place, dialect, count, services, functions } = options;
  const dir = join(place.folder, "migrations");
  const migrations = smallMigrations(count);
  writeMigrations(dir, migrations);
  const built = { DIALECT: dialect, MIGRATIONS_DIR: dir };
  const from = `s3://${BUCKET}/live`;
  for (const [file, text] of Object.entries(filesOf(migrations)))
    services.s3.put(BUCKET, `live/${database.name}/${file}`, text);
  const environment = {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: services.secrets.url,
    AWS_ENDPOINT_URL_S3: services.s3.url,
    DATABASE_SECRET_ID: database.secretId,
  };
  const made: Made[] = [];
  for (const name of functions) {
    const uploaded = name === "upload" ? { MIGRATIONS_S3: from } : undefined;
    const service = await packageService({ env: { ...built, ...uploaded } });
    const variables = name === "deployment" ? {} : { ...environment, ...uploaded };
    const build = functionBuild(root, name, { dir, dialect, from: uploaded ? "s3" : "folder" });
    made.push(await functionOf(options, { name, service, build, database, variables }));
  }
  return made;
}

interface Part {
  readonly name: FunctionName;
  readonly service: PackagedService;
  readonly build: BuildOptions;
  readonly database: SubjectDatabase;
  readonly variables: Readonly<Record<string, string>>;
}

async function functionOf(
  { place, dialect, services }: SubjectOptions,
  { name, service, build, database, variables }: Part,
): Promise<Made> {
  const packaged = service.function(name);
  const taskRoot = await unpack(packaged.code, join(place.folder, `${dialect}-${name}`));
  const { payload, isIdle } = CALLS[name];
  const id = { kind: "ours", title: name, dialect } as const;
  const settings = { ...packaged, environment: { ...packaged.environment, ...variables } };
  const subject = {
    ...id,
    settings,
    taskRoot,
    build,
    payload: payload({ database, answers: services.answers }),
    isIdle,
  };
  return { subject, zip: { ...id, bytes: statSync(packaged.code).size } };
}

function isDone(answer: unknown): boolean {
  const { outcome, done } = Object(answer);
  return outcome === "done" && Array.isArray(done) && done.length === 0;
}
