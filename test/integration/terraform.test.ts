import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Block, blocks, type Parsed, parseModule } from "../support/hcl";
import { copyModule, findProviders, findTerraform, type TerraformFolder } from "../support/terraform";

const terraform = findTerraform();
const providers = findProviders();
const TERRAFORM_MS = 180_000;
const EXAMPLES = ["mysql", "postgres", "s3"];

/** With a network of its own the module would ask EC2 for the zones, again and again. */
const REST = { packages: "nowhere", database_port: 3306, network: { vpc_id: "vpc-1", subnet_ids: ["subnet-1"] } };

/** What Terraform must say to each. */
const MISTAKES: readonly (readonly [variables: Readonly<Record<string, unknown>>, sentences: readonly string[]])[] = [
  [
    {
      name: "Shop",
      packages: "nowhere",
      runtime: "nodejs18.x",
      architecture: "arm",
      memory_mb: 128,
      timeout_seconds: 901,
      reserved_concurrency: { migrated: 1.5 },
      environment: { AWS_REGION: "x", DATABASE_URL: "mysql://u:p@h/d", MIGRATIONS_S3: "s3://b" },
      log_retention_days: 91,
      alarm_emails: ["nobody"],
      alarm_topic_arns: ["arn:aws:sns:eu-central-1:123456789012:alarms"],
      secret_kms_key_arn: "alias/key",
      database_port: 0,
      network: { vpc_id: "vpc-1", subnet_ids: [] },
      new_vpc: { cidr: "10.0.0.0/30" },
      upload: { bucket: "s3://Shop", prefix: "/prod/", notification: "sqs", retries: 3, kms_key_arn: "key" },
    },
    [
      "name must be 1 to 40",
      "runtime must be",
      "architecture must be",
      "memory_mb must be",
      "timeout_seconds must be",
      "reserved_concurrency knows",
      "reserved_concurrency must be whole",
      "environment must have upper-case names",
      "environment must not hold DATABASE_URL",
      "environment must leave DATABASE_PORT",
      "log_retention_days must be",
      "alarm_emails must be",
      "alarm_emails are subscribed",
      "secret_kms_key_arn must be",
      "database_port must be",
      "network needs",
      "new_vpc.cidr must be",
      "upload.bucket must be",
      "upload.prefix must be",
      "upload.notification must be",
      "upload.retries must be",
      "upload.kms_key_arn must be",
    ],
  ],
  // What is compared with another variable is not looked at while that one is wrong.
  [
    { ...REST, upload: { bucket: "shop" } },
    ["packages must be a folder", "packages has no upload.zip", "Give either secret_arn or database_user_arn"],
  ],
  [
    { ...REST, secret_arn: "shop", database_user_arn: "arn:aws:rds:x:1:db:shop" },
    ["database_user_arn must be", "With database_user_arn, environment needs"],
  ],
  [{ ...REST, secret_arn: "shop" }, ["secret_arn must be"]],
];

/** Nothing is asked of AWS, and nobody is there to answer. */
const NOBODY = {
  region: "eu-central-1",
  skip_credentials_validation: true,
  skip_requesting_account_id: true,
  max_retries: 1,
  endpoints: { sts: "http://127.0.0.1:1" },
};

/** As JSON has it: https://developer.hashicorp.com/terraform/language/syntax/json#expressions */
const expression = (text: string) => `$\{${text}}`;

const missing =
  terraform === undefined ? "terraform is not in the PATH" : "its provider for AWS is not on this machine";
if (terraform === undefined || providers === undefined) {
  // Of a file whose tests are all skipped Jest does not show the console.
  process.stderr.write(
    `SKIPPED: the Terraform module was parsed, but its format and validity were not checked: ${missing}.\n`,
  );
  describe.skip("terraform", () => {
    test(`was not run: ${missing}`, () => {});
  });
} else {
  describe("terraform", () => checked(terraform, providers));
}

function checked(command: string, plugins: string): void {
  let copy: TerraformFolder;
  let parsed: readonly Parsed[];

  beforeAll(async () => {
    copy = copyModule(command);
    parsed = await parseModule();
  });

  afterAll(() => copy.remove());

  /** A configuration of nothing but modules: one start of the provider for all of them. */
  async function configure(folder: string, configuration: Block): Promise<void> {
    mkdirSync(join(copy.path, folder));
    writeFileSync(join(copy.path, folder, "main.tf.json"), JSON.stringify(configuration));
    await copy.succeed(folder, "init", `-plugin-dir=${plugins}`);
  }

  test("finds every file formatted as it formats them", async () => {
    expect(await copy.succeed(".", "fmt", "-check", "-recursive")).toBe("");
  });

  test(
    "finds the examples, and with them the module, valid",
    async () => {
      const variablesOf = (example: string) =>
        blocks(parsed, "variable").filter(({ file }) => file.startsWith(`examples/${example}/`));
      const module = EXAMPLES.map((example) => {
        const given = variablesOf(example).map(({ name }) => [name, expression("var.any")]);
        return [example, { source: `../examples/${example}`, ...Object.fromEntries(given) }] as const;
      });
      const variable = { any: { type: "any" } };
      await configure("valid", { variable, module: Object.fromEntries(module) });
      expect(await copy.succeed("valid", "validate")).toContain("The configuration is valid");
    },
    TERRAFORM_MS,
  );

  test(
    "refuses variables that are wrong, and says how",
    async () => {
      const variable = { mistakes: { type: "any" } };
      const module = MISTAKES.map(([variables], at) => {
        const given = Object.keys(variables).map((name) => [name, expression(`var.mistakes[${at}].${name}`)]);
        return [`mistakes_${at}`, { source: "../", ...Object.fromEntries(given) }] as const;
      });
      await configure("mistaken", { provider: { aws: NOBODY }, variable, module: Object.fromEntries(module) });
      const mistakes = MISTAKES.map(([variables]) => variables);
      writeFileSync(join(copy.path, "mistaken/terraform.tfvars.json"), JSON.stringify({ mistakes }));
      // Validating would not do: what is compared with another variable, only a plan looks at.
      const { exitCode, stderr } = await copy.run("mistaken", "plan");
      expect(exitCode).toBe(1);
      const said = stderr.replace(/[│\s]+/g, " ");
      const expected = MISTAKES.flatMap(([, sentences]) => sentences);
      expect(expected.filter((sentence) => !said.includes(sentence))).toEqual([]);
      const validations = blocks(parsed, "variable").flatMap(
        ({ block }) => (block.validation ?? []) as readonly Block[],
      );
      const sentences = validations.map(({ error_message }) => String(error_message));
      expect(sentences.filter((sentence) => !said.includes(sentence.replace(/\s+/g, " ")))).toEqual([]);
    },
    TERRAFORM_MS,
  );
}
