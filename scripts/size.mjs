// `npm run size`: packages the service as it would be deployed, and fails when a function's zip is over the budget.
import { copyFileSync, cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitCode } from "./local/command.mjs";
import { buildProject } from "./local/dependencies.mjs";
import { Advice, main } from "./local/progress.mjs";
import { root } from "./setup.mjs";

/** Bytes of one function's zip, with the AWS SDK inside. */
const BUDGET = 450_000;
/** All that packaging reads. No .env: what a developer has set locally must not count. */
const SERVICE = ["dist", "functions", "infra", "lib", "migrations", "plugins"];
const SERVICE_FILES = ["serverless.yml", "package.json", "tsconfig.json", ".env.example"];

await main(async () => {
  if (!existsSync(join(root, "dist/plugins/serverless.js"))) await buildProject(root);
  const folder = mkdtempSync(join(tmpdir(), "migration-lambda-size-"));
  try {
    return report(await packageIn(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** In a copy, because serverless-esbuild clears the `.esbuild` that a running `npm start` serves from. */
async function packageIn(folder) {
  for (const name of SERVICE) cpSync(join(root, name), join(folder, name), { recursive: true });
  for (const name of SERVICE_FILES) copyFileSync(join(root, name), join(folder, name));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  const serverless = join(root, "node_modules/.bin/serverless");
  const code = await exitCode(process.execPath, [serverless, "package", "--package", join(folder, "package")], {
    cwd: folder,
    env: {
      ...process.env,
      // Nothing is called, but without credentials the framework looks for some.
      AWS_ACCESS_KEY_ID: "none",
      AWS_SECRET_ACCESS_KEY: "none",
      MIGRATIONS_DIR: "migrations",
      // It leaves a folder there for each function.
      TMPDIR: folder,
    },
    stdio: ["ignore", process.stderr, process.stderr],
  });
  if (code !== 0) throw new Advice("serverless package failed: see above.");
  return readdirSync(join(folder, "package"))
    .filter((name) => name.endsWith(".zip"))
    .map((name) => ({ name, bytes: statSync(join(folder, "package", name)).size }));
}

function report(zips) {
  if (zips.length === 0) throw new Advice("serverless package wrote no zip.");
  const number = (value) => value.toLocaleString("en").padStart(9);
  const over = zips.filter(({ bytes }) => bytes > BUDGET);
  for (const { name, bytes } of zips) {
    const verdict = bytes > BUDGET ? `OVER by ${(bytes - BUDGET).toLocaleString("en")}` : "ok";
    console.log(
      `${name.padEnd(16)}${number(bytes)} bytes  ${String(Math.round((bytes / BUDGET) * 100)).padStart(3)} %  ${verdict}`,
    );
  }
  console.log(`${"budget".padEnd(16)}${number(BUDGET)} bytes each`);
  if (over.length === 0) return 0;
  throw new Advice(`Over the budget: ${over.map(({ name }) => name).join(", ")}.`);
}
