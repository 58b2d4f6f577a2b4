import type { PluginBuild } from "esbuild";
import type { DialectName } from "../lib/migration";

const STUB = "migration-lambda:other-dialect";

/** As our own code names them, in its sources and compiled. */
const DATABASES = /[\\/]database[\\/](mysql|postgres)$/;
const ASSEMBLY = /[\\/]lib[\\/]assembly\.[jt]s$/;

/** Leaves the database that the migrations are not written for, and its driver, out of the bundle: settings that name it are refused. */
export function leaveOutOtherDialect(build: PluginBuild, dialect: DialectName): void {
  build.onResolve({ filter: DATABASES }, ({ path, importer }) => {
    const name = DATABASES.exec(path)?.[1];
    return name !== dialect && ASSEMBLY.test(importer) ? { path, namespace: STUB } : undefined;
  });
  build.onLoad({ filter: /./, namespace: STUB }, () => ({ contents: "module.exports = {};", loader: "js" }));
}
