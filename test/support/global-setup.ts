import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { holdServer } from "../../scripts/local/hold.cjs";
import { holding } from "./held";

/** One private server for the whole run, unless TEST_MYSQL_URL names one to use (an administrator's login). */
export default async function setUp(): Promise<void> {
  if (process.env.TEST_MYSQL_URL) return;
  const folder = mkdtempSync(join(tmpdir(), "migration-lambda-tests-"));
  const server = await holdServer(folder, "tests");
  holding.current = { server, folder };
  // Workers are started after this and inherit the environment.
  process.env.TEST_MYSQL_URL = server.adminUrl;
  process.env.TEST_MYSQL_FOLDER = folder;
}
