import { existsSync } from "node:fs";
import { join } from "node:path";
import { holding } from "./held";
import { removePackages } from "./package-service";

/** An interrupted run never gets here: a server's keeper then notices by itself that nobody holds it any more. */
export default async function tearDown(): Promise<void> {
  removePackages();
  await Promise.all(holding.map(({ server }) => server.stop()));
  for (const { folder, name } of holding) {
    if (!existsSync(join(folder, "kept"))) continue;
    process.stderr.write(
      `\nThe databases of failed tests were kept in ${folder}: remove it when done. To look at them:\n`,
    );
    process.stderr.write(`  node scripts/local/server.mjs ${folder} tests ${name}\n`);
  }
}
