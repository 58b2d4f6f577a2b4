import { part, withEnvironment } from "../support/serverless-part";

const VPC = { subnetIds: "subnet-1, subnet-2", securityGroupIds: "sg-1" };
const SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop";

test("a VPC needs subnets and security groups", async () => {
  expect(await part("network", "vpc", VPC)).toEqual({
    subnetIds: ["subnet-1", "subnet-2"],
    securityGroupIds: ["sg-1"],
  });
  expect(await part("network", "vpc")).toBeNull();
  await expect(part("network", "vpc", { subnetIds: "subnet-1" })).rejects.toThrow("Give both");
});

test("a secret's name is completed by the characters that Secrets Manager adds", async () => {
  const resources = async (secretArn: string) => JSON.stringify(await part("permissions", "statements", { secretArn }));
  expect(await resources(SECRET)).toContain(`${SECRET}-??????`);
  expect(await resources(`${SECRET}-a1B2c3`)).toContain(`"${SECRET}-a1B2c3"`);
});

test("nothing but network interfaces is allowed on everything", async () => {
  const role = (await part("role", "resources", { ...VPC, secretArn: SECRET, kmsKeyArn: "arn:aws:kms:x:1:key/1" })) as {
    readonly Resources: {
      readonly MigratorRole: {
        readonly Properties: {
          readonly Policies: readonly [
            {
              readonly PolicyDocument: {
                readonly Statement: readonly {
                  readonly Effect: string;
                  readonly Action: readonly string[];
                  readonly Resource: unknown;
                }[];
              };
            },
          ];
        };
      };
    };
  };
  const { Statement } = role.Resources.MigratorRole.Properties.Policies[0].PolicyDocument;
  const wide = Statement.filter(({ Effect, Resource }) => Effect === "Allow" && Resource === "*");
  expect(wide.flatMap(({ Action }) => Action).every((action) => action.startsWith("ec2:"))).toBe(true);
  expect(Statement.flatMap(({ Action }) => Action)).toEqual(
    expect.arrayContaining(["secretsmanager:GetSecretValue", "kms:Decrypt"]),
  );
});

test("outside a VPC the role may do nothing with network interfaces", async () => {
  expect(JSON.stringify(await part("role", "resources"))).not.toContain("ec2:");
});

test("the interface endpoint is made when it is asked for", async () => {
  expect(await part("endpoint", "resources", VPC)).toEqual({ Resources: {} });
  const made = (await part("endpoint", "resources", { ...VPC, endpointVpcId: "vpc-1" })) as {
    readonly Resources: object;
  };
  expect(Object.keys(made.Resources)).toEqual(["SecretsManagerEndpointGroup", "SecretsManagerEndpoint"]);
});

test("the functions get the settings that are set, and the secret's ARN when nothing else says what to migrate", async () => {
  const set = { LOCK_TIMEOUT_SECONDS: "7", DIALECT: "postgres", DATABASE_SCHEMA: "app", PLACEHOLDER_TENANT: "" };
  const environment = await withEnvironment(set, () => part("environment", "environment", { secretArn: SECRET }));
  expect(environment).toMatchObject({ DATABASE_SECRET_ID: SECRET, ...set });
});

test("the functions get nothing that only the build reads, and no placeholder that is not set", async () => {
  const set = { MIGRATIONS_FORMAT: "flyway", MIGRATIONS_DIR: "elsewhere", PORT: "1" };
  const environment = await withEnvironment(set, () => part("environment", "environment"));
  for (const name of [...Object.keys(set), "PLACEHOLDER_TENANT"]) expect(environment).not.toHaveProperty(name);
});
