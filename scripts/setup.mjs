// What a fresh clone needs before anything else can run. Run by itself: `node scripts/setup.mjs`.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { buildProject, installDependencies } from "./local/dependencies.mjs";
import { requireNode } from "./local/node-version.mjs";
import { ensureProgram } from "./local/program.mjs";
import { main } from "./local/progress.mjs";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Dependencies and build; whatever is there already is left alone. */
export async function setUp() {
  requireNode();
  await installDependencies(root);
  await buildProject(root);
}

/** As setUp, and a database server's program for the tests, unless TEST_MYSQL_URL names a server to use. */
export async function setUpForTests() {
  await setUp();
  if (!process.env.TEST_MYSQL_URL) await ensureProgram();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(setUpForTests);
