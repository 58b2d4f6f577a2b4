import { join } from "node:path";
import { build } from "esbuild";

/** Builds what runs in processes of its own, each as `NAME.cjs`. @returns their folder */
export async function buildPrograms(root: string, folder: string): Promise<string> {
  const outdir = join(folder, "programs");
  await build({
    entryPoints: ["call", "driver", "proxy"].map((name) => join(root, `test/bench/programs/${name}.ts`)),
    outdir,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    packages: "external",
    platform: "node",
    format: "cjs",
    target: "node20",
    logLevel: "error",
  });
  return outdir;
}
