import { createRequire } from "node:module";
import { resolve } from "node:path";
import { build } from "esbuild";
import { builtFolder } from "../support/built-folder";

const load = createRequire(__filename);
const built = builtFolder("driver-starts");

async function bundled(contents: string) {
  await build(built.options({ stdin: { contents, resolveDir: resolve(".") } }));
  return load(`${built.path()}/out.js`);
}

describe("pg's cryptography", () => {
  const file = resolve("node_modules/pg/lib/crypto/utils.js");
  const installed = load(file);
  const salt = Buffer.from("0123456789abcdef", "hex");
  const calls: readonly (readonly [name: string, args: readonly unknown[]])[] = [
    ["md5", ["grün"]],
    ["md5", [salt]],
    ["postgresMd5PasswordHash", ["app", "grün", salt]],
    ["sha256", [salt]],
    ["hashByName", ["SHA-256", salt]],
    ["hashByName", ["SHA-384", salt]],
    ["hashByName", ["SHA-512", salt]],
    ["hmacSha256", [salt, "grün"]],
    ["deriveKey", ["grün", salt, 4096]],
  ];
  const asText = (value: unknown) => (typeof value === "string" ? value : Buffer.from(value as Buffer).toString("hex"));

  test.each(calls)("answers as the installed package does: %s", async (name, args) => {
    const ours = await bundled(`module.exports = require(${JSON.stringify(file)});`);
    expect(asText(await ours[name](...args))).toBe(asText(await installed[name](...args)));
  });

  test("has all that the installed package exports", async () => {
    const ours = await bundled(`module.exports = require(${JSON.stringify(file)});`);
    expect(Object.keys(ours).sort()).toEqual(Object.keys(installed).sort());
    expect(ours.randomBytes(18)).toHaveLength(18);
  });
});

test("mysql2 compiles WebAssembly when it reads an integer that is no safe number, and not before", async () => {
  const compiled = jest.spyOn(WebAssembly, "Module");
  const file = resolve("node_modules/mysql2/lib/packets/packet.js");
  const Packet = await bundled(`module.exports = require(${JSON.stringify(file)});`);
  const bytes = Buffer.alloc(24, 0xff);
  expect(compiled).not.toHaveBeenCalled();
  expect(new Packet(0, bytes, 0, 24).readInt64()).toBe("18446744073709551615");
  expect(compiled).toHaveBeenCalledTimes(1);
  bytes.writeBigInt64LE(-(2n ** 60n), 4);
  expect(new Packet(0, bytes, 0, 24).readSInt64()).toBe("-1152921504606846976");
  compiled.mockRestore();
});
