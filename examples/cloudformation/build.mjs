// Builds what template.yml, or examples/cdk, deploys: node build.mjs
import { rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { digestOfFolder, migrations } from "migration-lambda/esbuild";

rmSync("build", { recursive: true, force: true });
for (const name of ["migrate", "rollback", "status", "deployment"]) {
  await build({
    entryPoints: [`node_modules/migration-lambda/dist/functions/${name}.js`],
    outfile: `build/${name}/index.js`,
    bundle: true,
    minify: true,
    platform: "node",
    target: "node24",
    plugins: [migrations()],
  });
}
writeFileSync("build/digest", await digestOfFolder());
