// npm run new -- add-orders [--ts | --pair]: `migration-lambda new` of this repository, built first where it is not.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { exitCode } from "./local/command.mjs";
import { main } from "./local/progress.mjs";
import { setUp } from "./setup.mjs";

const program = join(dirname(dirname(fileURLToPath(import.meta.url))), "dist/bin/migration-lambda.js");

await main(async () => {
  if (!existsSync(program)) await setUp();
  return await exitCode(process.execPath, [program, "new", ...process.argv.slice(2)]);
});
