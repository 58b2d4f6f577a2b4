import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { DialectName } from "../../../lib/migration";
import { ask } from "../../support/ask";
import type { Admin } from "../../support/database";
import { REGION } from "../../support/lambda-variables";
import { mysqlAdmin } from "../../support/mysql-admin";
import { postgresAdmin } from "../../support/postgres-admin";
import { type S3Double, startS3 } from "../../support/s3-double";
import { type SecretsManagerDouble, startSecretsManager } from "../../support/secrets-manager";

/** A database of a subject's own. */
export interface SubjectDatabase {
  readonly name: string;
  /** Of the secret that says how to log in. */
  readonly secretId: string;
  /** As its owner. @returns the rows */
  query(sql: string): Promise<unknown>;
}

/** What the measured functions reach besides their database. */
export interface Services {
  readonly secrets: SecretsManagerDouble;
  readonly s3: S3Double;
  /** Takes whatever is sent there, as CloudFormation takes an answer. */
  readonly answers: string;
  stop(): Promise<void>;
}

const ADMINS: Readonly<Record<DialectName, (url: string) => Admin>> = { mysql: mysqlAdmin, postgres: postgresAdmin };
const PORTS: Readonly<Record<DialectName, number>> = { mysql: 3306, postgres: 5432 };

export async function startServices(): Promise<Services> {
  const [secrets, s3] = await Promise.all([startSecretsManager(), startS3()]);
  const sink = createServer((request, response) => void request.resume().once("end", () => response.end()));
  await once(sink.listen(0, "127.0.0.1"), "listening");
  return {
    secrets,
    s3,
    answers: `http://127.0.0.1:${(sink.address() as AddressInfo).port}`,
    stop: async () => {
      sink.closeAllConnections();
      sink.close();
      await Promise.all([secrets.stop(), s3.stop()]);
    },
  };
}

/** Makes an empty database, its user and the secret, for as long as `use` lasts. @param url an administrator's login */
export async function withDatabase<T>(
  { secrets }: Services,
  { dialect, url }: { readonly dialect: DialectName; readonly url: string },
  use: (database: SubjectDatabase) => Promise<T>,
): Promise<T> {
  const admin = ADMINS[dialect](url);
  const name = `lambda_${randomBytes(4).toString("hex")}`;
  const login = new URL(await admin.create({ name, user: name, password: randomBytes(8).toString("hex") }));
  try {
    await createSecret(secrets.url, name, {
      engine: dialect,
      host: login.hostname,
      port: Number(login.port || PORTS[dialect]),
      username: login.username,
      password: login.password,
      dbname: name,
    });
    return await use({ name, secretId: name, query: (sql) => ask(login.href, sql) });
  } finally {
    await admin.drop({ name, user: name });
  }
}

async function createSecret(endpoint: string, name: string, secret: object): Promise<void> {
  const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "not-a-secret" };
  const client = new SecretsManagerClient({ endpoint, region: REGION, credentials });
  try {
    await client.send(new CreateSecretCommand({ Name: name, SecretString: JSON.stringify(secret) }));
  } finally {
    client.destroy();
  }
}
