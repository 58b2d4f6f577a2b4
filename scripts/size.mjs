// `npm run size`: packages the service as it would be deployed, and fails when a function's zip is over the budget.
import { copyFileSync, cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitCode } from "./local/command.mjs";
import { buildProject } from "./local/dependencies.mjs";
import { Advice, main } from "./local/progress.mjs";
import { root } from "./setup.mjs";

/** Bytes of one function's zip, with the AWS SDK inside; one that reads its migrations from S3 has another client of it. */
const BUDGETS = {
  "built in": { env: { MIGRATIONS_S3: "" }, budget: 350_000 },
  "from S3": { env: { MIGRATIONS_S3: "s3://bucket/prefix" }, budget: 500_000 },
};
/** All that packaging reads. No .env: what a developer has set locally must not count. */
const SERVICE = ["dist", "functions", "infra", "lib", "migrations", "plugins"];
const SERVICE_FILES = ["serverless.yml", "package.json", "tsconfig.json", ".env.example"];

await main(async () => {
  if (!existsSync(join(root, "dist/plugins/serverless.js"))) await buildProject(root);
  const over = [];
  for (const [kind, { env, budget }] of Object.entries(BUDGETS)) {
    const folder = mkdtempSync(join(tmpdir(), "migration-lambda-size-"));
    try {
      over.push(...report(kind, await packageIn(folder, env), budget));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  if (over.length > 0) throw new Advice(`Over the budget: ${over.join(", ")}.`);
});

/** In a copy, because serverless-esbuild clears the `.esbuild` that a running `npm start` serves from. */
async function packageIn(folder, env) {
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
      ...env,
    },
    stdio: ["ignore", process.stderr, process.stderr],
  });
  if (code !== 0) throw new Advice("serverless package failed: see above.");
  return readdirSync(join(folder, "package"))
    .filter((name) => name.endsWith(".zip"))
    .map((name) => ({ name, bytes: statSync(join(folder, "package", name)).size }));
}

/** @returns what is too large */
function report(kind, zips, budget) {
  if (zips.length === 0) throw new Advice("serverless package wrote no zip.");
  const number = (value) => value.toLocaleString("en").padStart(9);
  console.log(`${`budget, ${kind}`.padEnd(20)}${number(budget)} bytes each`);
  for (const { name, bytes } of zips) {
    const verdict = bytes > budget ? `OVER by ${(bytes - budget).toLocaleString("en")}` : "ok";
    const part = `${String(Math.round((bytes / budget) * 100)).padStart(3)} %`;
    console.log(`${name.padEnd(20)}${number(bytes)} bytes  ${part}  ${verdict}`);
  }
  return zips.filter(({ bytes }) => bytes > budget).map(({ name }) => `${name} (${kind})`);
}
