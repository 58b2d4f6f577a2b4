import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { startFaultServer } from "../../test/faults/server.mjs";

/**
 * Bundles a TypeScript program of the tests, which exports `main(surroundings, args)`, and runs it. What it can start of
 * servers is another for each of them.
 * @returns what its `main` returns: the exit code
 */
export async function runHarness(root, entry, startServer = startFaultServer) {
  // What it has started ends with it.
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => process.exit(130));
  const { build } = await import("esbuild");
  // Within the project, so that its packages are found.
  mkdirSync(join(root, ".local"), { recursive: true });
  const folder = mkdtempSync(join(root, ".local/harness-"));
  const program = join(folder, "main.mjs");
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  try {
    await build({
      entryPoints: [join(root, entry)],
      outfile: program,
      bundle: true,
      packages: "external",
      platform: "node",
      format: "esm",
      target: "node20",
      logLevel: "error",
    });
    const { main } = await import(pathToFileURL(program).href);
    return await main({ root, folder, startServer }, process.argv.slice(2));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
