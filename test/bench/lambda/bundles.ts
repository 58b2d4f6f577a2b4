import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import JSZip from "jszip";
import type { DialectName } from "../../../lib/migration";
import type { BenchMigration } from "../contestant";

/** As a plain function is bundled for Lambda. */
const PLAIN: BuildOptions = {
  bundle: true,
  minify: true,
  platform: "node",
  target: "node24",
  logLevel: "error",
};

/** The original pattern, and nothing. */
export type RivalKind = "original" | "empty";

export interface Rival {
  readonly kind: RivalKind;
  readonly dialect: DialectName;
  readonly migrations: readonly BenchMigration[];
}

/** Bundles one to `index.js` in this folder, and zips that. @returns the zip */
export async function bundleRival(root: string, folder: string, rival: Rival): Promise<string> {
  const file = join(folder, "index.js");
  await build({ ...PLAIN, stdin: { contents: entryOf(rival), resolveDir: root, loader: "ts" }, outfile: file });
  const zip = new JSZip().file("index.js", readFileSync(file));
  const bytes = await zip.generateAsync({
    type: "nodebuffer",
    compression: "DEFLATE",
    compressionOptions: { level: 9 },
  });
  writeFileSync(`${folder}.zip`, bytes);
  return `${folder}.zip`;
}

function entryOf({ kind, dialect, migrations }: Rival): string {
  if (kind === "empty") return 'export { handler } from "./test/bench/lambda/empty";';
  return [
    'import { createHandler } from "./test/bench/lambda/original/handler";',
    `import { connect } from "./test/bench/lambda/original/${dialect}";`,
    `export const handler = createHandler(connect, ${JSON.stringify(migrations)});`,
  ].join("\n");
}
