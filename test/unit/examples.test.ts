import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { readProperties } from "../../lib/deployment/request";
import { needsOf, type Template } from "../../plugins/template";
import { REPOSITORY } from "../support/serverless";
import { readYaml } from "../support/yaml";

const EXAMPLES = join(REPOSITORY, "examples");
const WORKFLOWS = readdirSync(join(EXAMPLES, "github-actions"));
/** Compiled, as it finds its own version there. */
const { readArguments }: typeof import("../../bin/program") = require(join(REPOSITORY, "dist/bin/program.js"));
const BUILDING_MS = 60_000;

interface Workflow {
  readonly on: object;
  readonly jobs: Readonly<Record<string, { readonly "runs-on": string; readonly steps: readonly Step[] }>>;
}

interface Step {
  readonly run?: string;
  readonly uses?: string;
}

function stepsOf(file: string): readonly Step[] {
  const { on, jobs } = readYaml<Workflow>(readFileSync(join(EXAMPLES, "github-actions", file), "utf8"));
  expect(on).toBeDefined();
  return Object.values(jobs).flatMap(({ steps }) => steps);
}

describe.each(WORKFLOWS)("the workflow %s", (file) => {
  const commands = () => stepsOf(file).flatMap(({ run = "" }) => run.split("\n").filter(Boolean));

  test("has steps that are either a command or an action", () => {
    const steps = stepsOf(file);
    expect(steps.length).toBeGreaterThan(4);
    expect(steps.filter(({ run, uses }) => (run === undefined) === (uses === undefined))).toEqual([]);
  });

  test("uses the command line as it is", () => {
    const lines = commands().flatMap((line) => /^npx migration-lambda (.*)$/.exec(line)?.[1] ?? []);
    for (const line of lines) expect(readArguments(line.split(" "))).toMatchObject({ kind: "command" });
    const others = commands().filter((line) => !line.startsWith("npx migration-lambda"));
    expect(lines.length > 0 || others.some((line) => /^(npx (sls|cdk)|aws cloudformation) deploy /.test(line))).toBe(
      true,
    );
  });

  test("runs no script that is not in the examples", () => {
    const scripts = commands().flatMap((line) => /\bnode (\S+\.mjs)/.exec(line)?.[1] ?? []);
    const there = ["cloudformation", "cdk"].flatMap((folder) => readdirSync(join(EXAMPLES, folder)));
    for (const script of scripts) expect(there).toContain(script);
  });
});

test("there is a workflow for each way to deploy", () => {
  expect([...WORKFLOWS].sort()).toEqual([
    "cdk.yml",
    "cloudformation.yml",
    "serverless.yml",
    "terraform.yml",
    "upload.yml",
  ]);
});

describe("the template of CloudFormation", () => {
  const template = readYaml<Template & { readonly Parameters: object }>(
    readFileSync(join(EXAMPLES, "cloudformation/template.yml"), "utf8"),
  );
  const { Resources, Parameters } = template;
  const needs = (id: string) => needsOf(template, [id]);

  test("migrates after the functions that do, and before and after the application", () => {
    const application = needs("Orders");
    expect([...needs("MigrationsBefore")]).toEqual(
      expect.arrayContaining(["Migrate", "Rollback", "Status", "Deployment", "MigratorRole", "DeploymentRole"]),
    );
    expect(application).toContain("MigrationsBefore");
    expect(needs("MigrationsBefore")).not.toContain("Orders");
    expect(needs("MigrationsAfter")).toContain("Orders");
  });

  test("names nothing that is not in it", () => {
    const ids = new Set([...Object.keys(Resources), ...Object.keys(Parameters)]);
    const unknown = Object.keys(Resources).flatMap((id) => [...needs(id)].filter((name) => !ids.has(name)));
    expect(unknown.filter((name) => !/^AWS(::|$)/.test(name))).toEqual([]);
  });

  test.each(["MigrationsBefore", "MigrationsAfter"])("gives %s properties that are understood", (id) => {
    const given = { Functions: "shop", Digest: "0".repeat(64), Built: "2026-01-01T00:00:00Z", ServiceToken: "arn" };
    const properties = { ...Resources[id]?.Properties, ...given };
    expect(readProperties(properties)).toMatchObject({
      Functions: "shop",
      Phase: id === "MigrationsBefore" ? "pre" : "post",
    });
  });
});

test(
  "the build script writes each function, and the digest of the migrations in them",
  async () => {
    const project = mkdtempSync(join(tmpdir(), "migration-lambda-example-"));
    try {
      mkdirSync(join(project, "node_modules"));
      for (const [name, path] of [
        ["migration-lambda", REPOSITORY],
        ["esbuild", join(REPOSITORY, "node_modules/esbuild")],
      ] as const) {
        symlinkSync(path, join(project, "node_modules", name));
      }
      cpSync(join(EXAMPLES, "cloudformation/build.mjs"), join(project, "build.mjs"));
      cpSync(join(EXAMPLES, "minimal/migrations"), join(project, "migrations"), { recursive: true });
      const { MIGRATIONS_DIR: _, ...env } = process.env;
      await promisify(execFile)(process.execPath, ["build.mjs"], { cwd: project, env });
      const digest = readFileSync(join(project, "build/digest"), "utf8");
      expect(digest).toMatch(/^[0-9a-f]{64}$/);
      for (const name of ["migrate", "rollback", "status"]) {
        expect(readFileSync(join(project, `build/${name}/index.js`), "utf8")).toContain(digest);
      }
      expect(readFileSync(join(project, "build/deployment/index.js"), "utf8")).not.toContain(digest);
    } finally {
      rmSync(project, { recursive: true, force: true });
    }
  },
  BUILDING_MS,
);
