import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const repository = dirname(dirname(here));
const project = mkdtempSync(join(tmpdir(), "migration-lambda-cdk-"));
let resources = [];

// A project as its user has it: the example, the build script, the CDK and this package.
before(() => {
  const modules = join(project, "node_modules");
  cpSync(join(repository, "examples/cdk"), project, { recursive: true });
  cpSync(join(repository, "examples/cloudformation/build.mjs"), join(project, "build.mjs"));
  cpSync(join(repository, "examples/minimal/migrations"), join(project, "migrations"), { recursive: true });
  mkdirSync(modules);
  for (const name of ["aws-cdk-lib", "constructs"]) symlinkSync(join(here, "node_modules", name), join(modules, name));
  symlinkSync(join(repository, "node_modules/esbuild"), join(modules, "esbuild"));
  symlinkSync(repository, join(modules, "migration-lambda"));
  execFileSync(process.execPath, ["build.mjs"], { cwd: project });
  execFileSync(process.execPath, ["app.mjs"], {
    cwd: project,
    env: { ...process.env, CDK_OUTDIR: join(project, "cdk.out") },
  });
  const { Resources } = JSON.parse(readFileSync(join(project, "cdk.out/shop.template.json"), "utf8"));
  resources = Object.entries(Resources).map(([id, resource]) => ({ id, ...resource }));
});
after(() => rmSync(project, { recursive: true, force: true }));

const find = (type, matches) => resources.find(({ Type, Properties }) => Type === type && matches(Properties));
const functionOf = (name) => find("AWS::Lambda::Function", ({ FunctionName }) => FunctionName === `shop-${name}`);
const migrations = (phase) => find("Custom::Migrations", ({ Phase }) => Phase === phase);

test("the stack runs the migrations of its build", () => {
  const { Functions, Digest, Built } = migrations("pre").Properties;
  assert.equal(Functions, "shop");
  assert.equal(Digest, readFileSync(join(project, "build/digest"), "utf8"));
  assert.ok(!Number.isNaN(Date.parse(Built)));
});

test("it does so after the functions that migrate, and before the application", () => {
  const { id, DependsOn } = migrations("pre");
  for (const name of ["migrate", "rollback", "status", "deployment"])
    assert.ok(DependsOn.includes(functionOf(name).id));
  const orders = find("AWS::Lambda::Function", ({ Code }) => Code.ZipFile !== undefined);
  assert.ok(orders.DependsOn.includes(id));
  assert.ok(migrations("post").DependsOn.includes(orders.id));
});

test("only the function that answers the stack is outside the VPC, and may call the others and itself", () => {
  assert.equal(functionOf("deployment").Properties.VpcConfig, undefined);
  for (const name of ["migrate", "rollback", "status"]) assert.ok(functionOf(name).Properties.VpcConfig);
  const policies = JSON.stringify(resources.filter(({ Type }) => Type === "AWS::IAM::Policy"));
  assert.match(policies, /function:shop-deployment/);
});
