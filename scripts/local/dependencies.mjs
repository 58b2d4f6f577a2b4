import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exitCode, run } from "./command.mjs";
import { Advice, step } from "./progress.mjs";

/** Installs what package-lock.json names, unless it is installed already. */
export async function installDependencies(root) {
  const wanted = readPackages(join(root, "package-lock.json"));
  // npm writes this copy at the very end of an installation, so it also tells a finished one from one cut off.
  const installed = readPackages(join(root, "node_modules/.package-lock.json"));
  if (wanted && installed && satisfies(wanted, installed)) return;
  // `npm ci` refuses a lockfile without the binaries of every other platform, which is what npm writes where a registry
  // does not carry them all. This installs the same versions, and leaves the lockfile as it is.
  const keepLockfile = wanted ? ["--no-save"] : [];
  await step("Installing dependencies (a minute or two the first time)", () =>
    run("npm", ["install", ...keepLockfile, "--no-audit", "--no-fund", "--loglevel=error"], npmOptions(root)),
  );
}

export async function buildProject(root) {
  await step("Building", async () => {
    const code = await exitCode("npm", ["run", "--silent", "build"], npmOptions(root));
    if (code !== 0) throw new Advice("The build failed: see above.");
  });
}

// npm is a .cmd file on Windows, which only a shell can start. What npm prints must not mix with a caller's output.
function npmOptions(root) {
  return { cwd: root, shell: process.platform === "win32", stdio: ["ignore", process.stderr, process.stderr] };
}

// Content is compared rather than time: a checkout of another branch and back changes only the time.
function satisfies(wanted, installed) {
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "" || entry.link) return true;
    // Binaries for other platforms are in the lockfile and never installed.
    if (!installed[path]) return Boolean(entry.optional || entry.devOptional);
    return installed[path].version === entry.version && installed[path].integrity === entry.integrity;
  });
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages;
  } catch {
    return undefined; // missing or cut off: as good as not there
  }
}
