import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Report } from "../../lib/report";
import { createTestDatabase } from "../support/database";
import { unpack } from "../support/lambda-code";
import { REPOSITORY, serverless } from "../support/serverless";

const INSTALLING_MS = 180_000;
const PACKAGING_MS = 60_000;
/** What the example installs for its developer; here it is this repository's. */
const TOOLS = ["serverless", "serverless-esbuild", "esbuild", "typescript"];

const run = promisify(execFile);
let folder = "";
let project = "";

// A project as one finds it after `npm install`: the example, and the package as it would be published.
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "migration-lambda-tarball-"));
  project = join(folder, "project");
  cpSync(join(REPOSITORY, "examples/minimal"), project, { recursive: true });
  const { dependencies, devDependencies, ...manifest } = JSON.parse(
    readFileSync(join(project, "package.json"), "utf8"),
  );
  expect(Object.keys({ ...dependencies, ...devDependencies }).sort()).toEqual(["migration-lambda", ...TOOLS].sort());
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
  // Without its scripts, as building clears the dist/ that other tests are using.
  await run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { cwd: REPOSITORY });
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "";
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", join(folder, tarball)], { cwd: project });
  for (const tool of TOOLS) symlinkSync(join(REPOSITORY, "node_modules", tool), join(project, "node_modules", tool));
}, INSTALLING_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `serverless package`, and gives the folder of what is in this one of its zips. */
async function packaged(zip: string): Promise<string> {
  const { exitCode, stdout, stderr } = await serverless(["package", "--package", "package"], { dir: project });
  if (exitCode !== 0) throw new Error(`serverless package failed:\n${stdout}${stderr}`);
  return unpack(join(project, "package", zip), mkdtempSync(join(folder, "zip-")));
}

async function node(code: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { stdout } = await run(process.execPath, ["-e", code], {
    cwd: project,
    env: { PATH: process.env.PATH, ...env },
  });
  return stdout;
}

/** A direct call, as Lambda would make it. */
async function invoke(module: string, url: string): Promise<Report> {
  const context = '{ awsRequestId: "run-1", getRemainingTimeInMillis: () => 60000 }';
  const answer = 'writeFileSync("answer.json", JSON.stringify(await handler({}, context)))';
  await node(
    `const { writeFileSync } = require("node:fs");
     const { handler } = require(${JSON.stringify(module)});
     const context = ${context};
     (async () => { ${answer}; process.exit(); })();`,
    { DATABASE_URL: url },
  );
  return JSON.parse(readFileSync(join(project, "answer.json"), "utf8"));
}

test(
  "the example is packaged and migrates a database",
  async () => {
    const database = await createTestDatabase();
    const zip = await packaged("shop-migrations.zip");
    const functions = join(zip, "node_modules/migration-lambda/dist/functions");
    const names = ["00_create-product-table", "01_add-first-product"];
    expect(readdirSync(functions).sort()).toEqual(["migrate.js", "rollback.js", "status.js"]);
    for (const file of readdirSync(functions)) {
      const bundle = readFileSync(join(functions, file), "utf8");
      expect(names.filter((name) => bundle.includes(name))).toEqual(names);
    }
    const report = await invoke(join(functions, "migrate.js"), database.url);
    expect(report.done.map(({ name }) => name)).toEqual(names);
    expect(await database.query("SELECT name FROM product")).toEqual([{ name: "A first product" }]);
  },
  PACKAGING_MS,
);

test(
  "a service that packages its functions individually has a file of one line for each",
  async () => {
    const yaml = readFileSync(join(REPOSITORY, "examples/minimal/serverless.yml"), "utf8");
    const line = /export \{ handler \} from "migration-lambda\/functions\/migrate";/.exec(yaml)?.[0] ?? "";
    mkdirSync(join(project, "functions"));
    for (const name of ["migrate", "rollback", "status"])
      writeFileSync(join(project, `functions/${name}.ts`), line.replace("/migrate", `/${name}`));
    const individually = yaml.replaceAll("node_modules/migration-lambda/dist/functions/", "functions/");
    writeFileSync(join(project, "serverless.yml"), `${individually}\npackage:\n  individually: true\n`);
    try {
      const database = await createTestDatabase();
      const zip = await packaged("migrate.zip");
      expect(readdirSync(join(zip, "functions"))).toEqual(["migrate.js"]);
      expect((await invoke(join(zip, "functions/migrate.js"), database.url)).done).toHaveLength(2);
    } finally {
      writeFileSync(join(project, "serverless.yml"), yaml);
    }
  },
  PACKAGING_MS,
);

test("the package can be required and imported", async () => {
  const print = 'console.log(new MigratorError("INVALID_SETTINGS", "x").code)';
  expect(await node(`const { MigratorError } = require("migration-lambda"); ${print}`)).toBe("INVALID_SETTINGS\n");
  expect(await node(`import("migration-lambda").then(({ MigratorError }) => ${print})`)).toBe("INVALID_SETTINGS\n");
});

test("an application bundles the Guard with the set that it was built with", async () => {
  const contents = `import { createGuard, MigratorError } from "migration-lambda/guard";
    import { set } from "migration-lambda/set";
    createGuard({ set, database: () => undefined });
    console.log(typeof MigratorError, set.map(({ name }) => name).join());`;
  writeFileSync(join(project, "app.mjs"), contents);
  const build = `const { migrations } = require("migration-lambda/esbuild");
    const options = { entryPoints: ["app.mjs"], outfile: "app.js", bundle: true, platform: "node", plugins: [migrations()] };
    require("esbuild").build(options);`;
  await node(build);
  expect(await node('require("./app.js")')).toBe("function 00_create-product-table,01_add-first-product\n");
  const bundle = readFileSync(join(project, "app.js"), "utf8");
  expect(bundle).not.toMatch(/node_modules\/(?!migration-lambda\/dist\/lib\/)/);
});

test("its types are found", async () => {
  writeFileSync(
    join(project, "types.ts"),
    `import { migrations } from "migration-lambda/esbuild";
     import { handler } from "migration-lambda/functions/migrate";
     import { createGuard, migrateOnColdStart } from "migration-lambda/guard";
     import { set } from "migration-lambda/set";
     import { assembleBundle, type Report } from "migration-lambda";
     const client = { query: async (sql: string) => sql, connect() {}, escapeLiteral() {} };
     export const worked: Promise<string> = createGuard({ set, database: () => client }).transaction((tx) => tx.query("x"));
     export const started: Promise<void> = migrateOnColdStart(assembleBundle({} as never)).init();
     export const name: string = migrations({ dir: "db" }).name;
     export const answer: Promise<unknown> = handler({}, { awsRequestId: "1", getRemainingTimeInMillis: () => 1 });
     // @ts-expect-error: neither \`any\` nor a number
     export const outcome: Report["outcome"] = 1;`,
  );
  const flags = ["--noEmit", "--strict", "--module", "nodenext", "--moduleResolution", "nodenext", "--types", ""];
  const tsc = join(REPOSITORY, "node_modules/typescript/bin/tsc");
  const files = ["types.ts", "migrations/01_add-first-product.ts"];
  const output = await run(process.execPath, [tsc, ...flags, ...files], { cwd: project }).then(
    () => "",
    (error: { stdout: string }) => error.stdout,
  );
  expect(output).toBe("");
});
