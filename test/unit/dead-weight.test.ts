import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { type BuildOptions, build } from "esbuild";
import { builtFolder } from "../support/built-folder";

const load = createRequire(__filename);
const built = builtFolder("weight");
const { write } = built;

/** A file of this package, as far as what it imports is concerned; it need only exist. */
const OURS = resolve("lib/index.ts");

/** Code that stands in this file; by default in none. */
function importing(contents: string, sourcefile?: string): BuildOptions {
  return built.options({ stdin: { contents, resolveDir: resolve("."), ...(sourcefile && { sourcefile }) } });
}

describe("dead weight", () => {
  const sizeOf = async (contents: string, from?: string) => {
    const { metafile } = await build({ ...importing(contents, from), metafile: true });
    return Object.values(metafile?.outputs ?? {}).reduce((sum, { bytes }) => sum + bytes, 0);
  };

  test("umzug comes without its command line library and globs, and works", async () => {
    const contents = 'export { Umzug } from "umzug";';
    expect(await sizeOf(contents, OURS)).toBeLessThan(50_000);
    const { Umzug } = load(join(built.path(), "out.js"));
    const storage = { executed: async () => [], logMigration: async () => {}, unlogMigration: async () => {} };
    const umzug = new Umzug({ migrations: [{ name: "a", up: async () => {} }], storage, logger: undefined });
    expect(await umzug.up()).toEqual([expect.objectContaining({ name: "a" })]);
    const globbing = new Umzug({ migrations: { glob: "*.js" }, storage, logger: undefined });
    await expect(globbing.pending()).rejects.toThrow("left out of this bundle");
  });

  test("umzug stays whole for others", async () => {
    await write({ "migrations/00_a.js": "exports.up = async () => {};" });
    await build(importing('export { Umzug } from "umzug";'));
    const { Umzug } = load(join(built.path(), "out.js"));
    const umzug = new Umzug({ migrations: { glob: ["migrations/*.js", { cwd: built.path() }] }, logger: undefined });
    expect(await umzug.pending()).toEqual([expect.objectContaining({ name: "00_a.js" })]);
  });

  test("mysql2 comes without tables of old multi-byte charsets", async () => {
    expect(await sizeOf('export { createConnection } from "mysql2";')).toBeLessThan(700_000);
  });

  test("a charset that was left out is an error, the others are not", async () => {
    await build(importing('export { decode } from "./node_modules/mysql2/lib/parsers/string.js";'));
    const { decode } = load(join(built.path(), "out.js"));
    expect(decode(Buffer.from("é"), "utf8", 0, 2)).toBe("é");
    expect(decode(Buffer.from([0xe9]), "latin1", 0, 1)).toBe("é");
    expect(decode(Buffer.from("é"), "cesu8", 0, 2)).toBe("é");
    expect(decode(Buffer.from([0xe9]), "cp1251", 0, 1)).toBe("й");
    expect(() => decode(Buffer.from([0x82, 0xa0]), "sjis", 0, 2)).toThrow("use utf8mb4");
  });

  test("iconv-lite stays whole for other packages", async () => {
    await build(importing('export { decode } from "iconv-lite";'));
    const { decode } = load(join(built.path(), "out.js"));
    expect(decode(Buffer.from([0x82, 0xa0]), "shift_jis")).toBe("あ");
  });
});

describe("AWS credentials", () => {
  const manager = `
    import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
    export const credentials = () => new SecretsManagerClient({ region: "eu-central-1" }).config.credentials();
  `;
  const signer = `
    import { Signer } from "@aws-sdk/rds-signer";
    const target = { hostname: "db", port: 3306, username: "me", region: "eu-central-1" };
    export const credentials = () => new Signer(target).getAuthToken();
  `;
  const before = process.env;
  beforeEach(() => {
    process.env = { PATH: before.PATH, AWS_SHARED_CREDENTIALS_FILE: join(built.path(), "profile") };
  });
  afterEach(() => {
    process.env = before;
  });

  test("are taken from the environment", async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key", AWS_SESSION_TOKEN: "token" });
    await build(importing(manager, OURS));
    const expected = { accessKeyId: "id", secretAccessKey: "key", sessionToken: "token" };
    expect(await load(join(built.path(), "out.js")).credentials()).toMatchObject(expected);
  });

  test("sign a token for the database", async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key" });
    await build(importing(signer, OURS));
    expect(await load(join(built.path(), "out.js")).credentials()).toMatch(/^db:3306\/\?.*X-Amz-Signature=/);
  });

  test.each([
    ["Secrets Manager", manager],
    ["the signer", signer],
  ])("are looked for nowhere else by %s", async (_, contents) => {
    await write({ profile: "[default]\naws_access_key_id = id\naws_secret_access_key = key\n" });
    await build(importing(contents, OURS));
    const { credentials } = load(join(built.path(), "out.js"));
    await expect(credentials()).rejects.toMatchObject({ name: "CredentialsProviderError" });
  });

  test("are found in a profile by code that is not ours", async () => {
    await write({ profile: "[default]\naws_access_key_id = id\naws_secret_access_key = key\n" });
    await build(importing(manager));
    expect(await load(join(built.path(), "out.js")).credentials()).toMatchObject({ accessKeyId: "id" });
  });
});

describe("of packages that come in both forms", () => {
  const dual = {
    "node_modules/dual/package.json": '{ "main": "main.js", "module": "module.js" }',
    "node_modules/dual/main.js": 'exports.form = "CommonJS";',
    "node_modules/dual/module.js": 'export const form = "module";',
    "function.js": 'export { form } from "dual";',
  };
  const formIn = async (files: Readonly<Record<string, string>>, given: BuildOptions = {}) => {
    await write({ ...dual, ...files });
    await build(built.options({ ...given, entryPoints: ["function.js"] }));
    return load(join(built.path(), "out.js")).form;
  };
  const ours = { "package.json": '{ "name": "migration-lambda" }' };

  test("our functions have the modules", async () => {
    expect(await formIn(ours)).toBe("module");
  });

  test("our functions have what the build's own settings say", async () => {
    expect(await formIn(ours, { mainFields: ["main"] })).toBe("CommonJS");
  });

  test("other functions have what esbuild would give them", async () => {
    expect(await formIn({ "package.json": '{ "name": "shop" }' })).toBe("CommonJS");
  });
});

test("without settings a function says which are missing", async () => {
  await write({ "migrations/00_a.sql": "SELECT 1;" });
  await build(built.options({ entryPoints: [resolve("functions/migrate.ts")] }));
  const script = `
    require("./out.js").handler({}, { awsRequestId: "1", getRemainingTimeInMillis: () => 9000 })
      .catch((error) => console.log(JSON.stringify({ name: error.name, message: error.message })));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", script], { cwd: built.path(), env: {} });
  expect(stdout).toContain("DATABASE_URL");
  expect(stdout).toContain("INVALID_SETTINGS");
});
