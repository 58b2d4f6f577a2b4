import type { PluginBuild } from "esbuild";
import { gettersOf } from "./late";

/**
 * Modules of Node.js that are not in its snapshot, and that a call with nothing to do has no use for: compression, the
 * doctor's looks at the network, umzug's files. Compiling them takes 10 to 20 ms of CPU, seven times as long at 256 MB.
 */
const LAZY = ["dns", "dns/promises", "fs/promises", "http", "https", "timers/promises", "tls", "zlib"];

const NAMESPACE = "migration-lambda:lazy-builtin";
/** Tells what is loaded by `require` from what is imported. */
const REQUIRED = "?required";

/**
 * Has modules of Node.js loaded when something of them is first used, not by whoever imports them. What `require` gives is
 * what the module exports where this is built: a name that only a newer Node.js has is missing there.
 */
export function loadBuiltinsLazily(build: PluginBuild): void {
  build.onResolve({ filter: new RegExp(`^(?:node:)?(?:${LAZY.join("|")})$`) }, ({ path, kind, namespace }) =>
    namespace === NAMESPACE
      ? { path, external: true }
      : { path: path.replace(/^node:/, ""), namespace: NAMESPACE, suffix: kind === "require-call" ? REQUIRED : "" },
  );
  build.onLoad({ filter: /./, namespace: NAMESPACE }, ({ path, suffix }) => ({
    contents: (suffix === REQUIRED ? required : imported)(path),
  }));
}

/** CommonJS may go through the names: a getter for each, at 4 us. */
function required(path: string): string {
  return gettersOf(Object.keys(process.getBuiltinModule(path) ?? {}), `require("node:${path}")`);
}

/** esbuild copies the names of what is imported, and inherits the rest: with no names there is nothing to copy. */
function imported(path: string): string {
  return `
const get = (_, name) => (name === "__esModule" ? undefined : require("node:${path}")[name]);
module.exports = Object.create(new Proxy({}, { get }));`;
}
