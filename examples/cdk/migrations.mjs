import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ArnFormat, CustomResource, Duration, Stack } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";

/**
 * The functions that migrate, and `before`, for which the application's have to wait: `orders.node.addDependency(migrations.before)`.
 * `build` is the folder that build.mjs of examples/cloudformation writes, `functions` what the names of all four begin with.
 */
export class Migrations extends Construct {
  constructor(scope, id, { vpc, vpcSubnets, securityGroups, secret, build, functions }) {
    super(scope, id);
    this.functions = functions;
    this.digest = readFileSync(join(build, "digest"), "utf8");
    const inVpc = { vpc, vpcSubnets, securityGroups, environment: { DATABASE_SECRET_ID: secret.secretArn } };
    const migrators = ["migrate", "rollback", "status"].map((name) => this.add(name, { build, ...inVpc }));
    for (const each of migrators) secret.grantRead(each);
    // Outside the VPC: it answers CloudFormation over the internet, and never sees the database.
    this.deployment = this.add("deployment", { build });
    for (const each of migrators) each.grantInvoke(this.deployment);
    // By its name: a reference to itself would be circular.
    const resourceName = `${functions}-deployment`;
    const arn = { service: "lambda", resource: "function", resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME };
    const resources = [Stack.of(this).formatArn(arn)];
    this.deployment.addToRolePolicy(new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources }));
    this.before = this.run("Before", "pre");
    this.before.node.addDependency(...migrators, this.deployment);
  }

  /** The rest of the migrations, once these are there: the application. */
  runAfter(...application) {
    const after = this.run("After", "post");
    after.node.addDependency(this.before, ...application);
    return after;
  }

  add(name, { build, ...rest }) {
    return new LambdaFunction(this, name, {
      functionName: `${this.functions}-${name}`,
      runtime: Runtime.NODEJS_24_X,
      handler: "index.handler",
      code: Code.fromAsset(join(build, name)),
      memorySize: 512,
      timeout: Duration.minutes(15),
      retryAttempts: 0,
      ...rest,
    });
  }

  run(id, Phase) {
    return new CustomResource(this, id, {
      resourceType: "Custom::Migrations",
      serviceToken: this.deployment.functionArn,
      properties: { Functions: this.functions, Digest: this.digest, Built: new Date().toISOString(), Phase },
    });
  }
}
