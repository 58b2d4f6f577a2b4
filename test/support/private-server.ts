import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type HeldServer, holdServer } from "../../scripts/local/hold.cjs";

/** A MySQL-family server for the tests of one file, which may change what concerns the whole server. */
export function privateServer(): () => HeldServer & { readonly adminUrl: string } {
  let server: HeldServer | undefined;
  beforeAll(async () => {
    server = await holdServer(mkdtempSync(join(tmpdir(), "migration-lambda-private-")), "tests", "mysql");
  }, 180_000);
  afterAll(() => server?.stop());
  return () => {
    const { adminUrl } = server ?? {};
    if (!server || adminUrl === undefined) throw new Error("The private server is not there");
    return { ...server, adminUrl };
  };
}
