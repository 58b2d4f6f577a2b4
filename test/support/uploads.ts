import { invokeTrigger } from "../../lib/trigger/invoke";
import { s3Trigger } from "../../lib/trigger/s3";
import { createHandler } from "../../lib/trigger/trigger";
import { assembleUploads } from "../../lib/uploads";
import { s3Variables } from "../contract/s3";
import { ask } from "./ask";
import { adminUrl } from "./database";
import { type Instance, withInstance } from "./instance";
import { type S3Double, startS3 } from "./s3-double";
import { s3Event } from "./s3-events";
import type { Server } from "./servers";

const BUCKET = "uploads";

/** An instance whose databases are migrated from S3; its user's own database is the root database. */
export interface UploadWorld {
  readonly instance: Instance;
  readonly s3: S3Double;
  /** Of a function that migrates them. */
  readonly environment: Readonly<Record<string, string>>;
  /** Into the folder of one of them, by its suffix. @returns the key */
  upload(suffix: string, file: string, text: string): string;
  /** Into the folder of the root database. @returns the key */
  uploadRoot(file: string, text: string): string;
  event(...keys: readonly string[]): unknown;
  /** Names of what is applied, in that order. */
  applied(suffix: string): Promise<readonly string[]>;
}

export async function withUploads(
  server: Server,
  suffixes: readonly string[],
  work: (world: UploadWorld) => Promise<void>,
): Promise<void> {
  const s3 = await startS3();
  try {
    await withInstance(server, suffixes, (instance) => work(worldOf(instance, s3)));
  } finally {
    await s3.stop();
  }
}

function worldOf(instance: Instance, s3: S3Double): UploadWorld {
  const { home, prefix, url } = instance;
  const put = (key: string, text: string) => {
    s3.put(BUCKET, key, text);
    return key;
  };
  return {
    instance,
    s3,
    environment: {
      ...s3Variables(s3.url),
      DATABASE_URL: Object.assign(new URL(home.url), { pathname: "" }).href,
      DATABASES: `${home.name},${prefix}*`,
      ROOT_DATABASE: home.name,
      MIGRATIONS_S3: `s3://${BUCKET}/live`,
    },
    upload: (suffix, file, text) => put(`live/${prefix}${suffix}/${file}`, text),
    uploadRoot: (file, text) => put(`live/${home.name}/${file}`, text),
    event: (...keys) => s3Event(BUCKET, ...keys),
    applied: async (suffix) => {
      const rows = await ask(url(prefix + suffix), "SELECT name FROM migration ORDER BY id");
      return (rows as readonly { readonly name: string }[]).map(({ name }) => name);
    },
  };
}

/** Lets the instance's user make databases that are called as its others, and roles. */
export async function allowCreating({ server, dialect }: Server, { home, prefix }: Instance): Promise<void> {
  const user = new URL(home.url).username;
  const databases = `\`${prefix.replaceAll("_", "\\_")}%\``;
  const grant = {
    postgres: `ALTER ROLE ${user} CREATEDB CREATEROLE`,
    mysql: `GRANT ALL PRIVILEGES ON ${databases}.* TO '${user}'@'%'`,
  };
  await ask(adminUrl(server), grant[dialect]);
}

export type UploadHandler = (event: unknown, remainingMs?: number) => Promise<unknown>;

/** The function `upload` in this process, whose environment it takes. */
export function uploadFunction({ dialect }: Server, environment: Readonly<Record<string, string>>): UploadHandler {
  Object.assign(process.env, environment);
  const handler = createHandler(assembleUploads({ dialect }), [s3Trigger(), invokeTrigger("migrate", "status")]);
  return (event, remainingMs = 30_000) =>
    handler(event, { awsRequestId: "request-1", getRemainingTimeInMillis: () => remainingMs });
}
