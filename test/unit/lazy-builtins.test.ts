import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { build } from "esbuild";
import { builtFolder } from "../support/built-folder";

const built = builtFolder("lazy-builtins");

/** What a function of ours writes, in a process of its own. */
async function written(contents: string): Promise<readonly string[]> {
  const started = 'const has = () => process.moduleLoadList.includes("NativeModule zlib");\n';
  await built.write({ "package.json": '{ "name": "migration-lambda" }', "function.js": started + contents });
  await build(built.options({ entryPoints: ["function.js"] }));
  const { stdout } = await promisify(execFile)(process.execPath, ["out.js"], { cwd: built.path() });
  return stdout.trim().split("\n");
}

test.each([
  ["by name", 'import { gzipSync } from "node:zlib";', "gzipSync"],
  ["as a whole", 'import * as zlib from "zlib";', "zlib.gzipSync"],
  ["by default", 'import zlib from "zlib";', "zlib.gzipSync"],
  ["by require", 'const zlib = require("zlib");', "zlib.gzipSync"],
  ["late", 'const zlib = { gzipSync: (bytes) => require("zlib").gzipSync(bytes) };', "zlib.gzipSync"],
])("a module that is imported %s is loaded when it is first used", async (_, imported, called) => {
  const contents = `${imported}\nconsole.log(has());\nconsole.log(${called}("a").length > 10);\nconsole.log(has());`;
  expect(await written(contents)).toEqual(["false", "true", "true"]);
});

test("who requires a module finds all of its names", async () => {
  const [names] = await written('console.log(Object.keys(require("zlib")).join());');
  expect(names?.split(",")).toEqual(Object.keys(process.getBuiltinModule("zlib")));
});
