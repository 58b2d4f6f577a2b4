import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NAME } from "../../plugins/custom-resource";
import type { Options } from "../../plugins/framework";
import MigrationLambda from "../../plugins/serverless";
import type { Template } from "../../plugins/template";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "migration-lambda-plugin-"));
  writeFileSync(join(folder, "01_one.sql"), "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 1;\n");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A service with this `custom.migrationLambda`, as far as the plugin looks at it. */
function service(migrationLambda: object, options: Options = {}) {
  const names = ["migrate", "rollback", "status", "deployment", "orders"];
  const Resources: Template["Resources"] = Object.fromEntries(
    names.map((name) => [
      `${name[0]?.toUpperCase()}${name.slice(1)}LambdaFunction`,
      { Type: "AWS::Lambda::Function", Properties: { FunctionName: `shop-dev-${name}` } },
    ]),
  );
  const framework = {
    service: {
      service: "shop",
      custom: { migrationLambda: { dir: folder, ...migrationLambda } },
      provider: { compiledCloudFormationTemplate: { Resources } },
    },
    serviceDir: folder,
    classes: { Error },
    getProvider: () => ({ getRegion: () => "eu-central-1", getStage: () => "dev" }),
  };
  const said: string[] = [];
  const say = (text: string) => said.push(text);
  const { hooks } = MigrationLambda(framework, options, { log: { notice: say, warning: say }, writeText: say });
  const packaging = () => hooks["after:aws:package:finalize:mergeCustomProviderResources"]();
  return { hooks, said, packaging, Resources };
}

test("the digest is that of the migrations in the folder", async () => {
  const digestOf = async () => {
    const { packaging, Resources } = service({});
    await packaging();
    return Resources[NAME]?.Properties?.Digest;
  };
  const before = await digestOf();
  expect(before).toMatch(/^[0-9a-f]{64}$/);
  expect(await digestOf()).toBe(before);
  writeFileSync(join(folder, "02_two.sql"), "-- migrate:up\nSELECT 2;\n-- migrate:down\nSELECT 2;\n");
  expect(await digestOf()).not.toBe(before);
});

test.each([
  ["is told not to migrate", { onDeploy: false }],
  ["is told so on the command line", { onDeploy: "false" }],
  ["has its migrations in another stack", { functions: "migrations-dev" }],
])("a service that %s gets no custom resource", async (_what, config) => {
  const { packaging, Resources } = service(config);
  await packaging();
  expect(Resources).not.toHaveProperty(NAME);
  expect(Resources.OrdersLambdaFunction).not.toHaveProperty("DependsOn");
});

test("migrations that are uploaded are no part of the deployment", async () => {
  process.env.MIGRATIONS_S3 = "s3://somewhere/migrations";
  try {
    const { packaging, hooks, said, Resources } = service({});
    await packaging();
    await hooks["before:deploy:deploy"]();
    await hooks["after:deploy:deploy"]();
    expect(Resources).not.toHaveProperty(NAME);
    expect(said).toEqual([]);
  } finally {
    delete process.env.MIGRATIONS_S3;
  }
});

test.each([
  ["an unknown key", { ondeploy: false }, /unknown key "ondeploy"; known are functions, onDeploy/],
  ["a flag that is none", { onDeploy: "no" }, /onDeploy is neither true nor false/],
  ["another dialect", { dialect: "oracle" }, /dialect is neither mysql nor postgres/],
  ["no database", { database: "" }, /database is no name/],
  ["two ways to name databases", { database: "a", databases: "b" }, /give database or databases, not both/],
  ["a format that there is not", { format: "liquibase" }, /format, is "liquibase"; known are/],
  ["a folder that there is not", { dir: "/nowhere" }, /nowhere/],
])("custom.migrationLambda with %s stops the packaging", async (_what, config, message) => {
  await expect(service(config).packaging()).rejects.toThrow(message);
});

test("migrations that cannot be read stop the packaging, and say where", async () => {
  writeFileSync(join(folder, "01_other.sql"), "-- migrate:down\n");
  await expect(service({}).packaging()).rejects.toThrow(/01_other/);
});

test("new writes a migration into the service's folder of migrations", async () => {
  service({}, { name: "add-orders", pair: true }).hooks["migrate:new:run"]();
  expect(readdirSync(folder)).toEqual(["01_one.sql", "02_add-orders.down.sql", "02_add-orders.up.sql"]);
});

test.each([
  ["no name", {}, /needs a name: sls migrate new NAME/],
  ["two kinds", { name: "add-orders", ts: true, pair: true }, /exclude each other/],
  ["a path", { name: "../orders" }, /no name for a migration/],
])("new with %s is refused", (_what, options, message) => {
  expect(() => service({}, options).hooks["migrate:new:run"]()).toThrow(message);
  expect(readdirSync(folder)).toEqual(["01_one.sql"]);
});

test.each([
  ["--steps 0", { steps: "0" }],
  ["--steps two", { steps: "two" }],
  ["two ways to name databases", { database: "a", databases: "b" }],
])("rollback with %s is refused before anything is called", async (_what, options) => {
  await expect(service({}, options).hooks["migrate:rollback:run"]()).rejects.toThrow(/steps|not both/);
});
