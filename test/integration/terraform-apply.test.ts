import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DeleteBucketPolicyCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Report } from "../../lib/report";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { REGION } from "../support/lambda-variables";
import type { LambdaHost } from "../support/lambda-host";
import { findMoto } from "../support/moto";
import { packageService } from "../support/package-service";
import { copyModule, findProviders, findTerraform, type TerraformFolder } from "../support/terraform";
import { invokeOnMoto, type MotoWithLambda, startMotoWithLambda } from "../support/terraform-on-moto";

const APPLY_MS = 300_000;
const TERRAFORM_MS = 120_000;
const EXAMPLE = "examples/s3";
const BUCKET = "tenants-migrations";

/** What the example cannot know: that AWS is moto. The provider of this machine may be older than nodejs24.x. */
const OVERRIDE = `
provider "aws" {
  s3_use_path_style           = true
  skip_metadata_api_check     = true
  skip_credentials_validation = true
}
module "migrations" {
  runtime = "nodejs22.x"
}
`;

const terraform = findTerraform();
const providers = findProviders();
const moto = findMoto();
if (terraform && providers && moto) {
  describe("the module, applied to moto", () => applied({ terraform, providers, moto }));
} else {
  const missing = "it takes terraform, its provider for AWS and moto_server, and one of them is not here";
  // Of a file whose tests are all skipped Jest does not show the console.
  process.stderr.write(
    `SKIPPED: the Terraform module was not applied, and nothing that it deploys was called: ${missing}.\n`,
  );
  describe.skip("the module, applied to moto", () => {
    test(`was not tried: ${missing}`, () => {});
  });
}

interface Tools {
  readonly terraform: string;
  readonly providers: string;
  readonly moto: string;
}

function applied(tools: Tools): void {
  let cloud: MotoWithLambda;
  let copy: TerraformFolder;
  let database: TestDatabase;
  let host: LambdaHost;
  let s3: S3Client;

  beforeAll(async () => {
    const packages = dirname(
      (await packageService({ env: { MIGRATIONS_S3: `s3://${BUCKET}/migrations` } })).function("upload").code,
    );
    [cloud, database] = await Promise.all([startMotoWithLambda(tools.moto), createTestDatabase()]);
    const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "not-a-secret" };
    const client = { endpoint: cloud.moto.url, region: REGION, credentials };
    s3 = new S3Client({ ...client, forcePathStyle: true });
    const variables = {
      packages,
      bucket: BUCKET,
      secret_arn: await createSecret(new SecretsManagerClient(client), database.url),
      database_port: Number(new URL(database.url).port),
      databases: database.name,
      alarm_emails: ["somebody@example.com"],
    };
    copy = copyModule(tools.terraform, { AWS_ENDPOINT_URL: cloud.moto.url });
    writeFileSync(join(copy.path, EXAMPLE, "moto_override.tf"), OVERRIDE);
    writeFileSync(join(copy.path, EXAMPLE, "terraform.tfvars.json"), JSON.stringify(variables));
    await copy.succeed(EXAMPLE, "init", `-plugin-dir=${tools.providers}`);
    await copy.succeed(EXAMPLE, "apply", "-auto-approve");
    const names = JSON.parse(await copy.succeed(EXAMPLE, "output", "-json", "function_names"));
    host = await cloud.host(Object.values<string>(names), packages);
  }, APPLY_MS);

  const upload = (key: string, text: string) =>
    s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: `migrations/${key}`, Body: text }));

  afterAll(async () => {
    s3?.destroy();
    await cloud?.stop();
    copy?.remove();
  });

  test(
    "applying it again would change nothing",
    async () => {
      expect((await copy.run(EXAMPLE, "plan", "-detailed-exitcode")).exitCode).toBe(0);
    },
    TERRAFORM_MS,
  );

  test(
    "without the topic, the bucket itself may call the function, and nobody else's bucket of that name",
    async () => {
      await copy.succeed(EXAMPLE, "plan", "-var=notification=lambda", "-out=straight");
      const plan = JSON.parse(await copy.succeed(EXAMPLE, "show", "-json", "straight")) as Plan;
      const change = (type: string) =>
        plan.resource_changes.find((each) => each.type === type && !each.change.actions.includes("delete"))?.change
          .after;
      expect(change("aws_lambda_permission")).toMatchObject({
        principal: "s3.amazonaws.com",
        source_arn: `arn:aws:s3:::${BUCKET}`,
        source_account: "123456789012",
      });
      expect(change("aws_s3_bucket_notification")).toMatchObject({
        lambda_function: [{ events: ["s3:ObjectCreated:*"], filter_prefix: "migrations/" }],
        topic: [],
      });
    },
    TERRAFORM_MS,
  );

  describe("when it is called", () => {
    beforeAll(async () => {
      // moto denies to everybody what is denied under a condition.
      await s3.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET }));
    });

    test("a file that is uploaded is run in the database that its key names", async () => {
      await upload(`${database.name}/1_create-cart.sql`, "CREATE TABLE cart (id INT PRIMARY KEY);");
      const [event] = await host.settled();
      expect(event).toMatchObject({ functionName: "tenants-upload", attempts: [{ statusCode: 200 }] });
      expect(event?.attempts[0]?.functionError).toBeUndefined();
      expect(await database.query("SHOW TABLES LIKE 'cart'")).toHaveLength(1);
    });

    test("a direct call finds the secret, the bucket and the database", async () => {
      const report = await invokeOnMoto<Report>(cloud.moto, "tenants-status", { database: database.name });
      expect(report).toMatchObject({ action: "status", outcome: "done", database: database.name });
    });

    test("an event of a set that cannot run is tried three times", async () => {
      await upload(`${database.name}/2_broken.sql`, "CREATE TABLE;");
      const event = (await host.settled()).at(-1);
      expect(event?.attempts.map(({ functionError }) => functionError)).toEqual([
        "Unhandled",
        "Unhandled",
        "Unhandled",
      ]);
    });
  });
}

interface Plan {
  readonly resource_changes: readonly {
    readonly type: string;
    readonly change: { readonly actions: readonly string[]; readonly after: unknown };
  }[];
}

/** As RDS writes it for an instance, without a database. */
async function createSecret(client: SecretsManagerClient, url: string): Promise<string> {
  const { username, password, hostname } = new URL(url);
  const SecretString = JSON.stringify({ engine: "mysql", host: hostname, username, password });
  const { ARN = "" } = await client.send(new CreateSecretCommand({ Name: "tenants", SecretString }));
  client.destroy();
  return ARN;
}
