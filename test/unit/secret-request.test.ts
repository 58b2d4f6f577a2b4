import { Sha256Node } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import { isPlain, requestSecret, signedHeaders } from "../../lib/settings/secret-request";
import { createSecretsManager } from "../../lib/settings/secrets-manager";
import { type SecretsManagerDouble, startSecretsManager } from "../support/secrets-manager";

const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
  AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
const LAMBDA = { ...CREDENTIALS, AWS_LAMBDA_FUNCTION_NAME: "shop-dev-migrate" };
const NOW = new Date("2026-11-21T12:00:00.123Z");

/** What the SDK's own signer makes of the same headers and body. */
async function signedBySdk(headers: Readonly<Record<string, string>>, body: string, sessionToken?: string) {
  const { authorization: _, "x-amz-date": __, "x-amz-security-token": ___, ...unsigned } = headers;
  const signer = new SignatureV4({
    service: "secretsmanager",
    region: "eu-central-1",
    credentials: {
      accessKeyId: CREDENTIALS.AWS_ACCESS_KEY_ID,
      secretAccessKey: CREDENTIALS.AWS_SECRET_ACCESS_KEY,
      ...(sessionToken && { sessionToken }),
    },
    sha256: Sha256Node,
    applyChecksum: false,
  });
  const place = { protocol: "https:", hostname: "", path: "/", query: {} };
  const request = { ...place, method: "POST", headers: { ...unsigned }, body };
  return (await signer.sign(request, { signingDate: NOW })).headers.authorization;
}

test.each([
  ["with a session", "a/token+of=a role"],
  ["without a session", undefined],
])("credentials %s sign as the SDK does", async (_, token) => {
  const body = JSON.stringify({ SecretId: "rds!db-ü", VersionStage: "AWSCURRENT" });
  const unsigned = { host: "secretsmanager.eu-central-1.amazonaws.com", region: "eu-central-1", body };
  const headers = signedHeaders(unsigned, NOW, { ...CREDENTIALS, ...(token && { AWS_SESSION_TOKEN: token }) });
  expect(headers.authorization).toBe(await signedBySdk(headers, body, token));
});

test.each([
  ["outside a Lambda", { AWS_LAMBDA_FUNCTION_NAME: undefined }],
  ["without credentials in the environment", { AWS_SECRET_ACCESS_KEY: undefined }],
  ["with endpoints for FIPS", { AWS_USE_FIPS_ENDPOINT: "true" }],
  ["with endpoints for IPv6", { AWS_USE_DUALSTACK_ENDPOINT: "true" }],
  ["with a profile", { AWS_PROFILE: "audit" }],
])("%s the SDK is asked at once", (_, other) => {
  expect(isPlain(LAMBDA)).toBe(true);
  expect(isPlain({ ...LAMBDA, ...other })).toBe(false);
});

describe("in a Lambda", () => {
  const before = process.env;
  let double: SecretsManagerDouble;
  beforeAll(async () => {
    double = await startSecretsManager();
    process.env = { ...before, ...LAMBDA, AWS_ENDPOINT_URL_SECRETS_MANAGER: double.url };
    const { CreateSecretCommand, SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
    const client = new SecretsManagerClient({ region: "eu-central-1" });
    await client.send(new CreateSecretCommand({ Name: "shop", SecretString: "text" }));
    client.destroy();
  });
  afterEach(() => double.behave("answer"));
  afterAll(async () => {
    process.env = before;
    await double.stop();
  });

  const read = () => createSecretsManager("shop", "eu-central-1").read("AWSCURRENT");
  const callsOf = async (work: () => Promise<unknown>) => {
    const seen = double.calls.length;
    await work();
    return double.calls.length - seen;
  };

  test("a secret is read with one request", async () => {
    expect(await requestSecret({ id: "shop", region: "eu-central-1", stage: "AWSCURRENT" })).toEqual({ text: "text" });
    expect(await callsOf(async () => expect(await read()).toBe("text"))).toBe(1);
  });

  test("what is not a secret is asked for once more, and explained", async () => {
    double.behave("deny");
    const refused = () => expect(read()).rejects.toMatchObject({ code: "INVALID_SETTINGS" });
    expect(await callsOf(refused)).toBe(2);
  });

  test("a clock that is wrong is put right by what the endpoint says", async () => {
    double.behave("skew");
    expect(await callsOf(async () => expect(await read()).toBe("text"))).toBe(3);
  });

  test.each([
    ["fail", "is in trouble"],
    ["proxy", "not Secrets Manager"],
  ] as const)("an endpoint that does %s is told from one that refuses", async (behaviour, words) => {
    double.behave(behaviour);
    await expect(read()).rejects.toMatchObject({ code: "UNREACHABLE", message: expect.stringContaining(words) });
  });

  test("a secret that there is not is none", async () => {
    expect(await createSecretsManager("absent", "eu-central-1").read("AWSCURRENT")).toBeUndefined();
  });
});
