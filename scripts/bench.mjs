// npm run bench [-- --help]
// Measures this project, plain clients and other tools side by side, on servers of its own, and writes docs/performance.md.
import { mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { runHarness } from "./local/harness.mjs";
import hold from "./local/hold.cjs";
import { requireNode } from "./local/node-version.mjs";
import { main } from "./local/progress.mjs";
import { ensureServer } from "./local/servers.mjs";
import { root, setUp } from "./setup.mjs";

await main(async () => {
  requireNode();
  // Whoever tries everything in a moment has built already.
  if (!process.argv.includes("--quick")) await setUp();
  return await runHarness(root, "test/bench/main.ts", startServer);
});
process.exit();

/** On the disk, where durability costs what it costs. */
async function startServer(dialect) {
  const name = dialect === "mysql" ? "mysql" : "postgres18";
  await ensureServer(name);
  mkdirSync(join(root, ".local/bench"), { recursive: true });
  return await hold.holdServer(mkdtempSync(join(root, ".local/bench/server-")), "benchmark", name);
}
