import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build, type Plugin } from "esbuild";
import type { DialectName } from "../../lib/migration";
import { migrations } from "../../plugins/esbuild";
import { BREAKS, type Replacement, SHORTER } from "./breaks";

export interface ChildOptions {
  readonly root: string;
  /** Of the migrations. */
  readonly folder: string;
  readonly dialect: DialectName;
  /** A key of BREAKS. */
  readonly broken?: string | undefined;
  /** Where the program is written. */
  readonly outfile: string;
}

/** Builds the program of the children: lib and the migrations, as they would be deployed. */
export async function buildChild({ root, folder, dialect, broken, outfile }: ChildOptions): Promise<void> {
  const replacements = [...SHORTER, ...(broken === undefined ? [] : (BREAKS[broken] ?? []))];
  const replaced = new Set<Replacement>();
  await build({
    entryPoints: [join(root, "test/faults/child.ts")],
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    target: "node20",
    logLevel: "error",
    absWorkingDir: root,
    plugins: [replace(join(root, "lib"), replacements, replaced), migrations({ dir: resolve(folder), dialect })],
  });
  const other = dialect === "mysql" ? "postgres" : "mysql";
  const left = replacements.filter((one) => !replaced.has(one) && !one.file.startsWith(`database/${other}`));
  if (left.length > 0) throw new Error(`Nothing was replaced in ${left.map(({ file }) => file).join(", ")}`);
}

function replace(lib: string, replacements: readonly Replacement[], replaced: Set<Replacement>): Plugin {
  return {
    name: "faults:replace",
    setup: ({ onLoad }) => {
      for (const file of new Set(replacements.map((one) => one.file))) {
        const path = join(lib, file);
        onLoad({ filter: new RegExp(`^${path.replaceAll(/[.\\]/g, "\\$&")}$`) }, async () => {
          const own = replacements.filter((one) => one.file === file);
          for (const one of own) replaced.add(one);
          return { contents: own.reduce(replaceOnce, await readFile(path, "utf8")), loader: "ts" };
        });
      }
    },
  };
}

/** @throws Error when the piece is not there exactly once */
export function replaceOnce(text: string, { file, from, to }: Replacement): string {
  const [before, after, ...more] = text.split(from);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(
      `In lib/${file} this is there ${more.length + (after === undefined ? 0 : 1)} times, not once: ${from}`,
    );
  return before + to + after;
}
