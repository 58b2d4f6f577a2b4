import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { findProgram } from "./find-program";
import type { CommandResult } from "./serverless";

export const MODULE = resolve(__dirname, "../../infra/terraform");

/** Where providers lie that were downloaded before: nothing is downloaded by a test. TEST_TERRAFORM_PLUGINS names another place. */
const PLUGIN_FOLDERS = [
  process.env.TEST_TERRAFORM_PLUGINS ?? "",
  join(homedir(), ".terraform.d/plugins"),
  join(homedir(), ".terraform.d/plugin-cache"),
  "/usr/local/share/terraform/plugins",
  "/usr/share/terraform/plugins",
  "/opt/tf-plugins",
];

export const findTerraform = (): string | undefined => findProgram("terraform");

/** A folder for `terraform init -plugin-dir`, with the provider for AWS in it. */
export function findProviders(): string | undefined {
  return PLUGIN_FOLDERS.find((folder) => existsSync(join(folder, "registry.terraform.io/hashicorp/aws")));
}

export interface TerraformFolder {
  /** The copy of infra/terraform. */
  readonly path: string;
  /** In a folder of it, such as `examples/s3`. */
  run(folder: string, ...commandLine: readonly string[]): Promise<CommandResult>;
  /** As `run`. @throws with what it said when it fails */
  succeed(folder: string, ...commandLine: readonly string[]): Promise<string>;
  remove(): void;
}

/** A copy of the module and its examples: Terraform writes beside what it reads. */
export function copyModule(terraform: string, environment: Readonly<Record<string, string>> = {}): TerraformFolder {
  const path = mkdtempSync(join(tmpdir(), "migration-lambda-terraform-"));
  cpSync(MODULE, path, { recursive: true, filter: (source) => !source.endsWith("/.terraform") });
  const env = {
    PATH: process.env.PATH,
    HOME: path,
    TMPDIR: path,
    CHECKPOINT_DISABLE: "1",
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: "not-a-secret",
    ...environment,
  };
  const run: TerraformFolder["run"] = (folder, ...commandLine) =>
    execute(terraform, [...commandLine, "-no-color"], { cwd: join(path, folder), env });
  return {
    path,
    run,
    succeed: async (folder, ...commandLine) => {
      const { exitCode, stdout, stderr } = await run(folder, ...commandLine);
      if (exitCode !== 0)
        throw new Error(`terraform ${commandLine.join(" ")} failed in ${folder}:\n${stdout}${stderr}`);
      return stdout;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

function execute(
  command: string,
  commandLine: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<CommandResult> {
  return new Promise((done) => {
    execFile(command, commandLine, { ...options, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      done({ exitCode: error === null ? 0 : Number(error.code ?? 137), stdout, stderr });
    });
  });
}
