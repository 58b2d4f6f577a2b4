import type { PluginBuild } from "esbuild";

const STUB = "migration-lambda:no-uploads";

/** As our own code names it, in its sources and compiled. */
const UPLOADS = /^\.\/uploads(?:\.[jt]s)?$/;
const ASSEMBLY = /[\\/]lib[\\/]assemble\.[jt]s$/;

/** Leaves what reads from S3 out of functions that have their migrations built in. */
export function leaveOutUploads(build: PluginBuild): void {
  build.onResolve({ filter: UPLOADS }, ({ path, importer }) =>
    ASSEMBLY.test(importer) ? { path, namespace: STUB } : undefined,
  );
  build.onLoad({ filter: /./, namespace: STUB }, () => ({ contents: "module.exports = {};", loader: "js" }));
}
