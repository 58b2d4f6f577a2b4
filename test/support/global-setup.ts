import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { holdServer, type ServerName, TEST_VARIABLES } from "../../scripts/local/hold.cjs";
import { folderVariable, holding } from "./held";

/** Private servers for the whole run, each unless its variable names one to use. */
export default async function setUp(): Promise<void> {
  const names = Object.keys(TEST_VARIABLES) as readonly ServerName[];
  await Promise.all(names.filter((name) => !process.env[TEST_VARIABLES[name]]).map(hold));
}

async function hold(name: ServerName): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "migration-lambda-tests-"));
  const server = await holdServer(folder, "tests", name);
  holding.push({ name, server, folder });
  // Workers are started after this and inherit the environment.
  process.env[TEST_VARIABLES[name]] = server.adminUrl;
  process.env[folderVariable(name)] = folder;
}
