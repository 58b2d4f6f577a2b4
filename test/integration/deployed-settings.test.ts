import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { ask } from "../support/ask";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { type Deployment, deploy, type FunctionError, type FunctionName } from "../support/deployment";
import { withInstance } from "../support/instance";
import { RUNTIME_BUILD_MS } from "../support/lambda-runtime";
import { type PackagedService, packageService } from "../support/package-service";
import { type SecretsManagerDouble, startSecretsManager } from "../support/secrets-manager";
import { mysql } from "../support/servers";

const FUNCTIONS: readonly (readonly [FunctionName, string])[] = [
  ["migrate", "GET /migrate"],
  ["rollback", "POST /rollback"],
  ["status", "GET /status"],
];

let service: PackagedService;
const deployments: Deployment[] = [];

beforeAll(async () => {
  service = await packageService();
}, RUNTIME_BUILD_MS);

afterEach(() => Promise.all(deployments.splice(0).map((each) => each.stop())));

async function deployed(environment: Readonly<Record<string, string>>): Promise<Deployment> {
  const deployment = await deploy(service, environment);
  deployments.push(deployment);
  return deployment;
}

test("without settings each function says which there are", async () => {
  const deployment = await deployed({});
  for (const [name, request] of FUNCTIONS) {
    const { functionError, payload } = await deployment.invoke<FunctionError>(name);
    expect([functionError, payload.errorType]).toEqual(["Unhandled", "INVALID_SETTINGS"]);
    expect(payload.errorMessage).toMatch(/DATABASE_URL.*DATABASE_SECRET_ID/s);
    const { status, headers, body } = await deployment.http(request);
    expect(status).toBe(500);
    expect(headers).toMatchObject({ "Content-Type": "application/problem+json", "Cache-Control": "no-store" });
    expect(body).toMatchObject({ code: "INVALID_SETTINGS", detail: "Nothing says which database to migrate" });
    expect(JSON.stringify(body.problems)).toContain("DATABASE_URL");
  }
});

test("all mistakes in the settings are told at once, and none of their values", async () => {
  const deployment = await deployed({ DATABASE_URL: "mysql://me:s3cr3t@host", LOCK_TIMEOUT_SECONDS: "soon" });
  const { body } = await deployment.http("GET /status");
  expect(body.problems).toHaveLength(2);
  expect(deployment.said()).toContain("LOCK_TIMEOUT_SECONDS");
  expect(deployment.said()).not.toContain("s3cr3t");
});

test("a wrong password is a 503 over HTTP and a failed invocation, and is not told", async () => {
  const database = await createTestDatabase();
  const url = Object.assign(new URL(database.url), { password: "wrong-password" });
  const deployment = await deployed({ DATABASE_URL: url.href });
  for (const [name, request] of FUNCTIONS) {
    const { status, headers, body } = await deployment.http(request);
    expect([status, body.code]).toEqual([503, "ACCESS_DENIED"]);
    expect(headers["Retry-After"]).toMatch(/^\d+$/);
    const { payload } = await deployment.invoke<FunctionError>(name);
    expect(payload.errorType).toBe("ACCESS_DENIED");
    expect(payload.errorMessage).toMatch(/^The database refused the user or the password\.\nCheck DATABASE_URL/);
  }
  for (const secret of ["wrong-password", url.hostname]) expect(deployment.said()).not.toContain(secret);
});

test("an unknown host is a 503 within ten seconds, and is not told", async () => {
  const host = "database.nowhere.invalid";
  const deployment = await deployed({ DATABASE_URL: `mysql://me:s3cr3t@${host}/shop` });
  const { status, body, elapsedMs } = await deployment.http("GET /migrate");
  expect([status, body.code]).toEqual([503, "UNREACHABLE"]);
  expect(body.detail).toMatch(/host name is unknown/);
  expect(elapsedMs).toBeLessThan(10_000);
  for (const secret of ["s3cr3t", host]) expect(deployment.said()).not.toContain(secret);
});

test("a run that found no database is in the log, under its id", async () => {
  const database = await createTestDatabase();
  const url = Object.assign(new URL(database.url), { password: "wrong-password" });
  const deployment = await deployed({ DATABASE_URL: url.href });
  await deployment.http("POST /migrate", '{"runId":"deploy-8"}');
  expect(deployment.logs()).toMatch(/"level":"ERROR".*"runId":"deploy-8".*ACCESS_DENIED/);
});

