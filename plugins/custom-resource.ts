import { dependsOn, needsOf, type Template } from "./template";

export interface Deployed {
  /** Common prefix of the migrator's functions. */
  readonly functions: string;
  readonly digest: string;
  /** ISO 8601. */
  readonly built: string;
  readonly database?: string;
  readonly databases?: string;
}

/** What came of it: a sentence on what is missing, or the functions (logical ids) that cannot wait for the migrations. */
export type Added = { readonly fault: string } | { readonly cannotWait: readonly string[] };

/** Its logical id: what else has to wait for the migrations depends on it. */
export const NAME = "MigrationsBeforeDeployment";

/** As the framework calls the functions in a template. */
const MIGRATOR = {
  migrate: "MigrateLambdaFunction",
  rollback: "RollbackLambdaFunction",
  status: "StatusLambdaFunction",
};
const DEPLOYMENT = "DeploymentLambdaFunction";
const OURS = [...Object.values(MIGRATOR), DEPLOYMENT];

/** Without these our functions may not yet do what they are called for. Those that need a waiting function are left out. */
const FIRST = new Set([
  "AWS::IAM::Role",
  "AWS::IAM::Policy",
  "AWS::EC2::SecurityGroupEgress",
  "AWS::EC2::SecurityGroupIngress",
  "AWS::EC2::VPCEndpoint",
  "AWS::RDS::DBCluster",
  "AWS::RDS::DBInstance",
  "AWS::SecretsManager::SecretTargetAttachment",
]);

/** Adds the custom resource that runs the migrations of the phase `pre`, after our own functions and before all others. */
export function addResource(template: Template, deployed: Deployed): Added {
  const fault = faultIn(template, deployed);
  if (fault !== undefined) return { fault };
  const { Resources } = template;
  const needed = needsOf(template, OURS);
  if (needed.has(NAME)) return { fault: `The functions that migrate depend on ${NAME}, which calls them.` };
  const others = Object.entries(Resources).filter(
    ([name, { Type }]) => Type === "AWS::Lambda::Function" && !OURS.includes(name),
  );
  const waiting = others.filter(([name]) => !needed.has(name));
  const late = new Set([NAME, ...waiting.map(([name]) => name)]);
  const first = Object.entries(Resources)
    .filter(([name, { Type }]) => FIRST.has(Type) && ![...needsOf(template, [name])].some((each) => late.has(each)))
    .map(([name]) => name);
  for (const [, resource] of waiting) resource.DependsOn = [...new Set([...dependsOn(resource), NAME])];
  Resources[NAME] = {
    Type: "Custom::Migrations",
    DependsOn: [...Object.values(MIGRATOR), ...first],
    Properties: propertiesOf(deployed),
  };
  return { cannotWait: others.map(([name]) => name).filter((name) => needed.has(name)) };
}

function faultIn({ Resources }: Template, { functions }: Deployed): string | undefined {
  const missing = OURS.filter((name) => !(name in Resources)).map((name) =>
    name.replace("LambdaFunction", "").toLowerCase(),
  );
  if (missing.length > 0) {
    const advice = "Add it, or set custom.migrationLambda.functions, or custom.migrationLambda.onDeploy to false.";
    return `The service has no function ${missing.join(", ")}. ${advice}`;
  }
  const renamed = Object.entries(MIGRATOR).filter(
    ([role, name]) => Resources[name]?.Properties?.FunctionName !== `${functions}-${role}`,
  );
  if (renamed.length === 0) return undefined;
  const names = Object.keys(MIGRATOR).map((role) => `${functions}-${role}`);
  return `The functions that migrate have to be called ${names.join(", ")}: the deployed ones are called by these names.`;
}

function propertiesOf({ functions, digest, built, database, databases }: Deployed): Readonly<Record<string, unknown>> {
  return {
    ServiceToken: { "Fn::GetAtt": [DEPLOYMENT, "Arn"] },
    Functions: functions,
    Digest: digest,
    Built: built,
    Phase: "pre",
    ...(database !== undefined && { Database: database }),
    ...(databases !== undefined && { Databases: databases }),
  };
}
