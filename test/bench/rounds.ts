import type { Installed } from "./entrants";
import { reasonOf } from "./reason";
import type { Result, Sample } from "./results";
import { type Bench, type Mode, openStage, type Stage } from "./stage";
import type { Workload } from "./workloads";

export interface Plan {
  readonly workload: Workload;
  readonly entrants: readonly Installed[];
  readonly rounds: number;
  /** A contestant whose runs of one mode have taken so long begins no more of them. */
  readonly budgetMs: number;
}

interface Lane {
  readonly title: string;
  readonly stage: Stage | undefined;
  readonly samples: Readonly<Record<Mode, Sample[]>>;
  failure: string | undefined;
}

const MODES: readonly Mode[] = ["direct", "delayed"];

/** All contestants in turn, again and again, so that what changes on the machine hits all of them. */
export async function runRounds(bench: Bench, plan: Plan): Promise<readonly Result[]> {
  const { workload, rounds } = plan;
  const lanes: Lane[] = [];
  for (const entrant of plan.entrants) lanes.push(await openLane(bench, entrant, workload));
  for (let round = 0; round < rounds; round++)
    for (const mode of MODES) for (const lane of lanes) await turn(lane, { mode, round, budgetMs: plan.budgetMs });
  for (const { stage } of lanes) await stage?.clear();
  return lanes.map(({ title, samples, failure }) => ({
    dialect: bench.server.dialect,
    workload: workload.key,
    contestant: title,
    ...samples,
    ...(failure !== undefined && { failure }),
  }));
}

async function openLane(bench: Bench, entrant: Installed, workload: Workload): Promise<Lane> {
  const { title } = entrant.contestant;
  const lane = { title, stage: undefined, samples: { direct: [], delayed: [] } };
  if (entrant.missing !== undefined) return { ...lane, failure: entrant.missing };
  try {
    return { ...lane, stage: await openStage(bench, entrant, workload), failure: undefined };
  } catch (error) {
    return { ...lane, failure: reasonOf(error) };
  }
}

async function turn(lane: Lane, { mode, round, budgetMs }: Turn): Promise<void> {
  const samples = lane.samples[mode];
  const spent = samples.reduce((sum, { wallMs }) => sum + wallMs, 0);
  if (!lane.stage || lane.failure !== undefined || spent > budgetMs) return;
  try {
    samples.push(await lane.stage.run(mode, round));
  } catch (error) {
    lane.failure = reasonOf(error);
  }
}

interface Turn {
  readonly mode: Mode;
  readonly round: number;
  readonly budgetMs: number;
}
