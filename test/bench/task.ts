import { statfsSync } from "node:fs";
import type { DialectName } from "../../lib/migration";
import type { Surroundings } from "./dialect";
import { type Entrant, entrantsOf } from "./entrants";
import { isChosen, type Options } from "./options";
import { programsIn } from "./programs";
import { STARTS } from "./starts";
import { type Workload, workloadsOf } from "./workloads";

/** What is to be measured. */
export interface Task extends Options {
  readonly dialects: readonly DialectName[];
  readonly workloads: readonly Workload[];
  readonly entrants: readonly Entrant[];
  /** How functions start. */
  readonly starts: "measured" | "left out";
}

const DIALECTS: readonly DialectName[] = ["mysql", "postgres"];
/** An empty one of PostgreSQL has 8 MB; what is written of it, and the other contestants' own. */
const DATABASE_BYTES = 16e6;

/** @throws Error that says what cannot be had of what the options ask for */
export function taskOf({ root, folder }: Surroundings, options: Options): Task {
  const { only, scale, peers } = options;
  const everything = workloadsOf(scale);
  const workloads = everything.filter(({ key }) => isChosen(only, { workload: key }));
  const dialects = DIALECTS.filter((dialect) => isChosen(only, { dialect }));
  const all = entrantsOf({ root, folder: programsIn(folder) }, peers);
  const entrants = all.filter(({ contestant: { title } }) => isChosen(only, { contestant: title }));
  const starts = isChosen(only, STARTS) ? "measured" : "left out";
  if (dialects.length === 0 || (starts === "left out" && (entrants.length === 0 || workloads.length === 0))) {
    const keys = everything.map(({ key }) => key);
    throw new Error(`--only: nothing is called so. Workloads: ${STARTS.workload}, ${keys.join(", ")}`);
  }
  requireSpace(root, Math.max(0, ...workloads.map(({ databases }) => databases)));
  return { ...options, dialects, workloads, entrants, starts };
}

function requireSpace(root: string, databases: number): void {
  const { bavail, bsize } = statfsSync(root);
  const [wanted, free] = [databases * DATABASE_BYTES, bavail * bsize];
  if (wanted > free)
    throw new Error(
      `${databases} databases may take ${gigabytes(wanted)}, and the disk of ${root} has ${gigabytes(free)}: ask for fewer`,
    );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
