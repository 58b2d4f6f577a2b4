import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import type { DialectName } from "../../lib/migration";
import { migrations } from "../../plugins/esbuild";
import type { LambdaFunction } from "./lambda-function";

export interface BundledFunction extends Pick<LambdaFunction, "code" | "handler"> {
  remove(): Promise<void>;
}

/** Bundles one of `functions/` as serverless.yml has it bundled, `migrate` with this repository's migrations. */
export async function bundleFunction(name: "migrate" | "upload", dialect: DialectName): Promise<BundledFunction> {
  const code = await mkdtemp(join(tmpdir(), "migration-lambda-function-"));
  await build({
    absWorkingDir: resolve("."),
    entryPoints: [`functions/${name}.ts`],
    outfile: join(code, `${name}.js`),
    bundle: true,
    minify: true,
    platform: "node",
    target: "node24",
    logLevel: "silent",
    plugins: [migrations({ dialect })],
  });
  return { code, handler: `${name}.handler`, remove: () => rm(code, { recursive: true, force: true }) };
}
