// `npm test`: everything, on a fresh clone too. Arguments go to Jest: `npm test -- test/unit/plan.test.ts`.
// The last line of output is the count.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitCode } from "./local/command.mjs";
import { main } from "./local/progress.mjs";
import { root, setUpForTests } from "./setup.mjs";

await main(async () => {
  await setUpForTests();
  const folder = mkdtempSync(join(tmpdir(), "migration-lambda-report-"));
  const report = join(folder, "report.json");
  try {
    const code = await runJest(report);
    console.log(`\n${count(report)}`);
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function runJest(report) {
  const jest = join(root, "node_modules/jest/bin/jest.js");
  // Ctrl-C reaches Jest as well; we stay for what it has to say.
  for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => {});
  // With --json Jest's reporter writes to standard error; its output holds nothing but where the report is.
  return exitCode(process.execPath, [jest, "--json", `--outputFile=${report}`, ...process.argv.slice(2)], {
    cwd: root,
    stdio: ["inherit", "ignore", "inherit"],
  });
}

function count(report) {
  if (!existsSync(report)) return "0 passed, 1 failed"; // Jest itself did not get through
  const result = JSON.parse(readFileSync(report, "utf8"));
  // A file that could not even be loaded holds no test that could fail.
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  const skipped = result.numPendingTests + result.numTodoTests;
  return `${result.numPassedTests} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}`;
}
