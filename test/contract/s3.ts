import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { MigratorError } from "../../lib/errors";
import { readDirectory } from "../../lib/source/directory";
import { createS3Folders, type S3Folders } from "../../lib/source/s3";

export interface RunningS3 {
  readonly url: string;
  stop(): Promise<void>;
}

type Files = Readonly<Record<string, string>>;

/** Environment of a process that may call the S3 at this URL. */
export function s3Variables(url: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL_S3: url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  };
}

export function manifestOf(files: Files): string {
  const sums = Object.entries(files).map(([file, text]) => [file, createHash("sha256").update(text).digest("hex")]);
  return JSON.stringify({ files: Object.fromEntries(sums) });
}

/** Runs a file's tests with the environment of an S3 that is started for them. */
export function withS3<T extends RunningS3>(start: () => Promise<T>): () => T {
  const before = { ...process.env };
  let running: T;
  beforeAll(async () => {
    running = await start();
    Object.assign(process.env, s3Variables(running.url));
  });
  afterAll(async () => {
    process.env = before;
    await running?.stop();
  });
  return () => running;
}

/** What is wrong with a database's folder. */
export async function refusalOf(folders: S3Folders, database: string): Promise<MigratorError> {
  return folders
    .open(database)
    .load()
    .then(
      () => Promise.reject(new Error("it was read")),
      (error: MigratorError) => error,
    );
}

