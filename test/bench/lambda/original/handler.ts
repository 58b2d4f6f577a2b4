import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { JSONStorage, Umzug } from "umzug";
import type { BenchMigration } from "../../contestant";

/** What the secret holds. */
export interface Login {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly dbname: string;
}

export interface Client {
  query(sql: string): Promise<readonly { readonly name?: string }[]>;
  /** At the end of a call. */
  end(): Promise<void>;
}

/**
 * The pattern that this project began with, as `GET /migrate` has it: umzug's JSON store lies in /tmp and is made from the
 * table `migration` by each call, and listeners keep that table. It is given what helps it: the secret and the client are
 * kept in a warm container, the table is there, and the migrations are in the bundle instead of a folder to be searched.
 */
export function createHandler(connect: (login: Login) => Promise<Client>, migrations: readonly BenchMigration[]) {
  let connected: Promise<Client> | undefined;
  return async (): Promise<readonly string[]> => {
    connected ??= readLogin().then(connect);
    const client = await connected;
    const path = join(tmpdir(), "migrations.json");
    const rows = await client.query("SELECT name FROM migration ORDER BY id");
    await writeFile(path, JSON.stringify(rows.map(({ name }) => name)));
    const done = await umzugOf(client, migrations, path).up();
    await client.end();
    return done.map(({ name }) => name);
  };
}

async function readLogin(): Promise<Login> {
  const secret = new GetSecretValueCommand({ SecretId: process.env.SECRET_ID });
  const { SecretString = "" } = await new SecretsManagerClient().send(secret);
  return JSON.parse(SecretString);
}

function umzugOf({ query }: Client, migrations: readonly BenchMigration[], path: string) {
  const each = (statements: readonly string[]) => async () => {
    for (const statement of statements) await query(statement);
  };
  const umzug = new Umzug({
    migrations: migrations.map(({ name, up, down }) => ({ name, up: each(up), down: each(down) })),
    storage: new JSONStorage({ path }),
    logger: undefined,
  });
  umzug.on("migrated", async ({ name }) => void (await query(`INSERT INTO migration (name) VALUES ('${name}')`)));
  umzug.on("reverted", async ({ name }) => void (await query(`DELETE FROM migration WHERE name = '${name}'`)));
  return umzug;
}
