import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { InstanceLogin, InstanceLogins } from "../../lib/login";
import { createLogins } from "../../lib/settings/secret";
import { readSettings } from "../../lib/settings/settings";

export interface RunningSecretsManager {
  readonly url: string;
  stop(): Promise<void>;
}

/** Environment of a process that may call the Secrets Manager at this URL. */
export function awsVariables(url: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  };
}

/** Takes the logins in turn as a connection does whose every attempt is refused. */
export async function passwordsOf(logins: InstanceLogins, most = 10): Promise<readonly string[]> {
  const passwords: string[] = [];
  for await (const login of logins()) {
    passwords.push(login.password);
    if (passwords.length === most) break;
  }
  return passwords;
}

/** What any Secrets Manager must do for the logins that are read from it. */
export function secretsManagerContract(start: () => Promise<RunningSecretsManager>): void {
  const before = { ...process.env };
  let running: RunningSecretsManager;
  let client: SecretsManagerClient;
  let count = 0;

  beforeAll(async () => {
    running = await start();
    Object.assign(process.env, awsVariables(running.url));
    client = new SecretsManagerClient({});
  });

  afterAll(async () => {
    process.env = before;
    client?.destroy();
    await running?.stop();
  });

  const withPassword = (password: string) =>
    JSON.stringify({ host: "db.internal", dbname: "shop", username: "u", password });
  const create = async (text: string) => {
    count += 1;
    const name = `rds!db-${count}`;
    const { ARN: arn = "" } = await client.send(new CreateSecretCommand({ Name: name, SecretString: text }));
    return { name, arn };
  };
  const put = (name: string, text: string, ...stages: string[]) =>
    client.send(new PutSecretValueCommand({ SecretId: name, SecretString: text, VersionStages: stages }));
  const loginsOf = (id: string) => createLogins(readSettings({ DATABASE_SECRET_ID: id, AWS_REGION: "us-east-1" }));

  test("gives a secret by its name and by its ARN", async () => {
    const { name, arn } = await create("text");
    const answers = [name, arn].map((id) => client.send(new GetSecretValueCommand({ SecretId: id })));
    expect((await Promise.all(answers)).map((answer) => answer.SecretString)).toEqual(["text", "text"]);
  });

  test("says ResourceNotFoundException of a secret that there is not, and of a stage that it has not", async () => {
    const { name } = await create("text");
    const absent = client.send(new GetSecretValueCommand({ SecretId: "absent" }));
    await expect(absent).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    const pending = client.send(new GetSecretValueCommand({ SecretId: name, VersionStage: "AWSPENDING" }));
    await expect(pending).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  test("a new AWSCURRENT makes the old one AWSPREVIOUS", async () => {
    const { name } = await create("old");
    await put(name, "new", "AWSCURRENT");
    const read = (stage: string) => client.send(new GetSecretValueCommand({ SecretId: name, VersionStage: stage }));
    expect((await read("AWSCURRENT")).SecretString).toBe("new");
    expect((await read("AWSPREVIOUS")).SecretString).toBe("old");
  });

  test("a secret that never changes gives one login", async () => {
    const { name } = await create(withPassword("one"));
    expect(await passwordsOf(loginsOf(name))).toEqual(["one"]);
  });

  test("a rotated secret is read again after the kept login was refused, and the new one is kept", async () => {
    const { arn } = await create(withPassword("old"));
    const logins = loginsOf(arn);
    expect(await passwordsOf(logins, 1)).toEqual(["old"]);
    await put(arn, withPassword("new"), "AWSCURRENT");
    expect(await passwordsOf(logins)).toEqual(["old", "new"]);
    expect(await passwordsOf(logins, 1)).toEqual(["new"]);
  });

  test("in the middle of a rotation the pending login comes last", async () => {
    const { name } = await create(withPassword("current"));
    await put(name, withPassword("pending"), "AWSPENDING");
    expect(await passwordsOf(loginsOf(name))).toEqual(["current", "pending"]);
  });

  test("the pending login is kept once it was not refused, and begins the next time", async () => {
    const { name } = await create(withPassword("current"));
    await put(name, withPassword("pending"), "AWSPENDING");
    const logins = loginsOf(name);
    expect(await passwordsOf(logins, 2)).toEqual(["current", "pending"]);
    expect(await passwordsOf(logins)).toEqual(["pending", "current"]);
    expect(await passwordsOf(logins, 1)).toEqual(["current"]);
  });

  test("a pending version that is not finished is passed over", async () => {
    const { name } = await create(withPassword("current"));
    await put(name, "{", "AWSPENDING");
    expect(await passwordsOf(loginsOf(name))).toEqual(["current"]);
  });

  test("a name that is nobody's is reported without the name", async () => {
    const first = async (): Promise<InstanceLogin | undefined> => {
      for await (const login of loginsOf("mistyped")()) return login;
      return undefined;
    };
    await expect(first()).rejects.toMatchObject({
      code: "INVALID_SETTINGS",
      message: "DATABASE_SECRET_ID names no secret in this account and region",
    });
  });
}
