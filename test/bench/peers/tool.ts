import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Contestant } from "../contestant";
import pinned from "./package.json";

/** npm and Jest both start in the project's folder; where this file itself lies is lost in a bundle. */
const ROOT = process.cwd();
export const SOURCE = join(ROOT, "test/bench/peers");

/** npm lists every package of an installation. */
const MOST_SAID = 2 ** 26;

/** A tool from npm, in a folder of its own: one that cannot be had takes no other along. */
export interface Tool extends Pick<Contestant, "install" | "version"> {
  /** Has its node_modules. */
  readonly folder: string;
}

type Package = keyof typeof pinned.dependencies;

/** @param packages the first is the tool itself */
export function toolFrom(packages: readonly [Package, ...Package[]], folder?: string): Tool {
  const [name] = packages;
  const place = folder ?? join(ROOT, ".local/peers", name);
  return {
    folder: place,
    install: () => install(packages, place),
    version: async () => (await readJson<Installed>(join(place, "node_modules", name, "package.json"))).version,
  };
}

interface Installed {
  readonly version: string;
}

interface Lock {
  readonly packages: Readonly<Record<string, Installed>>;
}

async function install(packages: readonly Package[], folder: string): Promise<void> {
  const wanted = Object.fromEntries(packages.map((name) => [name, pinned.dependencies[name]]));
  if (await isInstalled(wanted, folder)) return;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: wanted }));
  // npm leaves out of it what this package.json does not ask for, and takes the rest as it is there.
  await copyFile(join(SOURCE, "package-lock.json"), join(folder, "package-lock.json"));
  await runNpm(folder).catch((error) => {
    throw new Error(`${packages[0]} could not be installed: ${complaintOf(error)}`, { cause: error });
  });
}

const NOTHING: Lock = { packages: {} };

/** npm writes the list that this reads at the end of an installation. */
async function isInstalled(wanted: Readonly<Record<string, string>>, folder: string): Promise<boolean> {
  const { packages } = await readJson<Lock>(join(folder, "node_modules/.package-lock.json")).catch(() => NOTHING);
  // An alias has the name of the package before its version.
  const has = ([name, version]: [string, string]) =>
    packages[`node_modules/${name}`]?.version === version.split("@").at(-1);
  return Object.entries(wanted).every(has);
}

/** Without install scripts: no tool needs its own. Tries again once, soon: by itself npm would wait for minutes. */
async function runNpm(folder: string): Promise<void> {
  const retries = ["--fetch-retries=1", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=500"];
  const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--json", ...retries];
  await promisify(execFile)("npm", args, { cwd: folder, maxBuffer: MOST_SAID });
}

/** One line of what a program said as it failed. */
export function complaintOf({ stdout, stderr, message }: Failed): string {
  const lines = (summaryOf(stdout ?? "") ?? (stderr?.trim() || stdout?.trim() || message)).trim().split("\n");
  return (lines.find((line) => line.trim() !== "") ?? "it does not say why").trim();
}

interface Failed {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly message: string;
}

/** npm's, which answers in JSON when asked to. */
function summaryOf(answer: string): string | undefined {
  try {
    return JSON.parse(answer).error.summary;
  } catch {
    return undefined;
  }
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, "utf8"));
}
