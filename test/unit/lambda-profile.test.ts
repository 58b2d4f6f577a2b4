import { build, type Plugin } from "esbuild";
import { type OwnerOf, type Profile, sourcesOf, timeByOwner } from "../bench/lambda/profile";

const frame = (functionName: string, url = "") => ({ functionName, url, lineNumber: 0, columnNumber: 0 });

/** A bundled package calls into Node.js, which loads a module of its own; and somebody collects garbage. */
const PROFILE: Profile = {
  nodes: [
    { id: 1, callFrame: frame("(root)"), children: [2, 7, 8] },
    { id: 2, callFrame: frame("load", "node:internal/loader"), children: [3] },
    { id: 3, callFrame: frame("connect", "/code/index.js"), children: [4, 5] },
    { id: 4, callFrame: frame("constructor", "node:net") },
    { id: 5, callFrame: frame("compileForInternalLoader", "node:internal/realm"), children: [6] },
    { id: 6, callFrame: frame("", "node:tls") },
    { id: 7, callFrame: frame("(garbage collector)") },
    { id: 8, callFrame: frame("(idle)") },
  ],
  samples: [2, 3, 4, 4, 6, 7, 8],
  timeDeltas: [1_000, 2_000, 3_000, 1_000, 5_000, 500, 60_000],
};
const ownerOf: OwnerOf = ({ url }) => (url === "/code/index.js" ? "mysql2" : undefined);

test("time counts for the innermost package at work, and waiting for nobody", () => {
  expect(Object.fromEntries(timeByOwner(PROFILE, ownerOf))).toEqual({
    mysql2: 6,
    "Node.js: loading of its built-in modules": 5,
    "Node.js: the rest": 1,
    "garbage collection": 0.5,
  });
});

test("a package's function of the name that Node.js gives to its own work is the package's", () => {
  const nodes = [{ id: 1, callFrame: frame("wrapSafe", "/code/index.js") }];
  const times = timeByOwner({ nodes, samples: [1], timeDeltas: [1_000] }, ownerOf);
  expect([...times]).toEqual([["mysql2", 1]]);
});

test("a module's wrapper, which has no place in any source, is its module's", async () => {
  const modules: Readonly<Record<string, string>> = {
    entry: 'require("first"); require("second");',
    first: 'exports.name = "the first";',
    second: 'exports.name = "the second";',
  };
  const plugin: Plugin = {
    name: "modules",
    setup: (build) => {
      build.onResolve({ filter: /./ }, ({ path }) => ({ path, namespace: "modules" }));
      build.onLoad({ filter: /./ }, ({ path }) => ({ contents: modules[path] ?? "" }));
    },
  };
  const options = { bundle: true, minify: true, sourcemap: "external", write: false, outfile: "out.js" } as const;
  const { outputFiles } = await build({ ...options, entryPoints: ["entry"], plugins: [plugin] });
  const [map = "", code = ""] = outputFiles.map(({ text }) => text);
  const sourceOf = sourcesOf(map);
  const wrapperOf = (text: string) => sourceOf(0, code.lastIndexOf("(", code.lastIndexOf("=>", code.indexOf(text))));
  expect([wrapperOf("the first"), wrapperOf("the second")]).toEqual(["modules:first", "modules:second"]);
});
