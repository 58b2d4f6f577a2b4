import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { type BuildFailure, type BuildOptions, build, context, type Message } from "esbuild";
import type { Manifest } from "../../lib/source/bundle";
import plugins, { migrations } from "../../plugins/esbuild";
import { builtFolder } from "../support/built-folder";

const load = createRequire(__filename);
const built = builtFolder("esbuild");
const { write } = built;

const entry = 'export { bundle } from "migration-lambda:bundle";';

function options(contents: string): BuildOptions {
  return built.options({ stdin: { contents, resolveDir: resolve(".") } });
}

async function bundleOf(files: Readonly<Record<string, string>>): Promise<Manifest> {
  await write(files);
  await build(options(entry));
  return load(join(built.path(), "out.js")).bundle;
}

async function errorsOf(files: Readonly<Record<string, string>>): Promise<readonly Message[]> {
  await write(files);
  return build(options(entry)).then(
    () => [],
    (failure: BuildFailure) => failure.errors,
  );
}

/** Whatever the environment of the tests says of a database is not of these builds. */
async function withEnvironment<T>(env: Readonly<Record<string, string>>, work: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  for (const name of ["DIALECT", "DATABASE_URL", "MIGRATIONS_DIR", "MIGRATIONS_FORMAT", "MIGRATIONS_S3"])
    delete process.env[name];
  Object.assign(process.env, env);
  try {
    return await work();
  } finally {
    process.env = before;
  }
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const code = "export const up = async ({ name }: { name: string }): Promise<string> => name;\n";

test("a folder becomes a manifest in order of application", async () => {
  const bundle = await bundleOf({ "migrations/10_b.sql": "SELECT 1;", "migrations/2_a.ts": code });
  expect(bundle).toMatchObject({ location: "migrations", migrations: [{ name: "2_a" }, { name: "10_b" }] });
});

describe("the dialect that is built for", () => {
  const files = { "migrations/00_a.sql": "SELECT 1;" };

  test.each([
    ["mysql, when nothing says otherwise", {}, "mysql"],
    ["what DIALECT says", { DIALECT: "postgres", DATABASE_URL: "mysql://h/d" }, "postgres"],
    ["what DATABASE_URL begins with", { DATABASE_URL: "postgresql://h/d" }, "postgres"],
  ])("is %s", async (_, env, dialect) => {
    await withEnvironment(env, async () => expect(await bundleOf(files)).toMatchObject({ dialect }));
  });

  test("is the option's before the environment's", async () => {
    await write(files);
    await withEnvironment({ DIALECT: "postgres" }, () =>
      build({ ...options(entry), plugins: [migrations({ dialect: "mysql" })] }),
    );
    expect(load(join(built.path(), "out.js")).bundle.dialect).toBe("mysql");
  });

  test("decides how the files are read", async () => {
    const dollar = { "migrations/00_a.sql": "SELECT $$;$$;" };
    await withEnvironment({ DIALECT: "postgres" }, async () => expect(await errorsOf(dollar)).toEqual([]));
  });
});

describe("the format that is built", () => {
  const files = { "migrations/1_a.up.sql": "SELECT 1;", "migrations/1_b.down.sql": "SELECT 1;" };

  test("is told in the manifest", async () => {
    expect(await bundleOf(files)).toMatchObject({ format: "golang-migrate", migrations: [{ name: "1_a" }] });
  });

  test("is what MIGRATIONS_FORMAT says", async () => {
    await withEnvironment({ MIGRATIONS_FORMAT: "native" }, async () => expect(await errorsOf(files)).toHaveLength(1));
  });
});

test("a code file is built in and can be run", async () => {
  const bundle = await bundleOf({ "migrations/00_a.ts": code });
  const [first] = bundle.migrations;
  const module = first?.kind === "code" ? (first.module as { up(params: object): Promise<string> }) : undefined;
  expect(await module?.up({ name: "00_a" })).toBe("00_a");
});

test("a code file's checksum is that of its source, line ends and byte order mark aside", async () => {
  const bundle = await bundleOf({ "migrations/00_a.ts": `\uFEFF${code.replaceAll("\n", "\r\n")}` });
  expect(bundle.migrations[0]?.checksum).toBe(sha256(code));
});

test("markers in the comments of a code file are understood", async () => {
  const bundle = await bundleOf({
    "migrations/00_a.ts": `// migration: post\n/* migration: no transaction */\n${code}`,
  });
  expect(bundle.migrations[0]).toMatchObject({ phase: "post", transaction: false });
});

test("an SQL file carries its statements with their lines", async () => {
  const bundle = await bundleOf({
    "migrations/00_a.up.sql": "-- x\nSELECT 1;\nSELECT 2;",
    "migrations/00_a.down.sql": "SELECT 3;",
  });
  expect(bundle.migrations[0]).toMatchObject({
    up: {
      kind: "sql",
      file: "00_a.up.sql",
      statements: [
        { sql: "SELECT 1", line: 2 },
        { sql: "SELECT 2", line: 3 },
      ],
    },
    down: { kind: "sql", file: "00_a.down.sql", statements: [{ sql: "SELECT 3", line: 1 }] },
  });
});

test("a very large folder is the same in a bundle as a small one", async () => {
  const text = `INSERT INTO a VALUES ('${"ü🙂\\\\".repeat(150_000)}');`;
  const bundle = await bundleOf({ "migrations/00_a.sql": text, "migrations/01_b.ts": code });
  expect(bundle.migrations).toMatchObject([
    { up: { statements: [{ sql: text.slice(0, -1) }] } },
    { module: { up: expect.any(Function) } },
  ]);
});

test("the digest changes when a file does", async () => {
  const before = await bundleOf({ "migrations/00_a.sql": "SELECT 1;" });
  await write({ "migrations/00_a.sql": "SELECT 2;" });
  await build({ ...options(entry), outfile: join(built.path(), "again.js") });
  expect(load(join(built.path(), "again.js")).bundle.digest).not.toBe(before.digest);
});

test("the option dir names another folder", async () => {
  await write({ "db/00_a.sql": "SELECT 1;" });
  await build({ ...options(entry), plugins: [migrations({ dir: "db" })] });
  expect(load(join(built.path(), "out.js")).bundle.location).toBe("db");
});

test("MIGRATIONS_DIR names another folder", async () => {
  await withEnvironment({ MIGRATIONS_DIR: "changes" }, async () =>
    expect(await bundleOf({ "changes/00_a.sql": "SELECT 1;" })).toMatchObject({ location: "changes" }),
  );
});

test("the default export gives serverless-esbuild its list of plugins", () => {
  expect(plugins()).toEqual([expect.objectContaining({ name: "migration-lambda" })]);
});

describe("the build fails", () => {
  test("on a dialect and a format that there are not", async () => {
    const errors = await withEnvironment({ DIALECT: "oracle", MIGRATIONS_FORMAT: "liquibase" }, () =>
      errorsOf({ "migrations/00_a.sql": "SELECT 1;" }),
    );
    expect(errors.map(({ text }) => text)).toEqual([
      expect.stringMatching(/DIALECT.* is "oracle"; known are mysql, postgres/),
      expect.stringMatching(/MIGRATIONS_FORMAT.* is "liquibase"; known are dbmate, drizzle, flyway/),
    ]);
  });

  test("with an error for each problem, at its place in the file", async () => {
    const errors = await errorsOf({
      "migrations/00_a.sql": "SELECT 1;\nSELECT 'x;",
      "migrations/01_b.sql": "source x;",
      "migrations/02_c.ts": "export const down = 1;",
    });
    expect(errors.map(({ location }) => [location?.file, location?.line, location?.lineText])).toEqual([
      ["migrations/00_a.sql", 2, "SELECT 'x;"],
      ["migrations/01_b.sql", 1, "source x;"],
      ["migrations/02_c.ts", 1, "export const down = 1;"],
    ]);
  });

  test.each([
    ["without the folder", {}, /cannot be read \(ENOENT\)/],
    ["on an empty folder", { "migrations/.gitkeep": "" }, /holds no migrations/],
    [
      "on duplicate names",
      { "migrations/00_a.sql": "", "migrations/00_a.js": "" },
      /more than one file for the migration 00_a/,
    ],
    ["on a folder in the folder", { "migrations/00_a.sql": "", "migrations/v1/00_b.sql": "" }, /v1 is a folder/],
    [
      "on a down in one half of a pair",
      { "migrations/00_a.up.sql": "-- migrate:up\n-- migrate:down" },
      /one half of a pair/,
    ],
    ["on a binary file", { "migrations/00_a.sql": "SELECT 1;\0" }, /not a text in UTF-8/],
    ["on a module without up", { "migrations/00_a.ts": "export const down = 1;" }, /00_a.ts: exports no function up/],
    ["on a module without exports", { "migrations/00_a.js": "console.log(1);" }, /00_a.js: exports no function up/],
    ["on a module that cannot be parsed", { "migrations/00_a.ts": "export const up = (;" }, /Unexpected/],
  ])("%s", async (_, files, message) => {
    expect(await errorsOf(files)).toEqual([expect.objectContaining({ text: expect.stringMatching(message) })]);
  });

  test.each([
    ["CommonJS", { "migrations/00_a.cjs": "exports.up = async () => {};" }],
    ["a default export", { "migrations/00_a.mjs": "export default { up: async () => {} };" }],
    ["an export assignment", { "migrations/00_a.ts": "export = { up: async () => {} };" }],
    ["a re-export", { "migrations/00_a.ts": 'export * from "../shared";', "shared.ts": code }],
  ])("not on %s", async (_, files) => {
    expect(await errorsOf(files)).toEqual([]);
  });
});

test("a new file is seen by the next build of a watching esbuild", async () => {
  await write({ "migrations/00_a.sql": "SELECT 1;" });
  const watching = await context(options(entry));
  try {
    await watching.rebuild();
    await write({ "migrations/01_b.sql": "SELECT 1;" });
    await watching.rebuild();
    expect(load(join(built.path(), "out.js")).bundle.migrations).toHaveLength(2);
  } finally {
    await watching.dispose();
  }
});
