// npm run faults -- --runs 1000 --seed 1 [--dialect mysql|postgres] [--dir FOLDER] [--jobs 4] [--break WHAT[:SEED]]…
// Migrates again and again with a fault in each run, and compares with a run without any. What diverges is printed with
// its seed. --break switches off, in the build of the test alone, what test/faults/breaks.ts names, or one after the other
// `all` of it: then some run must diverge, and no more are begun.
import { runHarness } from "./local/harness.mjs";
import { main } from "./local/progress.mjs";
import { root } from "./setup.mjs";

await main(() => runHarness(root, "test/faults/main.ts"));
process.exit();
