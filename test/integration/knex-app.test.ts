import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, type Metafile } from "esbuild";
import { migrations } from "../../plugins/esbuild";
import { createTestDatabase } from "../support/database";
import { run, sql } from "../support/migrator";
import { REPOSITORY } from "../support/serverless";

const APP = join(REPOSITORY, "examples/knex-app");
/** What the app installs, from where the tests have it. */
const INSTALLED = join(REPOSITORY, "test/tools/node_modules");

let folder = "";
let metafile: Metafile;
let close = async () => {};

// As serverless-esbuild bundles it, with this repository in place of the package.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "migration-lambda-knex-app-"));
  const yaml = readFileSync(join(APP, "serverless.yml"), "utf8");
  const external = /exclude: \[(.*)\]/.exec(yaml)?.[1]?.split(", ") ?? [];
  const built = await build({
    absWorkingDir: APP,
    stdin: { contents: 'export * from "./orders"; export * from "./database";', resolveDir: join(APP, "src") },
    outfile: join(folder, "orders.js"),
    bundle: true,
    platform: "node",
    metafile: true,
    nodePaths: [INSTALLED],
    alias: {
      "migration-lambda/guard": join(REPOSITORY, "lib/guard/index.ts"),
      "migration-lambda/set": join(REPOSITORY, "lib/guard/built.ts"),
    },
    external,
    plugins: [migrations({ dialect: "postgres" })],
  });
  metafile = built.metafile;
});
afterAll(async () => {
  await close();
  await rm(folder, { recursive: true, force: true });
});

test("the example with Knex takes orders while its table is there, and only then", async () => {
  const database = await createTestDatabase({ server: "postgres18" });
  process.env.DATABASE_URL = database.url;
  const { handler, database: knex } = createRequire(__filename)(join(folder, "orders.js"));
  close = () => knex().destroy();
  const order = (item: unknown) =>
    handler({ version: "2.0", requestContext: { http: {} }, body: JSON.stringify({ item }) }, {});
  const text = readFileSync(join(APP, "migrations/00_create-orders.sql"), "utf8");
  const target = { url: database.url, migrations: [sql("00_create-orders", text, "postgres")] };
  expect(await order("tea")).toMatchObject({ statusCode: 503, headers: { "Retry-After": "5" } });
  await run(target, "migrate");
  // As long as a refusal stands.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(await order("tea")).toEqual({ statusCode: 201, body: '{"id":"1"}' });
  expect(await order(undefined)).toMatchObject({ statusCode: 400 });
  await run(target, "rollback");
  expect(await order("coffee")).toMatchObject({ statusCode: 503 });
});

test("of this package its bundle holds the Guard, and nothing that migrates", () => {
  const inputs = Object.keys(metafile.inputs).map((path) => path.replace(/^(?:\.\.\/)+/, ""));
  const ours = inputs.filter((path) => !path.includes("node_modules") && !/^(?:src\/|<stdin>)/.test(path));
  expect(
    ours.filter((path) => !/^(?:lib\/(?:guard\/|errors|schema-lock)|migration-lambda:\S*set$)/.test(path)),
  ).toEqual([]);
  expect(inputs.filter((path) => /node_modules\/(?:umzug|mysql2|valibot|serverless-mysql)\//.test(path))).toEqual([]);
});
