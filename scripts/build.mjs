// `npm run build`: compiles what the package exports into dist/.
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { exitCode } from "./local/command.mjs";
import { main } from "./local/progress.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

await main(async () => {
  // A file that has gone from the sources must not live on in the package.
  rmSync(join(root, "dist"), { recursive: true, force: true });
  return await exitCode(
    process.execPath,
    [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"],
    {
      cwd: root,
    },
  );
});
