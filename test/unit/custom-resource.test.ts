import { addResource, type Deployed, NAME } from "../../plugins/custom-resource";
import { needsOf, type Resource, type Template } from "../../plugins/template";

const DEPLOYED: Deployed = { functions: "shop-dev", digest: "d".repeat(64), built: "2026-01-01T00:00:00.000Z" };

const lambda = (name: string, rest: Partial<Resource> = {}): Resource => ({
  Type: "AWS::Lambda::Function",
  ...rest,
  Properties: { FunctionName: `shop-dev-${name}`, Role: { "Fn::GetAtt": ["Role", "Arn"] }, ...rest.Properties },
});

const sub = (text: string) => ({ "Fn::Sub": text.replaceAll("%", "$") });

/** A service that migrates, and whatever else. */
function templateWith(others: Readonly<Record<string, Resource>> = {}): Template {
  return {
    Resources: {
      Role: { Type: "AWS::IAM::Role" },
      MigrateLambdaFunction: lambda("migrate"),
      RollbackLambdaFunction: lambda("rollback"),
      StatusLambdaFunction: lambda("status"),
      DeploymentLambdaFunction: lambda("deployment"),
      ...others,
    },
  };
}

function added(others: Readonly<Record<string, Resource>> = {}, deployed = DEPLOYED) {
  const template = templateWith(others);
  return { template, result: addResource(template, deployed) };
}

const waits = ({ Resources }: Template, name: string) => needsOf({ Resources }, [name]).has(NAME);

test("it comes after the functions that migrate and before all others", () => {
  const { template, result } = added({ Orders: lambda("orders", { DependsOn: "OrdersLogGroup" }) });
  expect(result).toEqual({ cannotWait: [] });
  expect(template.Resources.Orders?.DependsOn).toEqual(["OrdersLogGroup", NAME]);
  const needed = needsOf(template, [NAME]);
  for (const role of ["Migrate", "Rollback", "Status", "Deployment"]) expect(needed).toContain(`${role}LambdaFunction`);
  expect(waits(template, "MigrateLambdaFunction")).toBe(false);
});

test("a function that names it by itself names it once", () => {
  const { template } = added({ Orders: lambda("orders", { DependsOn: NAME }) });
  expect(template.Resources.Orders?.DependsOn).toEqual([NAME]);
});

test("what follows a function follows the migrations too", () => {
  const { template } = added({
    Orders: lambda("orders"),
    OrdersVersion: { Type: "AWS::Lambda::Version", Properties: { FunctionName: { Ref: "Orders" } } },
    OrdersMapping: {
      Type: "AWS::Lambda::EventSourceMapping",
      Properties: { FunctionName: sub("%{Orders.Arn}") },
    },
  });
  expect(waits(template, "OrdersVersion")).toBe(true);
  expect(waits(template, "OrdersMapping")).toBe(true);
});

test("it comes after rights, the database and the way to its secret", () => {
  const { template } = added({
    Database: { Type: "AWS::RDS::DBInstance" },
    Endpoint: { Type: "AWS::EC2::VPCEndpoint" },
    Queue: { Type: "AWS::SQS::Queue" },
  });
  expect(template.Resources[NAME]?.DependsOn).toEqual(expect.arrayContaining(["Role", "Database", "Endpoint"]));
  expect(template.Resources[NAME]?.DependsOn).not.toContain("Queue");
});

test("it does not come after what needs a function that waits for it", () => {
  const Rights = { Type: "AWS::IAM::Policy", Properties: { Resource: { "Fn::GetAtt": "Orders.Arn" } } };
  const { template } = added({ Orders: lambda("orders"), Rights });
  expect(needsOf(template, [NAME])).not.toContain("Rights");
  expect(needsOf(template, [NAME])).not.toContain("Orders");
});

test("a function that the migrating ones need does not wait for them, and is named", () => {
  const template = templateWith({ Orders: lambda("orders"), Keys: lambda("keys") });
  template.Resources.MigrateLambdaFunction = lambda("migrate", {
    Properties: { Key: [{ "Fn::Sub": [sub("%{Keys}")["Fn::Sub"], {}] }] },
  });
  expect(addResource(template, DEPLOYED)).toEqual({ cannotWait: ["Keys"] });
  expect(waits(template, "Keys")).toBe(false);
  expect(waits(template, "Orders")).toBe(true);
});

test("it says which migrations there are, when they were packaged, and of which databases", () => {
  const { template } = added({}, { ...DEPLOYED, databases: "tenant_*" });
  expect(template.Resources[NAME]?.Properties).toEqual({
    ServiceToken: { "Fn::GetAtt": ["DeploymentLambdaFunction", "Arn"] },
    Functions: "shop-dev",
    Digest: DEPLOYED.digest,
    Built: DEPLOYED.built,
    Phase: "pre",
    Databases: "tenant_*",
  });
});

test("a service without the functions is told which are missing", () => {
  const template: Template = { Resources: { MigrateLambdaFunction: lambda("migrate") } };
  const fault = expect.stringContaining("no function rollback, status, deployment");
  expect(addResource(template, DEPLOYED)).toEqual({ fault });
  expect(Object.keys(template.Resources)).toEqual(["MigrateLambdaFunction"]);
});

test("functions by other names than they are called by are refused", () => {
  const { result } = added({}, { ...DEPLOYED, functions: "shop-live" });
  expect(result).toEqual({ fault: expect.stringContaining("shop-live-migrate, shop-live-rollback, shop-live-status") });
});

test("functions that wait for what calls them are refused", () => {
  const { result } = added({ RollbackLambdaFunction: lambda("rollback", { DependsOn: NAME }) });
  expect(result).toEqual({ fault: expect.stringContaining(NAME) });
});
