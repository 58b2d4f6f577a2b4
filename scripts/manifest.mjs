// npm run manifest -- FOLDER …: writes manifest.json into each folder of migrations that is to be uploaded to S3.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative, resolve, sep } from "node:path";
import { buildProject } from "./local/dependencies.mjs";
import { Advice, main } from "./local/progress.mjs";
import { root } from "./setup.mjs";

const usage = "npm run manifest -- FOLDER …";
const MANIFEST = "manifest.json";

await main(async () => {
  const folders = process.argv.slice(2);
  if (folders.length === 0) throw new Advice(usage);
  if (!existsSync(join(root, "dist/lib/meant.js"))) await buildProject(root);
  const { isMeant } = createRequire(import.meta.url)(join(root, "dist/lib/meant.js"));
  for (const folder of folders) {
    const files = filesIn(resolve(folder), isMeant);
    if (files.length === 0) throw new Advice(`${folder}: there is nothing in it that could be a migration.\n${usage}`);
    const sums = files.map((file) => [file, sumOf(join(folder, file))]);
    writeFileSync(join(folder, MANIFEST), `${JSON.stringify({ files: Object.fromEntries(sums) }, undefined, 2)}\n`);
    console.log(`${join(folder, MANIFEST)}: ${files.length} ${files.length === 1 ? "file" : "files"}`);
  }
  return 0;
});

/** What the function does not pass over, with `/` between the parts of a path. */
function filesIn(folder, isMeant) {
  if (!existsSync(folder)) throw new Advice(`${folder}: there is no such folder.\n${usage}`);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((file) => isMeant(file) && file !== MANIFEST)
    .sort();
}

function sumOf(path) {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
