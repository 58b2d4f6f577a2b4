import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { BuildOptions } from "esbuild";
import { migrations } from "../../plugins/esbuild";

export interface BuiltFolder {
  path(): string;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** How a function is bundled, in this folder, to `out.js`. */
  options(input: BuildOptions): BuildOptions;
}

/** A folder of its own for each test of the file that calls this, gone after it. */
export function builtFolder(name: string): BuiltFolder {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), `migration-lambda-${name}-`));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  return {
    path: () => folder,
    write: async (files) => {
      for (const [file, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, file)), { recursive: true });
        await writeFile(join(folder, file), text);
      }
    },
    options: (input) => ({
      ...input,
      absWorkingDir: folder,
      outfile: join(folder, "out.js"),
      bundle: true,
      minify: true,
      platform: "node",
      logLevel: "silent",
      plugins: [migrations()],
    }),
  };
}
