// npx cdk deploy --app "node app.mjs", after `node build.mjs`
import { App, Stack } from "aws-cdk-lib";
import { SecurityGroup, Vpc } from "aws-cdk-lib/aws-ec2";
import { Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Migrations } from "./migrations.mjs";

const app = new App();
const stack = new Stack(app, "shop");

const vpc = Vpc.fromVpcAttributes(stack, "vpc", {
  vpcId: "vpc-0123456789abcdef0",
  availabilityZones: ["eu-central-1a", "eu-central-1b"],
  privateSubnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
});
const secret = Secret.fromSecretNameV2(stack, "secret", "shop/database");
const securityGroups = [SecurityGroup.fromSecurityGroupId(stack, "group", "sg-0123456789abcdef0")];

const migrations = new Migrations(stack, "migrations", {
  vpc,
  secret,
  securityGroups,
  build: "build",
  functions: "shop",
});

const orders = new LambdaFunction(stack, "orders", {
  runtime: Runtime.NODEJS_24_X,
  handler: "index.handler",
  code: Code.fromInline("exports.handler = async () => 'the application';"),
});
orders.node.addDependency(migrations.before);
migrations.runAfter(orders);
