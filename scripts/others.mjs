// npm run faults:others [-- --dialect mysql|postgres]
// Does the same to other tools and to this one, each time with a new database, and prints as Markdown what became of it.
// Needs nothing done before: the tools are in a folder of their own, which is installed when it is not.
import { join } from "node:path";
import { installDependencies } from "./local/dependencies.mjs";
import { runHarness } from "./local/harness.mjs";
import { requireNode } from "./local/node-version.mjs";
import { main } from "./local/progress.mjs";
import { root } from "./setup.mjs";

await main(async () => {
  requireNode();
  for (const folder of [root, join(root, "test/tools")]) await installDependencies(folder);
  return await runHarness(root, "test/others/main.ts");
});
process.exit();
