// npm run faults [-- --help]
// Migrates again and again with a fault in each run, and compares with a run without any. What diverges is printed with
// its seed.
import { runHarness } from "./local/harness.mjs";
import { main } from "./local/progress.mjs";
import { root } from "./setup.mjs";

await main(() => runHarness(root, "test/faults/main.ts"));
process.exit();
