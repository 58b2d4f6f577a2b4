// npm run faults -- --runs 1000 --seed 1 [--dialect mysql|postgres] [--dir FOLDER] [--jobs 4] [--break WHAT[:SEED]]…
// Migrates again and again with a fault in each run, and compares with a run without any. What diverges is printed with
// its seed. --break switches off, in the build of the test alone, what test/faults/breaks.ts names, or one after the other
// `all` of it: then some run must diverge, and no more are begun.
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { startFaultServer } from "../test/faults/server.mjs";
import { main } from "./local/progress.mjs";
import { root } from "./setup.mjs";

// What it has started ends with it.
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => process.exit(130));

await main(async () => {
  // Within the project, so that its packages are found.
  const folder = mkdtempSync(join(root, ".local/faults-"));
  const program = join(folder, "main.mjs");
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  try {
    await build({
      entryPoints: [join(root, "test/faults/main.ts")],
      outfile: program,
      bundle: true,
      packages: "external",
      platform: "node",
      format: "esm",
      target: "node20",
      logLevel: "error",
    });
    const faults = await import(pathToFileURL(program).href);
    return await faults.main({ root, startServer: startFaultServer }, process.argv.slice(2));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
process.exit();
