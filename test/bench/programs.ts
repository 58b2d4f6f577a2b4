import { join } from "node:path";
import { build } from "esbuild";

/** Where they are built, each as `NAME.cjs`. */
export function programsIn(folder: string): string {
  return join(folder, "programs");
}

/** Builds what runs in processes of its own. @param folder for files @returns `programsIn` it */
export async function buildPrograms(root: string, folder: string): Promise<string> {
  const outdir = programsIn(folder);
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
