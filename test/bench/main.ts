import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import type { DialectName } from "../../lib/migration";
import { runDialect, type Surroundings } from "./dialect";
import { entrantsOf, installAll } from "./entrants";
import { isChosen, type Options, readOptions, USAGE } from "./options";
import { buildPrograms } from "./programs";
import { readResults, writeReport } from "./report/files";
import type { Results } from "./results";
import { measureStarts, STARTS } from "./starts";
import { workloadsOf } from "./workloads";

const DIALECTS: readonly DialectName[] = ["mysql", "postgres"];

/** @returns the exit code: 1 when one of this project's own runs failed */
export async function main(surroundings: Surroundings, args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    console.log(USAGE);
    return 0;
  }
  const { root } = surroundings;
  const options = readOptions(args);
  if (options.write === "report") return await report(root, options, await readResults(options.out));
  const results = await measureAll(surroundings, options);
  return await report(root, options, results);
}

async function report(root: string, options: Options, results: Results): Promise<number> {
  const { out, write } = options;
  console.log(await writeReport({ results, out, to: write === "scratch" ? out : join(root, "docs") }));
  const own = results.contestants.filter(({ kind }) => kind === "ours").map(({ title }) => title);
  const failed = results.results.filter(({ contestant, failure }) => failure !== undefined && own.includes(contestant));
  for (const { dialect, workload, contestant, failure } of failed)
    console.error(`${contestant}, ${workload}, ${dialect}: ${failure}`);
  if (results.startsFailure !== undefined) console.error(`How functions start: ${results.startsFailure}`);
  return failed.length > 0 || results.startsFailure !== undefined ? 1 : 0;
}

async function measureAll(surroundings: Surroundings, options: Options): Promise<Results> {
  const { root, folder } = surroundings;
  const programs = await buildPrograms(root, folder);
  const all = entrantsOf({ root, folder: programs }, options.peers);
  const workloads = workloadsOf(options.scale).filter(({ key }) => isChosen(options.only, { workload: key }));
  const dialects = DIALECTS.filter((dialect) => isChosen(options.only, { dialect }));
  const wanted = all.filter(({ contestant: { title } }) => isChosen(options.only, { contestant: title }));
  const entrants = await installAll(workloads.length > 0 ? wanted : []);
  const parts = [];
  for (const dialect of workloads.length > 0 ? dialects : [])
    parts.push(await runDialect(dialect, { ...surroundings, ...options, programs, entrants, workloads }));
  const starts = isChosen(options.only, STARTS) ? await measureStarts(surroundings, { ...options, dialects }) : {};
  return {
    date: new Date().toISOString(),
    machine: machine(),
    rounds: options.rounds,
    servers: parts.map(({ facts }) => facts),
    contestants: entrants.map(({ facts }) => facts),
    workloads: workloads.map(({ key, title, steps }) => ({ key, title, steps })),
    results: parts.flatMap(({ results }) => results),
    ...starts,
  };
}

function machine(): string {
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${processors.length} × ${processors[0]?.model.trim() ?? "CPU"}, ${memory} GiB, Node.js ${process.versions.node}`;
}