/** What any S3 must do for the migrations that are read from it. `sizes`: of folders, of more than one page each. */
export function s3Contract(start: () => Promise<RunningS3>, { sizes }: { readonly sizes: readonly number[] }): void {
  withS3(start);
  let client: S3Client;
  let count = 0;
  let bucket = "";

  beforeAll(() => {
    client = new S3Client({});
  });
  afterAll(() => client.destroy());
  beforeEach(async () => {
    count += 1;
    bucket = `migrations-${count}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  });

  const put = (Key: string, Body: string) =>
    client.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ContentLength: Buffer.byteLength(Body) }));
  const upload = async (files: Files) => {
    const entries = Object.entries(files);
    for (let i = 0; i < entries.length; i += 40) {
      const some = entries.slice(i, i + 40);
      await Promise.all(some.map(([Key, Body]) => put(Key, Body)));
    }
  };
  const folders = (prefix = "", dialect: "mysql" | "postgres" = "mysql") =>
    createS3Folders({ location: { bucket, prefix }, dialect });
  const namesIn = async (database: string, prefix?: string) =>
    (await folders(prefix).open(database).load()).map(({ name }) => name);

  test("gives the migrations of a database's folder, and not those of its neighbours", async () => {
    await upload({
      "live/shop/2_b.sql": "SELECT 2;",
      "live/shop/1_a.sql": "SELECT 1;",
      "live/shop2/1_other.sql": "SELECT 3;",
      "test/shop/1_test.sql": "SELECT 4;",
    });
    expect(await namesIn("shop", "live/")).toEqual(["1_a", "2_b"]);
  });

  test.each(["dbmate", "drizzle", "flyway", "golang-migrate", "goose", "native", "native-folders", "prisma"])(
    "reads a folder of %s as the same folder on a disk is read",
    async (format) => {
      const path = resolve("test/formats", format);
      const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      const keyed = files.map((file) => {
        const full = join(file.parentPath, file.name);
        return [`shop${full.slice(path.length)}`, readFileSync(full, "utf8")] as const;
      });
      const code = (text: string) => /\.[cm]?[jt]s$/.test(text);
      await upload(Object.fromEntries(keyed.filter(([key]) => !code(key))));
      const onDisk = await readDirectory(path, { dialect: "mysql" });
      const sql = onDisk.migrations.flatMap(({ kind, name, checksum }) => (kind === "sql" ? [{ name, checksum }] : []));
      const values = { FIRST_AUTHOR: "Ada", TITLE_COLUMN: "title" };
      const read = createS3Folders({ location: { bucket, prefix: "" }, dialect: "mysql", values }).open("shop");
      const named = (await read.load()).map(({ name }) => name);
      expect(named).toEqual(sql.map(({ name }) => name));
    },
  );

  test.each(sizes)(
    "reads every page of %i objects",
    async (many) => {
      const numbers = Array.from({ length: many }, (_, i) => i + 1);
      await upload(Object.fromEntries(numbers.map((n) => [`shop/${n}_x.sql`, `SELECT ${n};`])));
      expect(await namesIn("shop")).toEqual(numbers.map((n) => `${n}_x`));
    },
    60_000,
  );

  test("tells which databases have a folder, and in which there is a file", async () => {
    await upload({
      "p/shop/1.sql": "SELECT 1;",
      "p/orders/": "",
      "p/orders/README.md": "x",
      "p/stray.sql": "SELECT 1;",
      "p/.git/HEAD": "x",
      "p//1.sql": "SELECT 1;",
    });
    const found = folders("p/");
    expect(await found.databases()).toEqual(["orders", "shop"]);
    expect([await found.holds("shop"), await found.holds("orders"), await found.holds("sho")]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test("takes a key as it is: blanks, +, %, &, < and letters beyond ASCII", async () => {
    const names = ["1_a b", "2_a+b", "3_a%2Fb", "4_a&b<c", "5_größe"];
    await upload(Object.fromEntries(names.map((name) => [`my shop/${name}.sql`, "SELECT 1;"])));
    expect(await namesIn("my shop")).toEqual(names);
  });

  test("passes over folders, hidden files and what is there to be read", async () => {
    await upload({
      "shop/": "",
      "shop/.DS_Store": "\0",
      "shop/README": "x",
      "shop/notes.md": "x",
      "shop/1_a.sql": "SELECT 1;",
    });
    expect(await namesIn("shop")).toEqual(["1_a"]);
  });

  test("does not give what was deleted", async () => {
    await upload({ "shop/1_a.sql": "SELECT 1;", "shop/2_b.sql": "SELECT 1;" });
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: "shop/2_b.sql" }));
    expect(await namesIn("shop")).toEqual(["1_a"]);
  });

  test.each([
    ["TypeScript", "2_b.ts", "export async function up() {}", "is code, and from a bucket only SQL is run"],
    ["JavaScript", "2_b.js", "exports.up = async () => {};", "is code, and from a bucket only SQL is run"],
    ["a stray file", "2_b.csv", "1;2", "is no migration"],
    ["a text in another encoding", "2_b.sql", "a\0b", "is not a text in UTF-8"],
    ["a text that is not SQL to its end", "2_b.sql", "SELECT 'a", "is never closed"],
  ])("refuses the whole folder for %s in it", async (_, file, text, message) => {
    await upload({ "shop/1_a.sql": "SELECT 1;", [`shop/${file}`]: text });
    const error = await refusalOf(folders(), "shop");
    expect(error).toMatchObject({ code: "INVALID_MIGRATIONS", message: expect.stringContaining(message) });
    expect(error.message).toContain(`s3://${bucket}/shop`);
  });

  test("refuses a folder in which there is nothing", async () => {
    expect(await refusalOf(folders(), "shop")).toMatchObject({ code: "INVALID_MIGRATIONS" });
  });

  test("names a bucket that there is not", async () => {
    const absent = createS3Folders({ location: { bucket: "absent-bucket", prefix: "" }, dialect: "mysql" });
    const message = "There is no such bucket: s3://absent-bucket/shop";
    expect(await refusalOf(absent, "shop")).toMatchObject({ code: "INVALID_SETTINGS", message });
  });

  test.each([
    ["2_b.sql", ""],
    ["2_b.sql", " \n\t\ufeff"],
    ["2_b.up.sql", ""],
  ])("takes %s with %j in it for half of an upload", async (file, text) => {
    await upload({ "shop/1_a.sql": "SELECT 1;", [`shop/${file}`]: text, "shop/2_b.down.sql": "" });
    const error = await refusalOf(folders(), "shop");
    expect(error).toMatchObject({ code: "UPLOAD_INCOMPLETE", message: expect.stringContaining(file) });
  });

  test("takes a way back in which there is nothing", async () => {
    await upload({ "shop/1_a.up.sql": "SELECT 1;", "shop/1_a.down.sql": "" });
    expect(await namesIn("shop")).toEqual(["1_a"]);
  });

  describe("with a manifest", () => {
    const files = { "1_a.sql": "SELECT 1;", "2_b.up.sql": "SELECT 2;", "2_b.down.sql": "SELECT 3;" };
    const inShop = (given: Files) => Object.fromEntries(Object.entries(given).map(([k, v]) => [`shop/${k}`, v]));

    test("gives the set that the manifest lists", async () => {
      await upload(inShop({ ...files, "manifest.json": manifestOf(files), "README.md": "x" }));
      expect(await namesIn("shop")).toEqual(["1_a", "2_b"]);
    });

    test("gives a migration in which there is nothing, where its sum says so", async () => {
      const empty = { "1_a.sql": "" };
      await upload(inShop({ ...empty, "manifest.json": manifestOf(empty) }));
      expect(await namesIn("shop")).toEqual(["1_a"]);
    });

    test.each<[string, Files, string]>([
      ["is not there yet", { "1_a.sql": files["1_a.sql"] }, "not there yet: 2_b.down.sql, 2_b.up.sql."],
      ["is not in it", { ...files, "3_c.sql": "SELECT 3;" }, "not in manifest.json: 3_c.sql."],
      ["is another", { ...files, "1_a.sql": "SELECT 2;" }, "not as manifest.json has it: 1_a.sql."],
    ])("gives nothing while a file %s", async (_, there, message) => {
      await upload(inShop({ ...there, "manifest.json": manifestOf(files) }));
      const error = await refusalOf(folders(), "shop");
      expect(error).toMatchObject({ code: "UPLOAD_INCOMPLETE", message: expect.stringContaining(message) });
    });

    test.each([
      ["{", "is not valid JSON"],
      ["[]", "is not of the form"],
      ['{"files":[]}', "is not of the form"],
      ['{"files":{},"version":1}', "is not of the form"],
      ['{"files":{"1_a.sql":"abc"}}', "has no sha256 sum for 1_a.sql"],
      ['{"files":{"1_a.sql":null}}', "has no sha256 sum for 1_a.sql"],
      [manifestOf({ ...files, "README.md": "x" }), "lists README.md, which is passed over"],
      [manifestOf({ ...files, "manifest.json": "x" }), "lists manifest.json, which is passed over"],
    ])("refuses the manifest %s", async (text, message) => {
      await upload(inShop({ ...files, "manifest.json": text }));
      const error = await refusalOf(folders(), "shop");
      expect(error).toMatchObject({
        code: "INVALID_MIGRATIONS",
        message: expect.stringContaining(`manifest.json ${message}`),
      });
    });
  });
}
