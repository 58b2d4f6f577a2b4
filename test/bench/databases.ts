import { createHash } from "node:crypto";
import { RAW } from "./contestants/baselines";
import type { Entrant } from "./entrants";
import { PREFIX } from "./server";
import type { Workload } from "./workloads";

/** Where one contestant does one workload. */
export interface Databases {
  readonly names: readonly string[];
  /** Others find them too, in this workload or in another, so they are not dropped with the stage. */
  readonly shared: boolean;
}

/** A program of Node.js for each takes its time, and what one of them takes is known from fewer. */
const PART = 10;

export function databasesOf(entrant: Entrant, workload: Workload): Databases {
  const { before, databases } = workload;
  const shared = entrant.kind !== "peer" ? before === "kept" || databases > 1 : before === "empty" && databases > 1;
  const part = entrant.kind === "ours" || entrant.contestant.title === RAW ? 1 : PART;
  const count = databases > 1 ? Math.max(2, Math.ceil(databases / part)) : 1;
  const group = shared ? sharedBy(workload) : `${workload.key} ${entrant.contestant.title}`;
  // Names of the same length: they are sent, and what is sent is counted.
  const own = `${PREFIX}${createHash("sha256").update(group).digest("hex").slice(0, 8)}_`;
  return { names: Array.from({ length: count }, (_, index) => `${own}${index + 1}`), shared };
}

/** The journal that the function has written is the command line's too, and what keeps none cares for nothing that it finds. */
function sharedBy({ databases, migrations }: Workload): string {
  return databases > 1 ? "many" : `${migrations.length} ${migrations[0]?.name}`;
}
