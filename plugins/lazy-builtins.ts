import type { PluginBuild } from "esbuild";
import { gettersOf } from "./late";

/**
 * Modules of Node.js that are not in its snapshot, and that a call with nothing to do has no use for: compression, the
 * doctor's looks at the network, umzug's files. Compiling them takes 10 to 20 ms of CPU, seven times as long at 256 MB.
 */
const LAZY = ["dns", "dns/promises", "fs/promises", "http", "https", "timers/promises", "tls", "zlib"];

const NAMESPACE = "migration-lambda:lazy-builtin";

/**
 * Has modules of Node.js loaded when something of them is first used, not by whoever imports them. What they export is
 * what they export where this is built: a name that only a newer Node.js has is missing.
 */
export function loadBuiltinsLazily(build: PluginBuild): void {
  build.onResolve({ filter: new RegExp(`^(?:node:)?(?:${LAZY.join("|")})$`) }, ({ path, namespace }) =>
    namespace === NAMESPACE ? { path, external: true } : { path: path.replace(/^node:/, ""), namespace: NAMESPACE },
  );
  build.onLoad({ filter: /./, namespace: NAMESPACE }, ({ path }) => ({
    contents: gettersOf(Object.keys(process.getBuiltinModule(path) ?? {}), `require("node:${path}")`),
  }));
}
