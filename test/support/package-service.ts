import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import type { LambdaFunction } from "./lambda-function";
import { oneAtATime } from "./one-at-a-time";
import { REPOSITORY, type ServerlessOptions, serverless } from "./serverless";

/** As the template that would be deployed has it: zip, handler, limits, and the variables whose value it knows. */
export interface PackagedFunction extends LambdaFunction {
  /** SERVICE-STAGE-NAME. */
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface PackagedService {
  /** By the name in serverless.yml. */
  function(name: string): PackagedFunction;
  /** All of them by their deployed names, for createLambdaHost, with these variables besides. */
  deployed(environment?: Readonly<Record<string, string>>): Readonly<Record<string, LambdaFunction>>;
}

/** What was served or packaged, is installed or private: a developer's .env must not be what is tested. */
const NOT_COPIED = new Set([
  ...[".git", ".env", ".local", ".esbuild", ".serverless", "(temporary)"],
  ...["coverage", "node_modules", "test", ".terraform"],
]);
const PACKAGING_MS = 120_000;
const FOLDERS = "migration-lambda-packages-";

/**
 * Runs `serverless package` once per run of Jest and state of the sources, whichever worker comes first. It works in a copy
 * of the service: serverless-esbuild clears `.esbuild` in the service's folder, which a running `npm start` serves from.
 */
export async function packageService(options: ServerlessOptions = {}): Promise<PackagedService> {
  const { dir = REPOSITORY, env = {} } = options;
  const key = createHash("sha256")
    .update(JSON.stringify([dir, env, stateOf(dir)]))
    .digest("hex")
    .slice(0, 16);
  const target = join(folderOfThisRun(), key);
  await oneAtATime(target, async () => {
    if (!existsSync(target)) await build(dir, target, env);
  });
  return read(target);
}

/** Removes what this run of Jest has packaged; what dead runs left is removed by the next one that packages. */
export function removePackages(): void {
  rmSync(folderOfThisRun(), { recursive: true, force: true });
}

async function build(dir: string, target: string, env: Readonly<Record<string, string>>): Promise<void> {
  removeLeftovers();
  const work = `${target}-work`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const service = join(work, "service");
  copyService(dir, service);
  const { exitCode, stdout, stderr } = await serverless(["package", "--package", join(work, "package")], {
    dir: service,
    env,
    withinMs: PACKAGING_MS,
  });
  if (exitCode !== 0) throw new Error(`serverless package failed in ${service}:\n${stdout}${stderr}`);
  renameSync(join(work, "package"), target);
  rmSync(work, { recursive: true, force: true });
}

/** Copies a service, with what is installed linked: for whatever writes into a service's folder. */
export function copyService(dir: string, target: string): void {
  cpSync(dir, target, { recursive: true, filter: (source) => source === dir || !NOT_COPIED.has(basename(source)) });
  symlinkSync(join(REPOSITORY, "node_modules"), join(target, "node_modules"));
}

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: FunctionProperties }>>;
}

interface FunctionProperties {
  readonly FunctionName: string;
  readonly Handler: string;
  readonly Timeout: number;
  readonly MemorySize: number;
  readonly ReservedConcurrentExecutions?: number;
  readonly Code: { readonly S3Key: string };
  readonly Environment?: { readonly Variables: Readonly<Record<string, unknown>> };
}

function read(folder: string): PackagedService {
  const state = json<{ service: { functions: Record<string, { name: string }> } }>(folder, "serverless-state.json");
  const template = json<Template>(folder, "cloudformation-template-update-stack.json");
  const functions = Object.values(template.Resources)
    .filter(({ Type }) => Type === "AWS::Lambda::Function")
    .map(({ Properties }) => packaged(folder, Properties));
  return {
    function(name) {
      const found = functions.find((each) => each.name === state.service.functions[name]?.name);
      if (!found) throw new Error(`No function ${name}, only ${Object.keys(state.service.functions).join(", ")}`);
      return found;
    },
    deployed: (environment) =>
      Object.fromEntries(
        functions.map((each) => [each.name, { ...each, environment: { ...each.environment, ...environment } }]),
      ),
  };
}

function packaged(folder: string, properties: FunctionProperties): PackagedFunction {
  const { ReservedConcurrentExecutions: concurrency } = properties;
  return {
    name: properties.FunctionName,
    code: join(folder, basename(properties.Code.S3Key)),
    handler: properties.Handler,
    timeoutSeconds: properties.Timeout,
    memoryMb: properties.MemorySize,
    environment: textsOf(properties.Environment?.Variables ?? {}),
    ...(concurrency !== undefined && { concurrency }),
  };
}

/** The rest are references ({ Ref: … }) that only CloudFormation resolves. */
function textsOf(variables: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) =>
      typeof value === "object" ? [] : [[name, String(value)] as const],
    ),
  );
}

/** Which sources there are, and when they last changed: in watch mode one run of Jest lives through many edits. */
function stateOf(dir: string): readonly string[] {
  return readdirSync(dir, { withFileTypes: true })
    .filter(({ name }) => !NOT_COPIED.has(name))
    .flatMap((entry) => {
      const path = join(dir, entry.name);
      if (entry.isDirectory()) return stateOf(path);
      const { mtimeMs, size } = statSync(path);
      return [`${relative(REPOSITORY, path)} ${mtimeMs} ${size}`];
    });
}

/** Named after Jest's own process: a worker is its child; run in band, a test is in that process itself. */
function folderOfThisRun(): string {
  const jest = basename(process.argv[1] ?? "") === "processChild.js" ? process.ppid : process.pid;
  return join(tmpdir(), `${FOLDERS}${jest}-${startOf(jest)}`);
}

function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir()).filter((each) => each.startsWith(FOLDERS))) {
    const [pid, start] = name.slice(FOLDERS.length).split("-");
    if (startOf(Number(pid)) !== start) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

/** Tells a process from a later one of the same number: field 22 of https://man7.org/linux/man-pages/man5/proc.5.html */
function startOf(pid: number): string {
  try {
    const afterName = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1) ?? "";
    return afterName.split(" ")[19] ?? "";
  } catch {
    return "gone";
  }
}

function json<T>(folder: string, file: string): T {
  return JSON.parse(readFileSync(join(folder, file), "utf8")) as T;
}
