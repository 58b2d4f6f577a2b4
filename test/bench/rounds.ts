import { databasesOf } from "./databases";
import type { Installed } from "./entrants";
import { type Progress, startProgress } from "./progress";
import { reasonOf } from "./reason";
import type { Kind, Mode, Result, Sample } from "./results";
import { type Bench, openStage, type Stage } from "./stage";
import type { Workload } from "./workloads";

export interface Plan {
  readonly workload: Workload;
  readonly entrants: readonly Installed[];
  readonly rounds: number;
  /** A peer that has been at it for so long in one mode, what is prepared included, begins no more rounds. */
  readonly budgetMs: number;
}

const MODES: readonly Mode[] = ["direct", "delayed"];

/** What everything is compared with, and what this is about, is measured more often. */
const SHARES = { ours: 3, baseline: 3, peer: 1 } as const;

interface Lane {
  readonly kind: Kind;
  readonly spentMs: Record<Mode, number>;
  readonly title: string;
  readonly steps: number | undefined;
  readonly stage: Stage | undefined;
  readonly samples: Readonly<Record<Mode, Sample[]>>;
  failure: string | undefined;
}

/** All contestants in turn, again and again, so that what changes on the machine hits all of them. */
export async function runRounds(bench: Bench, plan: Plan): Promise<readonly Result[]> {
  const { workload, entrants } = plan;
  const { dialect } = bench.server;
  const date = new Date().toISOString();
  const progress = startProgress(`${dialect}, ${workload.title}: ${entrants.length} contestants`);
  try {
    const lanes: Lane[] = [];
    for (const entrant of entrants) {
      progress.at(`${entrant.contestant.title}, being prepared`);
      lanes.push(await openLane(bench, entrant, workload));
    }
    progress.done("prepared");
    await runAll(lanes, plan, progress);
    for (const { stage } of lanes) await stage?.clear();
    progress.done("cleared away");
    return lanes.map((lane) => resultOf(lane, { dialect, workload: workload.key, date }));
  } finally {
    progress.end();
  }
}

async function runAll(lanes: readonly Lane[], { workload, rounds, budgetMs }: Plan, progress: Progress): Promise<void> {
  for (let round = 0; round < Math.min(rounds, workload.rounds ?? rounds); round++)
    for (const mode of workload.modes ?? MODES) {
      for (const lane of lanes) {
        progress.at(lane.title);
        await turn(lane, { mode, round, budgetMs });
      }
      progress.done(`round ${round + 1}, ${mode}`);
    }
}

function resultOf({ title, samples, steps, failure }: Lane, place: Place): Result {
  return {
    ...place,
    contestant: title,
    ...samples,
    ...(steps !== undefined && { steps }),
    ...(failure !== undefined && { failure }),
  };
}

type Place = Pick<Result, "dialect" | "workload" | "date">;

async function openLane(bench: Bench, entrant: Installed, workload: Workload): Promise<Lane> {
  const { title } = entrant.contestant;
  const lane = {
    title,
    kind: entrant.kind,
    spentMs: { direct: 0, delayed: 0 },
    steps: workload.each ? databasesOf(entrant, workload).names.length : undefined,
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
