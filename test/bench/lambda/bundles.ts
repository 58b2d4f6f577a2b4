import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type BuildOptions, build, type Plugin } from "esbuild";
import JSZip from "jszip";
import type { DialectName } from "../../../lib/migration";
import type { MigrationsOptions } from "../../../plugins/esbuild";
import { readYaml } from "../../support/yaml";
import type { BenchMigration } from "../contestant";

/** The original pattern, and nothing. */
export type RivalKind = "original" | "empty";

export interface Rival {
  readonly kind: RivalKind;
  readonly dialect: DialectName;
  readonly migrations: readonly BenchMigration[];
}

/** How a plain function is bundled for Lambda. */
export function rivalBuild(root: string, rival: Rival): BuildOptions {
  return {
    stdin: { contents: entryOf(rival), resolveDir: root, loader: "ts", sourcefile: "entry.ts" },
    bundle: true,
    minify: true,
    platform: "node",
    target: "node24",
  };
}

/** Those of serverless.yml that are not esbuild's own. */
const OF_THE_FRAMEWORK = ["exclude", "plugins", "skipRebuild", "watch"];

/** How a function of this project is bundled, as serverless.yml has it. */
export function functionBuild(root: string, name: string, migrations: MigrationsOptions): BuildOptions {
  const { custom } = readYaml<{ custom: { esbuild: object } }>(readFileSync(join(root, "serverless.yml"), "utf8"));
  const own = Object.entries(custom.esbuild).filter(([option]) => !OF_THE_FRAMEWORK.includes(option));
  return {
    ...Object.fromEntries(own),
    entryPoints: { index: `functions/${name}.ts` },
    absWorkingDir: root,
    plugins: [builtPlugin(root)(migrations)],
  };
}

/** What was built, because the framework loads that as well, and finds what it puts into bundles beside it. */
export function builtPlugin(root: string): (options: MigrationsOptions) => Plugin {
  return createRequire(join(root, "package.json"))("./dist/plugins/esbuild.js").migrations;
}

/** Bundles to `index.js` in this folder, and zips that. @returns the zip */
export async function zipBundle(options: BuildOptions, folder: string): Promise<string> {
  const file = join(folder, "index.js");
  await build({ ...options, outfile: file, logLevel: "error" });
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
