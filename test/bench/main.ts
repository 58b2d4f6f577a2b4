import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import type { DialectName } from "../../lib/migration";
import { runDialect, type Surroundings } from "./dialect";
import { entrantsOf, installAll } from "./entrants";
import { isChosen, type Options, readOptions, USAGE } from "./options";
import { buildPrograms } from "./programs";
import { readResults, saveResults, type Writing, writeReport } from "./report/files";
import { combined, type Result, type Results, type ServerFacts } from "./results";
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
  const { out, write } = options;
  const writing = { out, to: write === "scratch" ? out : join(root, "docs") };
  const before = write === "report" || write === "update" ? await readResults(out) : undefined;
  if (write !== "report")
    return await report({ ...writing, results: await measureAll(surroundings, { ...options, writing, before }) });
  if (!before) throw new Error(`${out} has no results: npm run bench`);
  return await report({ ...writing, results: before });
}

async function report(writing: Writing): Promise<number> {
  console.log(await writeReport(writing));
  const { contestants, results, startsFailure } = writing.results;
  const own = contestants.filter(({ kind }) => kind === "ours").map(({ title }) => title);
  const failed = results.filter(({ contestant, failure }) => failure !== undefined && own.includes(contestant));
  for (const { dialect, workload, contestant, failure } of failed)
    console.error(`${contestant}, ${workload}, ${dialect}: ${failure}`);
  if (startsFailure !== undefined) console.error(`How functions start: ${startsFailure}`);
  return failed.length > 0 || startsFailure !== undefined ? 1 : 0;
}

interface Task extends Options {
  readonly writing: Omit<Writing, "results">;
  /** What it takes the place of, as far as it is measured. */
  readonly before: Results | undefined;
}

/** What was measured is saved after each workload: hours of it should not be lost with the last one. */
async function measureAll(surroundings: Surroundings, task: Task): Promise<Results> {
  const { root, folder } = surroundings;
  const programs = await buildPrograms(root, folder);
  const all = entrantsOf({ root, folder: programs }, task.peers);
  const workloads = workloadsOf(task.scale).filter(({ key }) => isChosen(task.only, { workload: key }));
  const dialects = DIALECTS.filter((dialect) => isChosen(task.only, { dialect }));
  const starting = isChosen(task.only, STARTS);
  const wanted = all.filter(({ contestant: { title } }) => isChosen(task.only, { contestant: title }));
  if (dialects.length === 0 || (!starting && (wanted.length === 0 || workloads.length === 0)))
    throw new Error(`--only: nothing is called so. Workloads: ${STARTS.workload}, ${keysOf(task).join(", ")}`);
  const entrants = await installAll(workloads.length > 0 ? wanted : []);
  const nothing = {
    machine: machine(),
    servers: [],
    contestants: entrants.map(({ facts }) => facts),
    workloads: workloads.map(({ key, title, steps }) => ({ key, title, steps })),
    results: [],
  };
  let results = task.before ? combined(task.before, nothing) : nothing;
  const keep = async (facts: ServerFacts, measured: readonly Result[]) => {
    results = combined(results, { ...nothing, servers: [facts], results: measured });
    await saveResults({ ...task.writing, results });
  };
  for (const dialect of workloads.length > 0 ? dialects : [])
    await runDialect(dialect, { ...surroundings, ...task, programs, entrants, workloads, keep });
  if (!starting) return results;
  const { starts, startsFailure } = await measureStarts(surroundings, { ...task, dialects });
  return { ...results, starts, startsFailure };
}

function keysOf({ scale }: Options): readonly string[] {
  return workloadsOf(scale).map(({ key }) => key);
}

function machine(): string {
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${processors.length} × ${processors[0]?.model.trim() ?? "CPU"}, ${memory} GiB, Node.js ${process.versions.node}`;
}
