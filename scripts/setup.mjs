// What a fresh clone needs before anything else can run. Run by itself: `node scripts/setup.mjs`.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildProject, installDependencies } from "./local/dependencies.mjs";
import hold from "./local/hold.cjs";
import { requireNode } from "./local/node-version.mjs";
import { main } from "./local/progress.mjs";
import { ensureServer } from "./local/servers.mjs";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Dependencies and build; whatever is there already is left alone. */
export async function setUp() {
  requireNode();
  await installDependencies(root);
  await buildProject(root);
}

/** As setUp, and the database servers' programs for the tests, each unless its variable names a server to use; and other tools. */
export async function setUpForTests() {
  await setUp();
  await installDependencies(join(root, "test/tools"));
  for (const [name, variable] of Object.entries(hold.TEST_VARIABLES)) {
    if (!process.env[variable]) await ensureServer(name);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(setUpForTests);
