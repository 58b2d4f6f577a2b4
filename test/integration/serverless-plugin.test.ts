import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NAME } from "../../plugins/custom-resource";
import { needsOf, type Template } from "../../plugins/template";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { type Deployment, deploy, packageMigrations } from "../support/deployment";
import { RUNTIME_BUILD_MS } from "../support/lambda-runtime";
import { copyService } from "../support/package-service";
import { REPOSITORY, serverless } from "../support/serverless";

const COMMAND_MS = 60_000;
const FILES = {
  "01_one.sql": "-- migrate:up\nCREATE TABLE one (id INT);\n-- migrate:down\nDROP TABLE one;\n",
  "02_two.sql": "-- migrate:up\nCREATE TABLE two (id INT);\n-- migrate:down\nDROP TABLE two;\n",
};
const URL_OF_DATABASE = "mysql://app:not-a-secret@shop.example/shop";
const OTHERS = `  - orders:
      handler: functions/status.handler
      role: MigratorRole
      events:
        - http: { method: get, path: orders }
        - sqs: arn:aws:sqs:eu-central-1:123456789012:orders
        - s3: { bucket: uploads-of-orders, event: "s3:ObjectCreated:*" }
`;

let folder = "";
let database: TestDatabase;
let deployment: Deployment | undefined;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "migration-lambda-plugin-"));
});
afterEach(async () => {
  await deployment?.stop();
  deployment = undefined;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** These migrations on a Lambda host, and what a user types against it. */
async function deployed() {
  database = await createTestDatabase();
  deployment = await deploy(await packageMigrations(FILES), { DATABASE_URL: database.url });
  const env = { AWS_ENDPOINT_URL_LAMBDA: deployment.endpoint };
  return (words: string) => serverless(words.split(" "), { env });
}

const tables = async () =>
  (await database.query<Record<string, string>>("SHOW TABLES"))
    .flatMap((row) => Object.values(row))
    .filter((name) => !name.startsWith("migration"));

test(
  "sls migrate, status and rollback call the deployed functions",
  async () => {
    const sls = await deployed();
    const migrated = await sls("migrate");
    expect(migrated).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/01_one[\s\S]*02_two[\s\S]*2 applied\./),
    });
    expect(await tables()).toEqual(["one", "two"]);
    expect(await sls("migrate status")).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("02_two") });
    const back = await sls("migrate rollback --steps 2");
    expect(back).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("2 reverted.") });
    expect(await tables()).toEqual([]);
  },
  RUNTIME_BUILD_MS,
);

test(
  "a migration that fails fails the command, and says which, where, why and where the log is",
  async () => {
    const sls = await deployed();
    await database.query("CREATE TABLE two (other INT)");
    const { exitCode, stdout, stderr } = await sls("migrate");
    const said = stdout + stderr;
    expect(exitCode).toBe(1);
    expect(said).toContain("02_two failed at statement 1 (02_two.sql:2)");
    expect(said).toMatch(/'two' already exists/);
    expect(said).toContain(
      "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1" +
        "#logsV2:log-groups/log-group/$252Faws$252Flambda$252Fmigration-lambda-dev-migrate",
    );
    expect(said).not.toContain("    at ");
  },
  RUNTIME_BUILD_MS,
);

/** As a copy of this service with other functions, in a VPC, would be deployed. */
async function packaged(): Promise<Template> {
  const dir = join(folder, "service");
  copyService(REPOSITORY, dir);
  const file = join(dir, "serverless.yml");
  writeFileSync(file, readFileSync(file, "utf8").replace("\npackage:\n", `${OTHERS}\npackage:\n`));
  const vpc = ["subnetIds=subnet-0a1b2c3d", "securityGroupIds=sg-0a1b2c3d", "endpointVpcId=vpc-0a1b2c3d"];
  const params = vpc.flatMap((param) => ["--param", param]);
  const { exitCode, stdout, stderr } = await serverless(["package", "--package", "out", ...params], {
    dir,
    env: { DATABASE_URL: URL_OF_DATABASE },
  });
  if (exitCode !== 0) throw new Error(stdout + stderr);
  return JSON.parse(readFileSync(join(dir, "out/cloudformation-template-update-stack.json"), "utf8"));
}

describe("a packaged service", () => {
  let template: Template;
  let ids: readonly string[];

  beforeAll(async () => {
    template = await packaged();
    ids = Object.keys(template.Resources);
  }, COMMAND_MS);

  test("has its other functions, and all that goes with them, wait for the migrations", () => {
    const waiting = ids.filter((id) => id !== NAME && needsOf(template, [id]).has(NAME));
    expect(waiting).toEqual(
      expect.arrayContaining(["OrdersLambdaFunction", "OrdersEventSourceMappingSQSOrders", "S3BucketUploadsoforders"]),
    );
    expect(waiting.filter((id) => /^(Migrate|Rollback|Status|Deployment)Lambda/.test(id))).toEqual([]);
    const needed = ["DeploymentLambdaFunction", "DeploymentRole", "MigratorRole", "SecretsManagerEndpoint"];
    expect([...needsOf(template, [NAME])]).toEqual(expect.arrayContaining(needed));
  });

  test("has no resource that waits for itself", () => {
    const direct = (id: string) => {
      const { [id]: resource } = template.Resources;
      const named = needsOf({ Resources: resource ? { [id]: resource } : {} }, [id]);
      return [...named].filter((name) => name !== id);
    };
    expect(ids.filter((id) => needsOf(template, direct(id)).has(id))).toEqual([]);
  });

  test("has the function that answers the stack outside the VPC in which the others are", () => {
    const inVpc = ids.filter((id) => "VpcConfig" in (template.Resources[id]?.Properties ?? {}));
    const names = ["Migrate", "Orders", "Rollback", "Status"].map((name) => `${name}LambdaFunction`);
    expect(inVpc.sort()).toEqual(names);
  });

  test("tells only the functions in the VPC where the database is", () => {
    const told = ids.filter((id) => JSON.stringify(template.Resources[id]).includes(URL_OF_DATABASE));
    expect(told).toContain("MigrateLambdaFunction");
    expect(told).not.toContain("DeploymentLambdaFunction");
  });
});

test(
  "sls migrate new writes the next migration",
  async () => {
    const dir = mkdtempSync(join(folder, "new-"));
    const { exitCode, stdout } = await serverless(["migrate", "new", "add-orders", "--dir", dir]);
    expect({ exitCode, files: readdirSync(dir) }).toEqual({ exitCode: 0, files: ["00_add-orders.sql"] });
    expect(stdout).toContain(join(dir, "00_add-orders.sql"));
  },
  COMMAND_MS,
);
