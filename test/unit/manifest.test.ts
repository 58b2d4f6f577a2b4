import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { checkManifest } from "../../lib/source/s3-manifest";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "migration-lambda-manifest-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Answer {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

function run(...args: readonly string[]): Promise<Answer> {
  return new Promise((done) => {
    execFile(process.execPath, [resolve("scripts/manifest.mjs"), ...args], { cwd: folder }, (error, out, errorText) => {
      done({ code: typeof error?.code === "number" ? error.code : 0, out, error: errorText });
    });
  });
}

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
}

test("a folder gets a manifest that it passes, and again after a change", async () => {
  await write({
    "shop/v1/1_a.sql": "SELECT 1;\r\n",
    "shop/v1/2_b.sql": "SELECT 'ü';",
    "shop/README.md": "",
    "shop/.x": "",
  });
  expect(await run("shop")).toEqual({ code: 0, out: "shop/manifest.json: 2 files\n", error: "" });
  const check = async () => {
    const files = await Promise.all(
      ["v1/1_a.sql", "v1/2_b.sql"].map(async (file) => [file, await readFile(join(folder, "shop", file))] as const),
    );
    checkManifest("shop", await readFile(join(folder, "shop/manifest.json")), new Map(files));
  };
  await check();
  await write({ "shop/v1/2_b.sql": "SELECT 2;" });
  await expect(check()).rejects.toMatchObject({ code: "UPLOAD_INCOMPLETE" });
  expect((await run("shop")).code).toBe(0);
  await check();
});

test("several folders get one each", async () => {
  await write({ "shop/1_a.sql": "SELECT 1;", "orders/1_a.sql": "SELECT 1;" });
  expect((await run("shop", "orders")).out).toBe("shop/manifest.json: 1 file\norders/manifest.json: 1 file\n");
});

test.each([
  ["no folder", [], "npm run manifest -- FOLDER"],
  ["a folder that is not there", ["absent"], "absent: there is no such folder."],
  ["a folder without migrations", ["empty"], "empty: there is nothing in it that could be a migration."],
])("%s is an error that says how to call it", async (_, args, message) => {
  await write({ "empty/README.md": "" });
  const { code, error } = await run(...args);
  expect([code, error.includes(message), error.includes("npm run manifest")]).toEqual([1, true, true]);
});
