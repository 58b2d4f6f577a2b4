import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "migration-lambda-new-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Answer {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Answer> {
  const { MIGRATIONS_DIR: _, ...outer } = process.env;
  const options = { cwd: folder, env: { ...outer, ...env } };
  return new Promise((done) => {
    execFile(
      process.execPath,
      [resolve("dist/bin/migration-lambda.js"), "new", ...args],
      options,
      (error, out, errorText) => {
        done({ code: typeof error?.code === "number" ? error.code : 0, out, error: errorText });
      },
    );
  });
}

async function existing(...files: readonly string[]): Promise<void> {
  await mkdir(join(folder, "migrations"), { recursive: true });
  for (const file of files) await writeFile(join(folder, "migrations", file), "");
}

test("the first migration has the number 00", async () => {
  expect(await run(["add-orders"])).toEqual({ code: 0, out: "migrations/00_add-orders.sql\n", error: "" });
});

test("the next number follows the highest and keeps its width", async () => {
  await existing("00_a.sql", "02_b.up.sql", "02_b.down.sql");
  expect((await run(["add-orders"])).out).toBe("migrations/03_add-orders.sql\n");
});

test("the highest number is found by value", async () => {
  await existing("9_a.sql", "10_b.sql");
  expect((await run(["add-orders"])).out).toBe("migrations/11_add-orders.sql\n");
});

test("the file holds both markers", async () => {
  await run(["add-orders"]);
  const text = await readFile(join(folder, "migrations/00_add-orders.sql"), "utf8");
  expect(text).toBe("-- migrate:up\n\n-- migrate:down\n");
});

test("--ts writes TypeScript with up and down", async () => {
  expect((await run(["add-orders", "--ts"])).out).toBe("migrations/00_add-orders.ts\n");
  const text = await readFile(join(folder, "migrations/00_add-orders.ts"), "utf8");
  expect(text).toContain('from "migration-lambda"');
  expect(text).toMatch(/export async function up\([\s\S]*export async function down\(/);
});

test("--dir names another folder", async () => {
  expect((await run(["add-orders", "--dir", "changes"])).out).toBe("changes/00_add-orders.sql\n");
});

test("--pair writes two files", async () => {
  expect((await run(["add-orders", "--pair"])).out).toBe(
    "migrations/00_add-orders.up.sql\nmigrations/00_add-orders.down.sql\n",
  );
});

test("MIGRATIONS_DIR names another folder", async () => {
  expect((await run(["add-orders"], { MIGRATIONS_DIR: "db/changes" })).out).toBe("db/changes/00_add-orders.sql\n");
});

test("MIGRATIONS_DIR may stand in .env", async () => {
  await writeFile(join(folder, ".env"), "MIGRATIONS_DIR=changes\n");
  expect((await run(["add-orders"])).out).toBe("changes/00_add-orders.sql\n");
});

test("a name that is already there is refused, and nothing is written", async () => {
  await existing("00_add-orders.ts");
  const { code, error } = await run(["add-orders"]);
  expect([code, error]).toEqual([
    2,
    expect.stringContaining("add-orders is already there: migrations/00_add-orders.ts"),
  ]);
  expect(await readdir(join(folder, "migrations"))).toEqual(["00_add-orders.ts"]);
});

test("a folder that is none is refused", async () => {
  await writeFile(join(folder, "file"), "");
  const { code, error } = await run(["add-orders", "--dir", "file"]);
  expect([code, error]).toEqual([2, expect.stringContaining("Nothing can be written into file (EEXIST).")]);
});

test.each([
  ["no name", [], /missing required argument/],
  ["two names", ["add", "orders"], /too many arguments/],
  ["a path", ["../orders"], /letters, digits/],
  ["an unknown option", ["add-orders", "--fast"], /--fast/],
  ["two kinds", ["add-orders", "--ts", "--pair"], /cannot be used with/],
])("%s is refused", async (_, args, message) => {
  expect(await run(args)).toMatchObject({ code: 2, error: expect.stringMatching(message) });
});
