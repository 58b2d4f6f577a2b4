import { createRequire } from "node:module";
import { join } from "node:path";
import { type BuildFailure, build } from "esbuild";
import { builtFolder } from "../support/built-folder";

const load = createRequire(__filename);
const built = builtFolder("code-packages");

const migration = { "migrations/1_a.js": "exports.up = async (knex) => {};" };

/** A package that asks for these drivers only when it is called. */
const knex = {
  "node_modules/knex/package.json": '{ "name": "knex", "version": "3.0.0", "main": "knex.js" }',
  "node_modules/knex/knex.js":
    "exports.knex = (name) => ({ mysql2: () => require('mysql2'), pg: () => require('pg') })[name]();",
};

const installed = (name: string) => ({
  [`node_modules/${name}/index.js`]: `module.exports = "the installed ${name}";`,
});

async function builtFrom(contents: string, files: Readonly<Record<string, string>>) {
  await built.write({ ...migration, ...files });
  await build(built.options({ stdin: { contents, resolveDir: built.path() } }));
  return load(join(built.path(), "out.js"));
}

const bundled = 'export { bundle } from "migration-lambda:bundle";';

async function openerIn(files: Readonly<Record<string, string>>): Promise<(driver: string) => unknown> {
  return (await builtFrom(bundled, { ...knex, ...files })).bundle.tool.package.knex;
}

test("the package that migrations were written for is in their bundle", async () => {
  const { bundle } = await builtFrom(bundled, knex);
  expect(bundle).toMatchObject({ format: "knex", tool: { format: "knex", package: { knex: expect.any(Function) } } });
});

test.each([
  ["is not installed", {}, "these are Knex migrations, and knex is not installed"],
  [
    "is too old",
    { ...knex, "node_modules/knex/package.json": '{ "version": "0.21.21", "main": "knex.js" }' },
    "these are Knex migrations, and knex 0.21.21 is installed",
  ],
])("the build fails when that package %s", async (_, files, text) => {
  const failure = builtFrom(bundled, files).catch(({ errors }: BuildFailure) => errors);
  const notes = [expect.objectContaining({ text: "Install knex, version 0.95 or newer." })];
  expect(await failure).toContainEqual(expect.objectContaining({ text, notes }));
});

test("a driver that is not installed does not fail the build", async () => {
  const open = await openerIn({});
  expect(() => open("mysql2")).toThrow("mysql2 is left out of this bundle");
});

test("a driver that is installed is kept, unless it is another dialect's", async () => {
  const open = await openerIn({ ...installed("mysql2"), ...installed("pg") });
  expect(open("mysql2")).toBe("the installed mysql2");
  expect(() => open("pg")).toThrow("pg is left out of this bundle");
});

test("other functions of a service keep all drivers", async () => {
  const files = { ...knex, ...installed("mysql2"), ...installed("pg") };
  const { knex: open } = await builtFrom('export { knex } from "knex";', files);
  expect(open("pg")).toBe("the installed pg");
});
