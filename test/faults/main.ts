import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DialectName } from "../../lib/migration";
import { IDLE } from "./breaks";
import { buildChild } from "./build-child";
import { createChildren } from "./call";
import { type Break, type Options, readOptions, USAGE } from "./options";
import { createReferences } from "./reference";
import { type RunEnd, runOnce } from "./run";
import type { FaultServer } from "./server.mjs";
import { faultTable, kindTable, sumLine } from "./table";
import { createWorld, type World } from "./world";

/** What the script that loads this gives to it. */
export interface Surroundings {
  /** Of the project. */
  readonly root: string;
  readonly startServer: (dialect: DialectName) => Promise<FaultServer>;
}

/**
 * @returns the exit code: 1 when a run diverged or, of a build in which something is switched off, when none did; 2 when it was
 * asked for what there is not
 */
export async function main(surroundings: Surroundings, args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    console.log(USAGE);
    return 0;
  }
  const options = understand(args);
  return options ? await campaign(surroundings, options) : 2;
}

function understand(args: readonly string[]): Options | undefined {
  try {
    return readOptions(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\nnpm run faults -- --help lists the options.`);
    return undefined;
  }
}

async function campaign({ root, startServer }: Surroundings, options: Options): Promise<number> {
  let isRight = true;
  for (const dialect of options.dialects) {
    const server = await startServer(dialect);
    if (!server.canCrash)
      console.log("No restarts: the server is not a process of this machine, which could be killed.");
    try {
      isRight = (await onServer({ root, dialect, server, options })) && isRight;
    } finally {
      await server.stop();
    }
  }
  return isRight ? 0 : 1;
}

interface Bench {
  readonly root: string;
  readonly dialect: DialectName;
  readonly server: FaultServer;
  readonly options: Options;
}

/** @returns whether it went as it should */
async function onServer(bench: Bench): Promise<boolean> {
  const { options, dialect } = bench;
  if (options.breaks.length === 0) {
    console.log(`${dialect}, seed ${options.seed}`);
    return inBuild(bench, undefined, (world) => runAll(world, options));
  }
  let isNoticed = true;
  for (const broken of options.breaks) {
    if (IDLE[dialect].includes(broken.name)) {
      console.log(`${broken.name} makes no difference on ${dialect}.\n`);
      continue;
    }
    console.log(`${dialect}, without ${broken.name}, seed ${broken.seed}`);
    isNoticed = (await inBuild(bench, broken, (world) => runUntilNoticed(world, options, broken))) && isNoticed;
  }
  return isNoticed;
}

async function inBuild<T>(
  { root, dialect, server, options }: Bench,
  broken: Break | undefined,
  use: (world: World) => Promise<T>,
): Promise<T> {
  const folder = options.dir ?? join(root, `test/faults/migrations-${dialect}`);
  const work = mkdtempSync(join(tmpdir(), "migration-lambda-child-"));
  const program = join(work, "child.cjs");
  await buildChild({ root, folder, dialect, broken: broken?.name, outfile: program });
  const children = createChildren({ program, folder: work, ahead: options.jobs });
  try {
    const order = options.dir === undefined ? "any" : "fixed";
    return await use(await createWorld({ dialect, server, children, folder, order }));
  } finally {
    children.close();
    rmSync(work, { recursive: true, force: true });
  }
}

async function runAll(world: World, { runs, seed, jobs }: Options): Promise<boolean> {
  const began = performance.now();
  const ends = await runMany(world, { runs, seed, jobs }, () => "go on");
  console.log(`${faultTable(ends, world.cells)}\n${kindTable(ends)}\n${sumLine(ends, performance.now() - began)}\n`);
  return ends.every(({ end }) => end !== "diverged");
}

async function runUntilNoticed(world: World, { runs, jobs }: Options, { name, seed }: Break): Promise<boolean> {
  const diverges = ({ end }: RunEnd) => end === "diverged";
  const ends = await runMany(world, { runs, seed, jobs }, (end) => (diverges(end) ? "stop" : "go on"));
  const isNoticed = ends.some(diverges);
  const how = isNoticed ? `was noticed within ${ends.length} runs` : `was not noticed in ${ends.length} runs`;
  console.log(`That ${name} is missing ${how}.\n`);
  return isNoticed;
}

type Many = Pick<Options, "runs" | "seed" | "jobs">;

/** Some at a time. `after` says of each whether another one is begun. */
async function runMany(
  world: World,
  { runs, seed, jobs }: Many,
  after: (end: RunEnd) => "go on" | "stop",
): Promise<readonly RunEnd[]> {
  const references = createReferences(world);
  const ends: RunEnd[] = [];
  let next = seed;
  let last = seed + runs;
  const worker = async () => {
    while (next < last) {
      const own = next;
      next += 1;
      const end = await runOnce(world, references, own).catch((error: unknown) => {
        throw new Error(`Seed ${own} could not be run: ${error instanceof Error ? error.stack : error}`);
      });
      ends.push(end);
      if (end.end === "diverged" || end.end === "missed") tell(world, end);
      if (after(end) === "stop") last = next;
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, runs) }, worker));
  return ends;
}

/** With what repeats it. */
function tell({ dialect }: World, { seed, end, fault, phase, kind, place, direction, names, details }: RunEnd): void {
  console.log(`${end}: --dialect ${dialect} --seed ${seed} --runs 1`);
  console.log(`  ${fault} in ${phase}${kind && ` of ${kind}`} at ${place}, ${direction} of ${names.join(", ")}`);
  for (const line of details.slice(0, 12)) console.log(`  ${line.slice(0, 600)}`);
}
