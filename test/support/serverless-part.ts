import { resolve } from "node:path";

type Resolve = { resolveVariable(name: string): Promise<string> };
type Part = (options: Resolve) => Promise<unknown>;

/** As serverless.yml has them. */
const DEFAULTS = {
  subnetIds: "",
  securityGroupIds: "",
  secretArn: "",
  kmsKeyArn: "",
  dbUserArn: "",
  endpointVpcId: "",
  uploadBucket: "new",
  uploadKmsKeyArn: "",
  uploadHandler: "functions/upload.handler",
  s3EndpointVpcId: "",
  s3EndpointRouteTableIds: "",
  alarmEmail: "",
};

const load = (file: string) =>
  require(resolve(__dirname, `../../infra/serverless/${file}.cjs`)) as Record<string, Part>;

/** What a file of infra/serverless gives for these parameters of serverless.yml. */
export function part(file: string, name: string, params: Partial<typeof DEFAULTS> = {}): Promise<unknown> {
  const values: Record<string, string> = { ...DEFAULTS, ...params };
  const resolveVariable = async (variable: string) =>
    ({ "self:service": "shop", "sls:stage": "dev" })[variable] ?? values[variable.replace("param:", "")] ?? "";
  const made = load(file)[name];
  if (!made) throw new Error(`${file} has no ${name}`);
  return made({ resolveVariable });
}

/** Resources of a template, by name, for `toMatchObject`. */
export async function resources(file: string, params: Partial<typeof DEFAULTS> = {}) {
  const { Resources } = (await part(file, "resources", params)) as {
    readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: object }>>;
  };
  return Resources;
}

/** Does the work with these variables in this process's environment. */
export async function withEnvironment<T>(set: Readonly<Record<string, string>>, work: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  Object.assign(process.env, set);
  try {
    return await work();
  } finally {
    process.env = before;
  }
}
