import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { runDialect, type Surroundings } from "./dialect";
import { installAll } from "./entrants";
import { readOptions, USAGE } from "./options";
import { buildPrograms } from "./programs";
import { readResults, saveResults, type Writing, writeReport } from "./report/files";
import { combined, type Result, type Results, type ServerFacts, type WorkloadFacts } from "./results";
import { measureStarts } from "./starts";
import { type Task, taskOf } from "./task";
import type { Workload } from "./workloads";

/** @returns the exit code: 1 when one of this project's own runs failed, 2 when it was asked for what it cannot do */
export async function main(surroundings: Surroundings, args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    console.log(USAGE);
    return 0;
  }
  const asked = await understand(surroundings, args);
  if ("refusal" in asked) {
    console.error(`${asked.refusal}\nnpm run bench -- --help lists the options.`);
    return 2;
  }
  const { writing, task, before } = asked;
  const results = task ? await measureAll(surroundings, { ...task, writing, before }) : before;
  return results ? await report({ ...writing, results }) : 1;
}

interface Asked {
  readonly writing: Omit<Writing, "results">;
  /** Undefined where nothing is to be measured. */
  readonly task: Task | undefined;
  /** What it takes the place of, as far as it is measured. */
  readonly before: Results | undefined;
}

/** Before anything is begun. */
async function understand(
  surroundings: Surroundings,
  args: readonly string[],
): Promise<Asked | { readonly refusal: string }> {
  try {
    const options = readOptions(args);
    const { out, write } = options;
    const before = write === "report" || write === "update" ? await readResults(out) : undefined;
    if (write === "report" && !before) throw new Error(`${out} has no results: npm run bench`);
    const writing = { out, to: write === "scratch" ? out : join(surroundings.root, "docs") };
    return { writing, before, task: write === "report" ? undefined : taskOf(surroundings, options) };
  } catch (error) {
    return { refusal: error instanceof Error ? error.message : String(error) };
  }
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

/** What was measured is saved after each workload: hours of it should not be lost with the last one. */
async function measureAll(
  surroundings: Surroundings,
  task: Task & Pick<Asked, "writing" | "before">,
): Promise<Results> {
  const { root, folder } = surroundings;
  const { workloads, dialects } = task;
  const programs = await buildPrograms(root, folder);
  const entrants = await installAll(workloads.length > 0 ? task.entrants : []);
  const nothing = {
    machine: machine(),
    servers: [],
    contestants: entrants.map(({ facts }) => facts),
    workloads: workloads.map(factsOf),
    results: [],
  };
  let results = task.before ? combined(task.before, nothing) : nothing;
  const keep = async (facts: ServerFacts, measured: readonly Result[]) => {
    results = combined(results, { ...nothing, servers: [facts], results: measured });
    await saveResults({ ...task.writing, results });
  };
  for (const dialect of workloads.length > 0 ? dialects : [])
    await runDialect(dialect, { ...surroundings, ...task, programs, entrants, keep });
  if (task.starts === "left out") return results;
  const { starts, startsFailure } = await measureStarts(surroundings, task);
  return { ...results, starts, startsFailure };
}

function factsOf({ key, title, steps, each }: Workload): WorkloadFacts {
  return { key, title, steps, ...(each && { each }) };
}

function machine(): string {
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${processors.length} × ${processors[0]?.model.trim() ?? "CPU"}, ${memory} GiB, Node.js ${process.versions.node}`;
}
