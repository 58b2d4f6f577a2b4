import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import vm from "node:vm";
import { build } from "esbuild";
import { builtFolder } from "../support/built-folder";

const load = createRequire(__filename);
const built = builtFolder("driver-parts");

/** Code of ours that lies there. */
async function bundled(contents: string, file = "functions/migrate.js") {
  await built.write({ "package.json": '{ "name": "migration-lambda" }', [file]: contents });
  await build(built.options({ entryPoints: [file], nodePaths: [resolve("node_modules")] }));
  return load(join(built.path(), "out.js"));
}

describe("of charsets", () => {
  const decoding = `export { decode, encode } from ${JSON.stringify(resolve("node_modules/mysql2/lib/parsers/string.js"))};`;

  test.each([
    "10.11.19-MariaDB",
    "",
    "8.0-é",
    // A character outside the first plane is two surrogates of three bytes each there.
    Buffer.from([0x61, 0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]),
  ])("CESU-8 is read as iconv-lite reads it: %p", async (text) => {
    const { decode } = await bundled(decoding);
    const bytes = Buffer.from(text as string);
    const expected = load("iconv-lite").decode(bytes, "cesu8");
    expect(decode(bytes, "cesu8", 0, bytes.length)).toBe(expected);
    expect(decode(Buffer.from("plain"), "cesu8", 0, 5)).toBe("plain");
    expect(decode(bytes, "cesu8", 0, bytes.length)).toBe(expected);
  });

  test("iconv-lite is compiled when a text needs it, and not before", async () => {
    const { decode } = await bundled(decoding);
    const compiled = jest.spyOn(vm, "compileFunction");
    decode(Buffer.from("10.11"), "cesu8", 0, 5);
    expect(compiled).not.toHaveBeenCalled();
    decode(Buffer.from("é"), "cesu8", 0, 2);
    expect(compiled).toHaveBeenCalledTimes(1);
    compiled.mockRestore();
  });

  test("others are there both ways, and those that were left out are an error", async () => {
    const { decode, encode } = await bundled(decoding);
    expect(decode(Buffer.from([0xe9]), "cp1251", 0, 1)).toBe("й");
    expect(encode("й", "cp1251")).toEqual(Buffer.from([0xe9]));
    expect(() => decode(Buffer.from([0x82, 0xa0]), "sjis", 0, 2)).toThrow("use utf8mb4");
  });
});

test("serverless-mysql has what it takes of mysql2", async () => {
  const { mysql } = await bundled('import mysql from "serverless-mysql"; export { mysql };');
  const client = mysql();
  expect(client.escape("it's")).toBe("'it\\'s'");
  expect(client.escapeId("a`b")).toBe("`a``b`");
  expect(client.format("?? = ?", ["a", 1])).toBe("`a` = 1");
  await expect(mysql({ config: { port: 1 }, maxRetries: 0 }).connect()).rejects.toThrow("ECONNREFUSED");
});

describe("of pg", () => {
  const file = "lib/database/connection.js";

  test("our code has the client", async () => {
    const { Client, escapeIdentifier } = await bundled('export { Client, escapeIdentifier } from "pg";', file);
    expect(escapeIdentifier('a"b')).toBe('"a""b"');
    await expect(new Client({ port: 1 }).connect()).rejects.toThrow("ECONNREFUSED");
  });

  test("a build fails when our code takes more than it has", async () => {
    await expect(bundled('export { Pool } from "pg";', file)).rejects.toThrow("Pool");
  });

  test("a migration has what it likes", async () => {
    const { Pool } = await bundled('export { Pool } from "pg";', "migrations/00_a.js");
    expect(typeof Pool).toBe("function");
  });
});
