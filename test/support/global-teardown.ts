import { existsSync } from "node:fs";
import { join } from "node:path";
import { holding } from "./held";
import { removePackages } from "./package-service";

/** An interrupted run never gets here: the server's keeper then notices by itself that nobody holds it any more. */
export default async function tearDown(): Promise<void> {
  removePackages();
  if (!holding.current) return;
  const { server, folder } = holding.current;
  await server.stop();
  if (!existsSync(join(folder, "kept"))) return;
  process.stderr.write(
    `\nThe databases of failed tests were kept in ${folder}: remove it when done. To look at them:\n`,
  );
  process.stderr.write(`  node scripts/local/server.mjs ${folder} tests\n`);
}
