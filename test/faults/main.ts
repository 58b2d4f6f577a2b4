import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { DialectName } from "../../lib/migration";
import { BREAKS } from "./breaks";
import { buildChild } from "./build-child";
import { createChildren } from "./call";
import { createReferences } from "./reference";
import { type RunEnd, runOnce } from "./run";
import type { FaultServer } from "./server.mjs";
import { faultTable, kindTable, sumLine } from "./table";
import { createWorld, type World } from "./world";

interface Options {
  readonly runs: number;
  readonly seed: number;
  readonly dir?: string | undefined;
  readonly dialects: readonly DialectName[];
  readonly broken?: string | undefined;
  /** How many runs at a time. */
  readonly jobs: number;
}

/** What the script that loads this gives to it. */
export interface Surroundings {
  /** Of the project. */
  readonly root: string;
  readonly startServer: (dialect: DialectName) => Promise<FaultServer>;
}

/** @returns the exit code: 1 when a run diverged */
export async function main(surroundings: Surroundings, args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  let diverged = 0;
  for (const dialect of options.dialects) {
    const ends = await onDialect(surroundings, dialect, options);
    diverged += ends.filter(({ end }) => end === "diverged").length;
  }
  return diverged > 0 ? 1 : 0;
}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: "string", default: "100" },
      seed: { type: "string", default: "1" },
      jobs: { type: "string", default: "4" },
      dir: { type: "string" },
      dialect: { type: "string" },
      break: { type: "string" },
    },
  });
  const { dialect, break: broken } = values;
  if (broken !== undefined && !Object.hasOwn(BREAKS, broken))
    throw new Error(`--break knows ${Object.keys(BREAKS).join(", ")}`);
  if (dialect !== undefined && dialect !== "mysql" && dialect !== "postgres")
    throw new Error("--dialect is mysql or postgres");
  return {
    runs: wholeNumber(values.runs),
    seed: wholeNumber(values.seed),
    jobs: wholeNumber(values.jobs),
    dir: values.dir,
    dialects: dialect === undefined ? ["mysql", "postgres"] : [dialect],
    broken,
  };
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${text} is not a whole number`);
  return Number(text);
}

async function onDialect(
  { root, startServer }: Surroundings,
  dialect: DialectName,
  options: Options,
): Promise<readonly RunEnd[]> {
  const folder = options.dir ?? join(root, `test/faults/migrations-${dialect}`);
  const work = mkdtempSync(join(tmpdir(), "migration-lambda-child-"));
  const outfile = join(work, "child.cjs");
  await buildChild({ root, folder, dialect, broken: options.broken, outfile });
  const server = await startServer(dialect);
  const children = createChildren(outfile, options.jobs);
  try {
    const order = options.dir === undefined ? "any" : "fixed";
    const world = await createWorld({ dialect, server, children, folder, order });
    console.log(`${dialect}, seed ${options.seed}`);
    return await runAll(world, options);
  } finally {
    children.close();
    await server.stop();
    rmSync(work, { recursive: true, force: true });
  }
}

async function runAll(world: World, { runs, seed, jobs }: Options): Promise<readonly RunEnd[]> {
  const references = createReferences(world);
  const ends: RunEnd[] = [];
  const began = performance.now();
  let next = seed;
  const worker = async () => {
    while (next < seed + runs) {
      const own = next;
      next += 1;
      const end = await runOnce(world, references, own).catch((error: unknown) => {
        throw new Error(`Seed ${own} could not be run`, { cause: error });
      });
      ends.push(end);
      if (end.end === "diverged" || end.end === "missed") tell(world, end);
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, runs) }, worker));
  console.log(`${faultTable(ends)}\n${kindTable(ends)}\n${sumLine(ends, performance.now() - began)}\n`);
  return ends;
}

/** With what repeats it. */
function tell({ dialect }: World, { seed, end, fault, phase, kind, place, direction, names, details }: RunEnd): void {
  console.log(`${end}: --dialect ${dialect} --seed ${seed} --runs 1`);
  console.log(`  ${fault} in ${phase}${kind && ` of ${kind}`} at ${place}, ${direction} of ${names.join(", ")}`);
  for (const line of details.slice(0, 12)) console.log(`  ${line.slice(0, 600)}`);
}
