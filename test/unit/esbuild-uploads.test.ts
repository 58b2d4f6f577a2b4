import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { type BuildFailure, build } from "esbuild";
import { type MigrationsOptions, migrations } from "../../plugins/esbuild";
import { builtFolder } from "../support/built-folder";

const load = createRequire(__filename);
const built = builtFolder("uploads");
/** Three functions are built whole, with what they keep packed, on a machine that does other things too. */
const BUILDS_MS = 120_000;
let count = 0;
const before = { ...process.env };

beforeEach(() => {
  for (const name of ["DIALECT", "DATABASE_URL", "MIGRATIONS_DIR", "MIGRATIONS_FORMAT"]) delete process.env[name];
  process.env.MIGRATIONS_S3 = "s3://uploads/live";
});
afterEach(() => {
  process.env = { ...before };
});

async function exported(contents: string, options?: MigrationsOptions): Promise<Readonly<Record<string, unknown>>> {
  const stdin = { contents, resolveDir: resolve(".") };
  // A module of its own: Node.js keeps what it has loaded.
  count += 1;
  const outfile = join(built.path(), `out-${count}.js`);
  await build({ ...built.options({ stdin }), outfile, plugins: [migrations(options)] });
  return load(outfile);
}

/** The sources that a function is made of. */
async function sourcesOf(name: string): Promise<readonly string[]> {
  const input = built.options({ entryPoints: [resolve("functions", `${name}.ts`)] });
  const { metafile } = await build({ ...input, metafile: true, write: false });
  return Object.keys(metafile?.inputs ?? {});
}

const ofS3 = (files: readonly string[]) => files.filter((file) => /client-s3|source\/s3/.test(file));
const entry = 'export { bundle } from "migration-lambda:bundle";';

test("with MIGRATIONS_S3 no folder is read, and the bundle says what is known", async () => {
  expect((await exported(entry)).bundle).toEqual({ dialect: "mysql" });
  Object.assign(process.env, { DIALECT: "postgres", MIGRATIONS_FORMAT: "flyway" });
  expect((await exported(entry)).bundle).toEqual({ dialect: "postgres", format: "flyway" });
});

test("the option wins over the environment", async () => {
  await built.write({ "migrations/1_a.sql": "SELECT 1;" });
  expect((await exported(entry, { from: "folder" })).bundle).toMatchObject({ migrations: [{ name: "1_a" }] });
  delete process.env.MIGRATIONS_S3;
  expect((await exported(entry, { from: "s3" })).bundle).toEqual({ dialect: "mysql" });
});

test("a function for uploads has no migrations built in, whatever lies in the folder", async () => {
  delete process.env.MIGRATIONS_S3;
  await built.write({ "migrations/1_a.sql": "SELEC" });
  const { uploads } = await exported('export { uploads } from "migration-lambda:uploads";', { dialect: "postgres" });
  expect(uploads).toEqual({ dialect: "postgres" });
});

test("a dialect that nobody knows fails the build of it too", async () => {
  process.env.DIALECT = "oracle";
  const failed = exported('export { uploads } from "migration-lambda:uploads";');
  const text = expect.stringContaining('DIALECT, or the option dialect, is "oracle"');
  await expect(failed).rejects.toMatchObject({ errors: [{ text }] } satisfies Partial<
    Record<keyof BuildFailure, unknown>
  >);
});

test(
  "only functions that read from S3 hold what that takes",
  async () => {
    await built.write({ "migrations/1_a.sql": "SELECT 1;" });
    expect(ofS3(await sourcesOf("migrate"))).not.toEqual([]);
    delete process.env.MIGRATIONS_S3;
    expect(ofS3(await sourcesOf("upload"))).not.toEqual([]);
    expect(ofS3(await sourcesOf("migrate"))).toEqual([]);
  },
  BUILDS_MS,
);
