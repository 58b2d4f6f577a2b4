import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { MigratorError } from "../../lib/errors";
import { awsVariables } from "../contract/secrets-manager";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { diagnose, findingOf, resultsOf } from "../support/doctor";
import { listen } from "../support/listen";
import { type SecretsManagerDouble, startSecretsManager } from "../support/secrets-manager";

const ID = "rds!cluster-1f0c2ab3";
const before = { ...process.env };
let secrets: SecretsManagerDouble;
let client: SecretsManagerClient;
let database: TestDatabase;

beforeEach(async () => {
  secrets = await startSecretsManager();
  Object.assign(process.env, awsVariables(secrets.url));
  client = new SecretsManagerClient({ region: "us-east-1" });
  database = await createTestDatabase();
});

afterEach(async () => {
  process.env = { ...before };
  client.destroy();
  await secrets.stop();
});

const store = (SecretString: string) => client.send(new CreateSecretCommand({ Name: ID, SecretString }));
const settings = { DATABASE_SECRET_ID: ID, AWS_REGION: "us-east-1" };
const finding = async () => findingOf(await diagnose(settings), "secrets-manager");

test("a secret that is there and complete passes, and the login in it is used", async () => {
  await store(database.url);
  const report = await diagnose(settings);
  expect(report).toMatchObject({ outcome: "done", database: database.name });
  expect(findingOf(report, "secrets-manager")).toMatchObject({ result: "ok" });
});

test("a rotation that is under way is a warning", async () => {
  await store(database.url);
  await client.send(
    new PutSecretValueCommand({ SecretId: ID, SecretString: "mysql://next", VersionStages: ["AWSPENDING"] }),
  );
  expect(await finding()).toMatchObject({ result: "warning", message: expect.stringContaining("rotation") });
});

test("a secret that lacks something is told what, and where to put it", async () => {
  await store('{"username":"u","password":"p"}');
  expect(await finding()).toMatchObject({
    result: "failed",
    message: expect.stringMatching(/has no host.*has no database name/),
    advice: expect.stringMatching(/DATABASE_HOST.*DATABASE_NAME/),
  });
});

test("a secret that is not there is not named", async () => {
  const found = await finding();
  expect(found).toMatchObject({ result: "failed", message: expect.stringContaining("names no secret") });
  expect(JSON.stringify(found)).not.toContain(ID);
});

test("a secret that may not be read is told with the permission that is missing", async () => {
  secrets.behave("deny");
  expect(await finding()).toMatchObject({
    result: "failed",
    message: "The secret may not be read.",
    advice: expect.stringContaining("secretsmanager:GetSecretValue"),
  });
});

test("the way to a database that the settings name is looked at without the secret", async () => {
  secrets.behave("deny");
  const { hostname, port } = new URL(database.url);
  const report = await diagnose({ ...settings, DATABASE_HOST: hostname, DATABASE_PORT: port });
  expect(findingOf(report, "tcp").result).toBe("ok");
  expect(findingOf(report, "authentication")).toMatchObject({
    result: "skipped",
    message: "It depends on secrets-manager, which failed.",
  });
});

test("a Secrets Manager that says nothing does not keep the rest from being looked at", async () => {
  secrets.behave("hang");
  const { hostname, port } = new URL(database.url);
  const known = { ...settings, DATABASE_HOST: hostname, DATABASE_PORT: port };
  const report = await diagnose(known, { patienceMs: 4_000 });
  expect(resultsOf(report)).toEqual({ "secrets-manager": "failed", dns: "ok", tcp: "ok", tls: "ok" });
  expect(findingOf(report, "secrets-manager").message).toBe(
    "Secrets Manager takes the connection and gives no answer.",
  );
});

describe("S3", () => {
  const s3With = async (check: () => Promise<unknown>) => {
    const server = await listen(() => {});
    try {
      const s3 = { endpoint: { host: "127.0.0.1", port: server.port }, check };
      return findingOf(await diagnose({ DATABASE_URL: database.url }, { s3 }), "s3");
    } finally {
      await server.stop();
    }
  };

  test("that may be listed and read passes", async () => {
    expect(await s3With(async () => [])).toMatchObject({ result: "ok" });
  });

  test("that refuses is told as it says, apart from one that does not answer", async () => {
    const denied = new MigratorError("INVALID_SETTINGS", "The bucket may not be listed", { advice: "Allow it." });
    const found = await s3With(() => Promise.reject(denied));
    expect(found).toMatchObject({ result: "failed", message: "The bucket may not be listed.", advice: "Allow it." });
  });
});
