// `npm run test:cdk`: synthesises examples/cdk. By itself, as it needs 200 MB that nothing else needs.
import { join } from "node:path";
import { exitCode } from "./local/command.mjs";
import { installDependencies } from "./local/dependencies.mjs";
import { main } from "./local/progress.mjs";
import { root, setUp } from "./setup.mjs";

await main(async () => {
  await setUp();
  await installDependencies(join(root, "test/cdk"));
  return await exitCode(process.execPath, ["--test", join(root, "test/cdk/synth.test.mjs")], { cwd: root });
});
