import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Contestant, Program } from "../contestant";

/** npm and Jest both start in the project's folder; where this file itself lies is lost in a bundle. */
const ROOT = process.cwd();
const SOURCE = join(ROOT, "test/bench/peers");
const INSTALL_MS = 600_000;

/** A tool from npm, in a folder of its own: one that cannot be had takes no other along. */
export interface Tool extends Pick<Contestant, "install" | "version"> {
  /** Has its node_modules. */
  readonly folder: string;
}

/** @param packages of package.json beside this file; the first is the tool itself */
export function toolFrom(packages: readonly [string, ...string[]], folder?: string): Tool {
  const [name] = packages;
  const place = folder ?? join(ROOT, ".local/peers", name);
  return {
    folder: place,
    install: () => install(packages, place),
    version: async () => (await readJson(join(place, "node_modules", name, "package.json"))).version,
  };
}

async function install(packages: readonly string[], folder: string): Promise<void> {
  const { dependencies: pinned } = await readJson(join(SOURCE, "package.json"));
  const wanted = Object.fromEntries(packages.map((name) => [name, String(pinned[name])]));
  if (await isInstalled(wanted, folder)) return;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: wanted }));
  // npm leaves out of it what this package.json does not ask for, and takes the rest as it is there.
  await copyFile(join(SOURCE, "package-lock.json"), join(folder, "package-lock.json"));
  await runNpm(folder).catch((error) => {
    throw new Error(`${packages[0]} could not be installed: ${reasonOf(error)}`, { cause: error });
  });
}

/** npm writes the list that this reads at the end of an installation. */
async function isInstalled(wanted: Readonly<Record<string, string>>, folder: string): Promise<boolean> {
  const list = await readJson(join(folder, "node_modules/.package-lock.json")).catch(() => ({ packages: {} }));
  const has = ([name, version]: [string, string]) =>
    list.packages[`node_modules/${name}`]?.version === version.split("@").at(-1);
  return Object.entries(wanted).every(has);
}

/** Without install scripts: no tool needs its own. Tries again once, soon: by itself npm would wait for minutes. */
async function runNpm(folder: string): Promise<void> {
  const retries = ["--fetch-retries=1", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=500"];
  const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--json", ...retries];
  await promisify(execFile)("npm", args, { cwd: folder, timeout: INSTALL_MS, maxBuffer: 2 ** 26 });
}

/** One line of what a program said as it failed. */
export function reasonOf({ stdout, stderr, message }: Failed): string {
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

/** Files of a project by their paths, or the names of programs beside this file. */
export interface Project {
  readonly texts: Iterable<readonly [path: string, text: string]>;
  readonly programs?: readonly string[];
}

/** Writes a project that uses the tool: its packages are found from there. */
export async function layOut(tool: Tool, folder: string, { texts, programs = [] }: Project): Promise<void> {
  await symlink(join(tool.folder, "node_modules"), join(folder, "node_modules"), "dir");
  const made = new Set<string>();
  for (const [path, text] of texts) {
    const parent = dirname(join(folder, path));
    if (!made.has(parent)) await mkdir(parent, { recursive: true });
    made.add(parent);
    await writeFile(join(folder, path), text);
  }
  for (const name of programs) await copyFile(join(SOURCE, "programs", name), join(folder, name));
}

/** A command line tool of Node's, or a script, as it is run in the folder of such a project. */
export function nodeProgram(folder: string, args: readonly string[], env: Readonly<Record<string, string>>): Program {
  return { file: process.execPath, args, cwd: folder, env };
}

async function readJson(path: string) {
  return JSON.parse(await readFile(path, "utf8"));
}
