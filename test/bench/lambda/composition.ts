import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { type BuildOptions, build, type Metafile } from "esbuild";
import { variablesOf } from "../../support/lambda-variables";
import { type OwnerOf, type Profile, type SourceOf, sourcesOf, timeByOwner } from "./profile";
import type { Composition, PackageCost } from "./result";
import type { Place, Subject } from "./start";

/** Microseconds between two samples. */
const INTERVAL = 200;
const TOP_LEVEL = "top level of the bundle";

export interface Composing {
  readonly root: string;
  readonly subject: Subject;
  readonly place: Place;
  /** How many. The one that took least is told: the clock of a profile goes on while others have the CPU. */
  readonly profiles: number;
}

/** Bundles a subject once more, with maps, and profiles a first call in fresh processes without the runtime's client. */
export async function compose(composing: Composing): Promise<Composition> {
  const { subject, place, profiles } = composing;
  // A profile has the paths without links.
  const folder = mkdtempSync(join(realpathSync(place.folder), "composition-"));
  try {
    const { outputs } = await bundle(subject.build, folder);
    const bytes = bytesByPackage(outputs);
    const ownerOf = ownersIn(folder);
    const runs: ReadonlyMap<string, number>[] = [];
    while (runs.length < profiles) runs.push(timeByOwner(await profile(composing, folder), ownerOf));
    const [ms = new Map<string, number>()] = runs.toSorted((a, b) => sumOf(a) - sumOf(b));
    const names = [...new Set([...bytes.keys(), ...ms.keys()])];
    const packages = names.map((name): PackageCost => ({ name, bytes: bytes.get(name) ?? 0, ms: ms.get(name) ?? 0 }));
    const { kind, title, dialect } = subject;
    return {
      kind,
      title,
      dialect,
      bytes: sumOf(bytes),
      ms: sumOf(ms),
      packages: packages.toSorted((a, b) => b.ms - a.ms || b.bytes - a.bytes),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bundle(options: BuildOptions, folder: string): Promise<Metafile> {
  const { outfile: _, ...rest } = options;
  const outdir = join(folder, "code");
  const built = await build({
    ...rest,
    entryNames: "index",
    outdir,
    metafile: true,
    sourcemap: "external",
    logLevel: "error",
  });
  if (!built.metafile) throw new Error("esbuild wrote no metafile");
  return built.metafile;
}

function bytesByPackage(outputs: Metafile["outputs"]): ReadonlyMap<string, number> {
  const bytes = new Map<string, number>();
  for (const [file, { inputs, bytes: all }] of Object.entries(outputs)) {
    if (file.endsWith(".map")) continue;
    let rest = all;
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      rest -= bytesInOutput;
      add(bytes, packageOf(input), bytesInOutput);
    }
    add(bytes, TOP_LEVEL, rest);
  }
  return bytes;
}

function sumOf(parts: ReadonlyMap<string, number>): number {
  return [...parts.values()].reduce((sum, part) => sum + part, 0);
}

function add(sums: Map<string, number>, name: string, value: number): void {
  sums.set(name, (sums.get(name) ?? 0) + value);
}

/** What the build keeps as packed text until it is needed. */
const PACKED = /^migration-lambda:late-unit:(.+)$/;

function packageOf(path: string): string {
  const [, unit] = PACKED.exec(path) ?? [];
  if (unit !== undefined) return `${unit}, packed`;
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
  return name ?? "this project";
}

function ownersIn(folder: string): OwnerOf {
  const code = join(folder, "code");
  const maps = new Map<string, SourceOf>(
    readdirSync(code)
      .filter((file) => file.endsWith(".map"))
      .map((file) => [file.slice(0, -".map".length), sourcesOf(readFileSync(join(code, file), "utf8"))]),
  );
  return ({ url, lineNumber, columnNumber }) => {
    const source = url.includes(code) ? maps.get(basename(url)) : undefined;
    if (!source) return undefined;
    // esbuild puts ES modules side by side into the file itself.
    if (lineNumber === 0 && columnNumber === 0) return TOP_LEVEL;
    const path = source(lineNumber, columnNumber);
    return path === undefined ? TOP_LEVEL : packageOf(path);
  };
}

async function profile({ root, subject, place }: Composing, folder: string): Promise<Profile> {
  const { runtime } = place;
  const { title: name, settings, payload } = subject;
  const dir = mkdtempSync(join(folder, "profile-"));
  const env = variablesOf({ name, settings, runtime, taskRoot: folder, endpoint: "", folder }, dir);
  const flags = ["--cpu-prof", `--cpu-prof-dir=${dir}`, `--cpu-prof-interval=${INTERVAL}`];
  const [program] = readdirSync(join(folder, "code")).filter((file) => /^index\.[cm]?js$/.test(file));
  const script = join(root, "test/bench/lambda/profiled.cjs");
  const args = [...flags, script, join(folder, "code", program ?? ""), JSON.stringify(payload)];
  await promisify(execFile)(runtime.node, args, { env, cwd: folder });
  const [file] = readdirSync(dir).filter((each) => each.endsWith(".cpuprofile"));
  return JSON.parse(readFileSync(join(dir, file ?? ""), "utf8"));
}
