import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { type BuildFailure, build } from "esbuild";
import { checkSet } from "../../lib/guard/set";
import { migrations, readSet } from "../../plugins/esbuild";
import { builtFolder } from "../support/built-folder";

const load = createRequire(__filename);
const built = builtFolder("set");
const stdin = { contents: 'export { set } from "migration-lambda:set";', resolveDir: resolve(".") };
const code = 'import { secret } from "not-installed"; export const up = async () => secret;\n';
const files = {
  "migrations/10_drop.sql": "-- migration: post\nDROP TABLE secret_table;",
  "migrations/2_fill.ts": code,
};

test("the set has names, checksums and phases in order of application, and no scripts", async () => {
  await built.write(files);
  await build(built.options({ stdin }));
  const { set } = load(join(built.path(), "out.js"));
  expect(set).toMatchObject([
    { name: "2_fill", phase: "pre" },
    { name: "10_drop", phase: "post" },
  ]);
  expect(checkSet(set)).toBe(set);
  expect(JSON.stringify(set)).not.toContain("secret");
});

test("a build without our plugin reads the same set from the folder", async () => {
  await built.write(files);
  await build(built.options({ stdin }));
  const read = await readSet({ dir: join(built.path(), "migrations"), dialect: "mysql" });
  expect(JSON.parse(JSON.stringify(read))).toEqual(load(join(built.path(), "out.js")).set);
});

test("a folder that cannot be used fails the build of an application too", async () => {
  await built.write({ "migrations/1_a.sql": "SELECT 'open;", "migrations/1_a.down.sql": "SELECT 1;" });
  const failure: BuildFailure = await build(built.options({ stdin })).then(
    () => Promise.reject(new Error("it was built")),
    (error) => error,
  );
  expect(failure.errors.length).toBeGreaterThan(0);
});

test("where migrations are in S3 the build of an application says that it needs them", async () => {
  await built.write(files);
  const uploaded = { ...built.options({ stdin }), plugins: [migrations({ from: "s3" })] };
  await expect(build(uploaded)).rejects.toMatchObject({ errors: [{ text: expect.stringContaining("MIGRATIONS_S3") }] });
});

test.each([
  [{ dialect: "oracle" }, "INVALID_SETTINGS"],
  [{ dir: "/nowhere" }, "INVALID_MIGRATIONS"],
])("the set of %j cannot be read", async (options, expected) => {
  await expect(readSet(options as never)).rejects.toMatchObject({ code: expected });
});
