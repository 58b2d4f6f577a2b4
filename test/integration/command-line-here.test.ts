import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Report } from "../../lib/report";
import { CTRL_C, commandLine, openTerminal } from "../support/command-line";
import { createTestDatabase } from "../support/database";
import { SERVERS } from "../support/servers";

const ONE = "-- migrate:up\nCREATE TABLE one (id INT);\n-- migrate:down\nDROP TABLE one;\n";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "migration-lambda-here-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

/** In the folder that holds the migrations. */
const here = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  commandLine(args, { cwd: folder, env: { MIGRATIONS_DIR: ".", ...env } });

test.each(SERVERS)("a folder is migrated and rolled back from here: $server", async ({ server }) => {
  write({ "01_one.sql": ONE });
  const { url, query } = await createTestDatabase({ server });
  expect(await here(["migrate", "--url", url])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/✔ 01_one .*\n✔ 1 applied\.\n$/),
  });
  expect(await query("SELECT * FROM one")).toEqual([]);
  expect(await here(["rollback", "--url"], { DATABASE_URL: url })).toMatchObject({
    code: 0,
    out: expect.stringContaining("1 reverted"),
  });
});

test("code is compiled and run, and what it prints is beside the Report", async () => {
  const code =
    'export async function up({ context }: { context: any }) { console.log("said"); await context.query("CREATE TABLE two (id INT)"); }\n';
  write({ "01_one.sql": ONE, "02_two.ts": code });
  const { url } = await createTestDatabase();
  const { out, error } = await here(["migrate", "--json", "--url", url]);
  expect((JSON.parse(out) as Report).done.map(({ name }) => name)).toEqual(["01_one", "02_two"]);
  expect(error).toContain("said");
});

test("Ctrl-C ends what runs here; the database finishes its statement, and the same run goes on", async () => {
  write({ "01_slow.sql": "-- migrate:up\nDO SLEEP(2);\n", "02_one.sql": ONE });
  const { url, query } = await createTestDatabase();
  const options = { cwd: folder, env: { MIGRATIONS_DIR: ".", DATABASE_URL: url } };
  const terminal = openTerminal(["migrate", "--url"], options);
  await terminal.until(/▶ 01_slow/);
  terminal.type(CTRL_C);
  expect((await terminal.ended).code).toBe(5);
  expect(terminal.shown()).toContain("What the database was given it finishes; nothing after that is begun.");
  expect(await query("SHOW TABLES LIKE 'one'")).toEqual([]);
  const [, again = ""] = /Go on with it: migration-lambda (.*)/.exec(terminal.shown()) ?? [];
  const { code, out } = await commandLine(again.trim().split(" "), options);
  expect(code).toBe(0);
  expect(out).toMatch(/✔ 01_slow[\s\S]*✔ 02_one[\s\S]*2 applied/);
});

test("several databases are told of one by one", async () => {
  write({ "01_one.sql": ONE });
  const { url, name } = await createTestDatabase();
  const { code, out } = await here(["migrate", "--databases", `${name},${name}`, "--url", url], { DATABASES: name });
  expect(code).toBe(0);
  expect(out).toMatch(new RegExp(`^${name}\n {2}✔ 01_one[\\s\\S]*✔ 1 database: 1 done`));
});

test("a URL is wholly what the command line says it is", async () => {
  write({ "01_one.sql": ONE });
  const { url } = await createTestDatabase();
  const env = { DATABASE_HOST: "elsewhere.invalid", DATABASE_NAME: "other", DATABASE_AUTH: "iam" };
  expect(await here(["status", "--url", url], env)).toMatchObject({ code: 0 });
});

test("migrations that cannot be read are told of one by one, with their places", async () => {
  write({ "01_one.sql": "CREATE TABLE 'one", "02_two.txt": "" });
  const { code, error } = await here(["status", "--url", "mysql://user:geheim@127.0.0.1/db"]);
  expect(code).toBe(1);
  expect(error).toContain("02_two.txt");
  expect(error).not.toContain("geheim");
});

test("code that cannot be loaded is told of without a stack", async () => {
  write({ "01_one.js": 'throw new Error("not here"); exports.up = async () => undefined;' });
  const { code, error } = await here(["status", "--url", LOST]);
  expect([code, error]).toEqual([1, expect.stringMatching(/^✖ Migrations in code cannot be loaded: not here\n/)]);
});

test("a run that is not there is refused", async () => {
  write({ "01_one.sql": ONE });
  const { url } = await createTestDatabase();
  const { code, error } = await here(["status", "--run", "nobody", "--watch", "--url", url]);
  expect([code, error]).toEqual([4, expect.stringContaining("There is no run nobody.")]);
});

const LOST = "mysql://user:geheim@127.0.0.1:9/db";

test.each([
  ["a URL without its option", 2, ["migrate", LOST]],
  ["a URL for a command", 2, [LOST]],
  ["a URL behind a misspelt option", 2, ["migrate", `--ulr=${LOST}`]],
  ["a URL of another kind", 2, ["migrate", "--url", "redis://user:geheim@127.0.0.1/0"]],
  ["a URL that is cut off", 2, ["migrate", "--url", "mysql:user:geheim"]],
  ["both places", 2, ["migrate", "--url", LOST, "--function", "shop-dev"]],
])("%s: its password is not shown", async (_, exitCode, args) => {
  write({ "01_one.sql": ONE });
  const { code, out, error } = await here(args);
  expect(code).toBe(exitCode);
  expect(error).not.toBe("");
  expect(out + error).not.toContain("geheim");
});

test("a database that refuses the login is an exit code of its own, and JSON where that is asked for", async () => {
  write({ "01_one.sql": ONE });
  const { url } = await createTestDatabase();
  const wrong = new URL(url);
  wrong.password = "geheim";
  const { code, out, error } = await here(["migrate", "--json", "--url", wrong.href]);
  expect([code, error, JSON.parse(out)]).toMatchObject([6, "", { code: "ACCESS_DENIED", advice: expect.any(String) }]);
  expect(out).not.toContain("geheim");
});

test.each([
  ["no place", ["migrate"], /--function NAME, or --url/],
  ["a number that is none", ["rollback", "--url", LOST, "--steps", "two"], /--steps must be a number/],
  ["a number that is too small", ["rollback", "--url", LOST, "--steps", "0"], /--steps must be at least 1/],
  ["two places", ["status", "--url", LOST, "--region", "eu-central-1"], /cannot be used with/],
  ["an option of another command", ["rollback", "--url", LOST, "--to", "01_one"], /unknown option '--to'/],
  ["what is missing", ["baseline", "--url", LOST], /--to is missing/],
  ["a run of no name", ["logs", "--function", "shop-dev"], /--run/],
  ["an unknown format", ["status", "--url", LOST, "--format", "liquibase"], /liquibase/],
])("%s is a mistake in the command line", async (_, args, message) => {
  write({ "01_one.sql": ONE });
  const { code, error } = await here(args);
  expect([code, error]).toEqual([2, expect.stringMatching(message)]);
});

test("help lists the commands and the exit codes", async () => {
  const { code, out } = await here(["--help"]);
  expect(code).toBe(0);
  for (const word of ["status", "plan", "adopt", "doctor", "logs", "Exit codes"]) expect(out).toContain(word);
  expect(readdirSync(folder)).toEqual([]);
});
