interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  DependsOn?: string | readonly string[];
}

/** A template of CloudFormation, as far as it is changed. */
export interface Template {
  readonly Resources: Record<string, Resource>;
}

export interface Deployed {
  /** Common prefix of the migrator's functions. */
  readonly functions: string;
  readonly digest: string;
  /** ISO 8601. */
  readonly built: string;
}

/** As the framework calls the functions in a template. */
const MIGRATOR = ["MigrateLambdaFunction", "RollbackLambdaFunction", "StatusLambdaFunction"];
const DEPLOYMENT = "DeploymentLambdaFunction";
const OURS = [...MIGRATOR, DEPLOYMENT, "UploadLambdaFunction"];
const NAME = "MigrationsBeforeDeployment";

/**
 * Adds the custom resource that runs the migrations of the phase `pre`, after our own functions and before all others.
 * @returns what is missing, as a sentence
 */
export function addResource(template: Template, { functions, digest, built }: Deployed): string | undefined {
  const { Resources } = template;
  const missing = [...MIGRATOR, DEPLOYMENT].filter((name) => !(name in Resources));
  if (missing.length > 0) {
    const names = missing.map((name) => name.replace("LambdaFunction", "").toLowerCase()).join(", ");
    return `The service has no function ${names}. Add it, or set custom.migrationLambda.functions or .onDeploy.`;
  }
  const others = Object.entries(Resources).filter(
    ([name, { Type }]) => Type === "AWS::Lambda::Function" && !OURS.includes(name),
  );
  for (const [, resource] of others) resource.DependsOn = [...listOf(resource.DependsOn), NAME];
  Resources[NAME] = {
    Type: "Custom::Migrations",
    DependsOn: [...OURS.filter((name) => name in Resources), ...Object.keys(Resources).filter(isRight)],
    Properties: {
      ServiceToken: { "Fn::GetAtt": [DEPLOYMENT, "Arn"] },
      Functions: functions,
      Digest: digest,
      Built: built,
      Phase: "pre",
    },
  };
  return undefined;
}

/** Without these the functions could be called before they may do anything. */
function isRight(name: string): boolean {
  return ["MigratorRole", "DeploymentRole", "SecretsManagerEndpoint"].includes(name);
}

function listOf(names: string | readonly string[] | undefined): readonly string[] {
  return typeof names === "string" ? [names] : (names ?? []);
}
