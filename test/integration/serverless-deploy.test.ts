import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { type Deployment, deploy, packageMigrations } from "../support/deployment";
import { RUNTIME_BUILD_MS } from "../support/lambda-runtime";
import { findMoto, type Moto, startMoto } from "../support/moto";
import { REPOSITORY, serverless } from "../support/serverless";

// moto does not take what a custom resource answers: here the migrations are another stack's, and the resource has a
// double of its own in stack.test.ts.

const DEPLOYING_MS = 120_000;
const FILES = {
  "01_one.sql": "-- migrate:up\nCREATE TABLE one (id INT);\n-- migrate:down\nDROP TABLE one;\n",
  "02_two.sql": "-- migrate:up\n-- migration: post\nCREATE TABLE two (id INT);\n-- migrate:down\nDROP TABLE two;\n",
};
const SERVICE = `
service: shop
frameworkVersion: "4"
provider: { name: aws, runtime: nodejs24.x, region: eu-central-1, versionFunctions: false }
plugins: [./dist/plugins/serverless.js]
custom: { migrationLambda: { functions: migration-lambda-dev } }
package: { patterns: ["!**", orders.js] }
functions:
  orders: { handler: orders.handler }
`;

const program = findMoto();
if (program === undefined) {
  console.warn("SKIPPED: sls deploy was not tried from end to end, because no moto_server is in the PATH.");
}

(program === undefined ? describe.skip : describe)("sls deploy on moto", () => {
  let moto: Moto | undefined;
  let dir = "";
  let database: TestDatabase;
  let deployment: Deployment | undefined;

  beforeAll(async () => {
    moto = await startMoto(program ?? "");
    dir = mkdtempSync(join(tmpdir(), "migration-lambda-deploy-"));
    symlinkSync(join(REPOSITORY, "dist"), join(dir, "dist"));
    writeFileSync(join(dir, "serverless.yml"), SERVICE);
    writeFileSync(join(dir, "orders.js"), "exports.handler = async () => 1;\n");
    database = await createTestDatabase();
    deployment = await deploy(await packageMigrations(FILES), { DATABASE_URL: database.url });
  }, RUNTIME_BUILD_MS);

  afterAll(async () => {
    // Also when not everything was begun: a moto that stays keeps Jest from ending.
    await deployment?.stop();
    await moto?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  /** moto is AWS, but for the functions that migrate. */
  const sls = (...words: readonly string[]) =>
    serverless(words, {
      dir,
      env: { AWS_ENDPOINT_URL: moto?.url ?? "", AWS_ENDPOINT_URL_LAMBDA: deployment?.endpoint ?? "" },
    });

  const applied = async () =>
    (await database.query<{ name: string }>("SELECT name FROM migration ORDER BY id")).map(({ name }) => name);

  test(
    "a migration that fails keeps the service from being deployed",
    async () => {
      await database.query("CREATE TABLE one (other INT)");
      const { exitCode, stdout, stderr } = await sls("deploy");
      expect([exitCode, stdout + stderr]).toEqual([1, expect.stringContaining("01_one failed at statement 1")]);
      expect((await sls("info")).exitCode).toBe(1);
      expect(await applied()).toEqual([]);
    },
    DEPLOYING_MS,
  );

  test(
    "a deploy migrates before and after it",
    async () => {
      await database.query("DROP TABLE one");
      const { exitCode, stdout, stderr } = await sls("deploy");
      expect([exitCode, stderr]).toEqual([
        0,
        expect.stringMatching(/before the deployment[\s\S]*after the deployment/),
      ]);
      expect(stdout).toMatch(/01_one[\s\S]*02_two/);
      expect(await applied()).toEqual(["01_one", "02_two"]);
      expect(await sls("info")).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("stack: shop-dev") });
    },
    DEPLOYING_MS,
  );
});
