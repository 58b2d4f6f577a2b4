import { join } from "node:path";
import { build } from "esbuild";
import type { DialectName } from "../../lib/migration";
import { migrations } from "../../plugins/esbuild";
import type { Contestant } from "./contestants";
import { type Release, writeRelease } from "./migrations";

/** The program of a container, and its arguments, when this release is deployed. Each is made once. */
export type Programs = (contestant: Contestant, release: Release) => Promise<readonly string[]>;

/** @param work an empty folder within the project, from which its packages are found */
export function createPrograms(root: string, work: string, dialect: DialectName): Programs {
  const made = new Map<string, Promise<readonly string[]>>();
  const make = async ({ tool, form }: Contestant, release: Release) => {
    const folder = join(work, `${dialect}-${tool}-${form}-${release}`);
    await writeRelease(folder, form, release);
    if (tool !== "ours") return [join(root, "test/tools/container.mjs"), tool, folder];
    const outfile = `${folder}.cjs`;
    await build({
      entryPoints: [join(root, "test/others/ours.ts")],
      outfile,
      bundle: true,
      platform: "node",
      target: "node20",
      logLevel: "error",
      absWorkingDir: root,
      plugins: [migrations({ dir: folder, dialect })],
    });
    return [outfile];
  };
  return (contestant, release) => {
    const key = `${contestant.title}, ${release}`;
    const program = made.get(key) ?? make(contestant, release);
    made.set(key, program);
    return program;
  };
}