test("a table `migration` of somebody else's is refused by each function, and left as it is", async () => {
  const database = await createTestDatabase();
  await database.query("CREATE TABLE migration (version INT PRIMARY KEY, what TEXT)");
  await database.query("INSERT INTO migration VALUES (1, 'theirs')");
  const before = await database.query("SHOW CREATE TABLE migration");
  const deployment = await deployed({ DATABASE_URL: database.url });
  for (const [name, request] of FUNCTIONS) {
    const { status, body } = await deployment.http(request);
    expect([status, body.code]).toEqual([409, "FOREIGN_TABLE"]);
    expect(body.advice).toContain("MIGRATION_TABLE");
    expect((await deployment.invoke<FunctionError>(name)).payload.errorType).toBe("FOREIGN_TABLE");
  }
  expect(await database.query("SHOW CREATE TABLE migration")).toEqual(before);
  expect(await database.query("SELECT * FROM migration")).toEqual([{ version: 1, what: "theirs" }]);
  expect(await database.query("SHOW TABLES")).toHaveLength(1);
});

describe("with DATABASE_SECRET_ID", () => {
  const id = "rds!cluster-1f0c2ab3";
  let secrets: SecretsManagerDouble;
  let client: SecretsManagerClient;
  let database: TestDatabase;

  beforeEach(async () => {
    secrets = await startSecretsManager();
    const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "not-a-secret" };
    client = new SecretsManagerClient({ endpoint: secrets.url, region: "eu-central-1", credentials });
    database = await createTestDatabase();
  });

  afterEach(async () => {
    client.destroy();
    await secrets.stop();
  });

  /** As RDS writes the secret that it manages itself: the rest is in the settings. */
  const secretWith = (password: string) => JSON.stringify({ username: new URL(database.url).username, password });
  const environment = () => {
    const { hostname, port } = new URL(database.url);
    return {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      DATABASE_SECRET_ID: id,
      DATABASE_HOST: hostname,
      DATABASE_PORT: port,
      DATABASE_NAME: database.name,
    };
  };
  const read = () => secrets.calls.filter((call) => call.startsWith("GetSecretValue"));
  /** A container keeps its connection, and asks for the login only to open one. */
  const endConnections = async (user: string) => {
    const ids = "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER = ?";
    for (const { id } of await database.query<{ id: number }>(ids, [user])) await database.query(mysql.kill(id));
  };

  test("a password that was rotated between two calls of a warm function is read again", async () => {
    const { username, password } = new URL(database.url);
    await client.send(new CreateSecretCommand({ Name: id, SecretString: secretWith(password) }));
    const deployment = await deployed(environment());
    expect((await deployment.http("GET /migrate")).status).toBe(200);
    expect((await deployment.http("GET /migrate")).status).toBe(200);
    expect(read()).toHaveLength(1);
    await database.query(`ALTER USER '${username}'@'%' IDENTIFIED BY 'r0tated'`);
    await client.send(new PutSecretValueCommand({ SecretId: id, SecretString: secretWith("r0tated") }));
    await endConnections(username);
    expect((await deployment.http("GET /migrate")).status).toBe(200);
    expect(read()).toHaveLength(2);
    expect(deployment.logs().match(/INIT_|START RequestId/g)).toHaveLength(3);
    for (const secret of [password, "r0tated", id]) expect(deployment.said()).not.toContain(secret);
  });

  test("several databases of one instance are migrated by one call, and the secret is read once", () =>
    withInstance(mysql, ["a", "b", "c"], async ({ home, names, prefix, url }) => {
      const { username, password, hostname, port } = new URL(home.url);
      await client.send(new CreateSecretCommand({ Name: id, SecretString: JSON.stringify({ username, password }) }));
      const { DATABASE_NAME: _, ...instance } = environment();
      const where = { DATABASE_HOST: hostname, DATABASE_PORT: port, DATABASES: `${prefix}*` };
      const deployment = await deployed({ ...instance, ...where });
      const { status, body } = await deployment.http("GET /migrate?databases=*");
      expect([status, body.message]).toEqual([200, "3 databases: 3 done."]);
      expect(await ask(url(names[2] ?? ""), "SELECT COUNT(*) AS n FROM migration")).toEqual([{ n: 3 }]);
      expect(read()).toHaveLength(1);
      expect(deployment.said()).not.toContain(password);
    }));

  test("a secret that may not be read is told without its id", async () => {
    secrets.behave("deny");
    const deployment = await deployed(environment());
    const { status, body } = await deployment.http("GET /status");
    expect([status, body.code]).toEqual([500, "INVALID_SETTINGS"]);
    expect(body.detail).toBe("The secret may not be read");
    expect(deployment.said()).not.toContain(id);
  });
});
