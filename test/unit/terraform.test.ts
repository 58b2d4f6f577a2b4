import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "@cdktf/hcl2json";
import { type Block, blocks, blocksOf, type Named, type Parsed, parseModule } from "../support/hcl";
import { variablesList } from "../support/terraform-variables";

let parsed: readonly Parsed[];

beforeAll(async () => {
  parsed = await parseModule();
});

const ofModule = () => parsed.filter(({ file }) => !file.includes("/"));
const where = ({ file, name }: Named) => `${file}: ${name}`;

test("every file is parsed, and one that is not valid is not", async () => {
  expect(parsed.map(({ file }) => file)).toEqual(
    expect.arrayContaining(["main.tf", "variables.tf", "outputs.tf", "versions.tf", "examples/s3/main.tf"]),
  );
  await expect(parse("broken.tf", 'variable "name" {\n  type =\n}')).rejects.toBeDefined();
});

test("every variable has a type and a description", () => {
  const variables = blocks(parsed, "variable");
  expect(variables.length).toBeGreaterThan(20);
  const without = variables.filter(({ block }) => !block.type || !String(block.description ?? "").endsWith("."));
  expect(without.map(where)).toEqual([]);
});

test("every output has a description", () => {
  const outputs = blocks(parsed, "output");
  expect(outputs.length).toBeGreaterThan(10);
  expect(outputs.filter(({ block }) => !block.description).map(where)).toEqual([]);
});

test("a variable whose values can be wrong is checked, with a sentence that names it", () => {
  const free = ["alarm_topic_arns", "database_security_group_ids", "tags"];
  const variables = blocks(ofModule(), "variable");
  const checks = ({ block }: Named) => (block.validation ?? []) as readonly Block[];
  expect(variables.filter((each) => checks(each).length === 0).map(({ name }) => name)).toEqual(
    expect.arrayContaining(free),
  );
  for (const each of variables.filter(({ name }) => !free.includes(name))) {
    expect([each.name, checks(each).length]).not.toEqual([each.name, 0]);
    for (const { error_message } of checks(each)) expect(error_message).toContain(each.name);
  }
});

test("the provider and Terraform itself are limited to versions that are known to work", () => {
  const aws = { source: "hashicorp/aws", version: expect.stringMatching(/^>= \d.*, < \d/) };
  expect(parsed.find(({ file }) => file === "versions.tf")?.content).toMatchObject({
    terraform: [{ required_version: expect.stringMatching(/^>= 1\.\d+$/), required_providers: [{ aws }] }],
  });
});

test("every statement of a policy names its resources, and only network interfaces are allowed on all", () => {
  const statements = blocksOf(parsed, "data", "aws_iam_policy_document").flatMap(({ name, block }) =>
    statementsOf(block).map((statement) => ({ name, statement })),
  );
  expect(statements.length).toBeGreaterThan(10);
  const trust = ["sts:AssumeRole"];
  for (const { name, statement } of statements) {
    const { actions, resources, effect = "Allow", sid } = statement;
    if (JSON.stringify(actions) === JSON.stringify(trust)) continue;
    expect([name, sid, resources]).not.toEqual([name, sid, undefined]);
    const onAll = effect === "Allow" && JSON.stringify(resources).includes('"*"');
    expect([name, sid, onAll]).toEqual([name, sid, sid === "NetworkInterfacesOfTheVpc"]);
    if (effect === "Allow") expect(JSON.stringify(actions)).not.toContain("*");
  }
});

test("of the bucket no more is allowed than listing it and reading what is below the prefix", () => {
  const statements = blocksOf(parsed, "data", "aws_iam_policy_document").flatMap(({ block }) => statementsOf(block));
  const allowed = statements.flatMap(({ effect = "Allow", actions }) => (effect === "Allow" ? actions : []));
  const ofS3 = (allowed as readonly unknown[]).filter((action) => String(action).startsWith("s3:"));
  expect(ofS3).toEqual(["s3:ListBucket", "s3:GetObject"]);
});

test("no service may call or publish without a source that is named", () => {
  for (const { name, block } of blocksOf(parsed, "resource", "aws_lambda_permission")) {
    expect([name, block.source_arn]).not.toEqual([name, undefined]);
  }
  const services = blocksOf(parsed, "data", "aws_iam_policy_document").flatMap(({ name, block }) =>
    statementsOf(block)
      .filter(({ principals, actions }) => JSON.stringify(principals)?.includes("amazonaws.com") && !isTrust(actions))
      .map((statement) => ({ name, statement })),
  );
  expect(services.map(({ name }) => name)).toEqual(expect.arrayContaining(["topic", "alarms", "failed_uploads"]));
  for (const { name, statement } of services) {
    expect([name, JSON.stringify(statement.condition)]).toEqual([name, expect.stringContaining("aws:SourceArn")]);
  }
});

test("the bucket is versioned, encrypted, closed to the public, and open to TLS only", () => {
  const types = ["versioning", "server_side_encryption_configuration", "public_access_block", "policy"];
  for (const type of types) expect(blocksOf(parsed, "resource", `aws_s3_bucket_${type}`)).toHaveLength(1);
  const [access] = blocksOf(parsed, "resource", "aws_s3_bucket_public_access_block");
  expect(Object.values(access?.block ?? {}).filter((value) => value === true)).toHaveLength(4);
  const [policy] = blocksOf(parsed, "data", "aws_iam_policy_document").filter(({ name }) => name === "uploads");
  expect(policy?.block).toMatchObject({ statement: [{ effect: "Deny", actions: ["s3:*"] }] });
  expect(JSON.stringify(policy?.block)).toContain("aws:SecureTransport");
});

test("the documentation lists every variable as it is", () => {
  const docs = readFileSync(resolve(__dirname, "../../docs/terraform.md"), "utf8");
  const [, section = ""] = docs.split("## Variables\n");
  expect(section.split("\n").filter((line) => line.startsWith("- `"))).toEqual(
    variablesList(blocks(ofModule(), "variable")),
  );
});

const isTrust = (actions: unknown) => JSON.stringify(actions) === '["sts:AssumeRole"]';

/** Also those that are made for some values of a variable only. */
function statementsOf(block: Block): readonly Block[] {
  const plain = (block.statement ?? []) as readonly Block[];
  const { statement: dynamic = [] } = (block.dynamic ?? {}) as { statement?: readonly { content: readonly Block[] }[] };
  return [...plain, ...dynamic.flatMap(({ content }) => content)];
}
