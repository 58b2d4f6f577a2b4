import type { Installed } from "./entrants";
import { reasonOf } from "./reason";
import type { Kind, Result, Sample } from "./results";
import { type Bench, type Mode, openStage, type Stage } from "./stage";
import type { Workload } from "./workloads";

export interface Plan {
  readonly workload: Workload;
  readonly entrants: readonly Installed[];
  readonly rounds: number;
  /** A peer that has been at it for so long in one mode, what is prepared included, begins no more rounds. */
  readonly budgetMs: number;
}

/** What everything is compared with, and what this is about, is measured more often. */
const SHARES = { ours: 3, baseline: 3, peer: 1 } as const;

interface Lane {
  readonly kind: Kind;
  readonly spentMs: Record<Mode, number>;
  readonly title: string;
  readonly stage: Stage | undefined;
  readonly samples: Readonly<Record<Mode, Sample[]>>;
  failure: string | undefined;
}

const MODES: readonly Mode[] = ["direct", "delayed"];

/** All contestants in turn, again and again, so that what changes on the machine hits all of them. */
export async function runRounds(bench: Bench, plan: Plan): Promise<readonly Result[]> {
  const { workload, rounds } = plan;
  const date = new Date().toISOString();
  const lanes: Lane[] = [];
  for (const entrant of plan.entrants) lanes.push(await openLane(bench, entrant, workload));
  for (let round = 0; round < rounds; round++)
    for (const mode of MODES) for (const lane of lanes) await turn(lane, { mode, round, budgetMs: plan.budgetMs });
  for (const { stage } of lanes) await stage?.clear();
  return lanes.map(({ title, samples, failure }) => ({
    dialect: bench.server.dialect,
    workload: workload.key,
    contestant: title,
    date,
    ...samples,
    ...(failure !== undefined && { failure }),
  }));
}

async function openLane(bench: Bench, entrant: Installed, workload: Workload): Promise<Lane> {
  const { title } = entrant.contestant;
  const lane = {
    title,
    kind: entrant.kind,
    spentMs: { direct: 0, delayed: 0 },
    stage: undefined,
    samples: { direct: [], delayed: [] },
  };
  if (entrant.missing !== undefined) return { ...lane, failure: entrant.missing };
  try {
    return { ...lane, stage: await openStage(bench, entrant, workload), failure: undefined };
  } catch (error) {
    return { ...lane, failure: reasonOf(error) };
  }
}

async function turn(lane: Lane, { mode, round, budgetMs }: Turn): Promise<void> {
  const { stage, failure, samples, spentMs } = lane;
  if (!stage || failure !== undefined || spentMs[mode] > budgetMs * SHARES[lane.kind]) return;
  const begun = performance.now();
  try {
    samples[mode].push(await stage.run(mode, round));
    spentMs[mode] += performance.now() - begun;
  } catch (error) {
    lane.failure = reasonOf(error);
  }
}

interface Turn {
  readonly mode: Mode;
  readonly round: number;
  readonly budgetMs: number;
}
