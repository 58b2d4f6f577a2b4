import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import type { DialectName } from "../../lib/migration";
import { migrations } from "../../plugins/esbuild";

export interface BuiltFunction {
  /** A folder that holds what the zip would. */
  readonly code: string;
  readonly handler: string;
  remove(): Promise<void>;
}

/** Bundles `functions/upload.ts` as serverless.yml has it bundled. */
export async function buildUpload(dialect: DialectName): Promise<BuiltFunction> {
  const code = await mkdtemp(join(tmpdir(), "migration-lambda-upload-"));
  await build({
    absWorkingDir: resolve("."),
    entryPoints: ["functions/upload.ts"],
    outfile: join(code, "upload.js"),
    bundle: true,
    minify: true,
    platform: "node",
    target: "node24",
    logLevel: "silent",
    plugins: [migrations({ dialect })],
  });
  return { code, handler: "upload.handler", remove: () => rm(code, { recursive: true, force: true }) };
}
