import type { Cell } from "./cells";
import { type Chosen, type Ended, hit } from "./hit";
import { INTENT, type Point, pointsIn } from "./points";
import { createRandom, isSome, type Random } from "./random";
import { type References, type Work, withDatabase } from "./reference";
import type { Window, World } from "./world";

/** What became of one run. */
export interface RunEnd extends Cell, Ended {
  readonly seed: number;
  readonly direction: Work["direction"];
  readonly names: readonly string[];
  /** Of the statement that it was in. */
  readonly kind: string;
  readonly place: string;
}

/** A busy machine may be too slow for what was to be hit. */
const TRIES = 3;

/** One run; all that is random in it follows from its seed. */
export function runOnce(world: World, references: References, seed: number): Promise<RunEnd> {
  const { cells } = world;
  const cell = cells[seed % cells.length] ?? { fault: "kill", phase: "connecting" };
  const run = async () => {
    const random = createRandom(seed);
    // Each cell in both, and of each round of them half.
    const round = Math.floor(seed / cells.length);
    const direction = ((seed % cells.length) + round) % 2 === 0 ? "up" : "down";
    const chosen = await choose({ world, references, random }, cell, direction);
    const around = { seed, ...cell, direction, names: chosen.work.window.names } as const;
    const { kind, position, gated } = chosen.point;
    const place = JSON.stringify(gated ?? position);
    const work = { ...chosen.work, tables: gated !== undefined && "write" in gated };
    let end: Ended;
    let tries = 0;
    do {
      end = await withDatabase(world, work, (database) => hit({ world, random, cell, database, ...chosen }));
      tries += 1;
    } while (end.end === "missed" && tries < TRIES);
    return { ...around, kind, place, ...end };
  };
  return cell.fault === "restart" ? world.turns.alone(run) : world.turns.together(run);
}

interface Choosing {
  readonly world: World;
  readonly references: References;
  readonly random: Random;
}

/** An index: a window comes up as often as it has segments, because between them there is the most to go wrong. */
function weighted(windows: readonly Window[], random: Random): number {
  let left = random.below(windows.reduce((sum, { segments }) => sum + segments, 0));
  return windows.findIndex(({ segments }) => {
    left -= segments;
    return left < 0;
  });
}

const DANGEROUS = 0.75;

/** Where a session is lost, mostly inside a statement, or between it and its mark, where recovery has to find out about it. */
function dangerous(points: readonly Point[], { fault }: Cell, random: Random): readonly Point[] {
  const worst = points.filter(({ gated, kind }) => gated && kind !== INTENT);
  const loses = fault === "connection killed" || fault === "restart";
  return loses && worst.length > 0 && random.fraction() < DANGEROUS ? worst : points;
}

/** First the migrations, then what kind of statement, then the place: kinds that are rare come up as often as others. */
async function choose(
  { world, references, random }: Choosing,
  cell: Cell,
  direction: Work["direction"],
): Promise<Chosen> {
  const { windows } = world;
  const first = weighted(windows, random);
  for (let offset = 0; offset < windows.length; offset += 1) {
    const window = windows[(first + offset) % windows.length];
    if (!window) continue;
    const work = { window, direction };
    const reference = await references(work);
    const points = dangerous(pointsIn(reference.points, cell), cell, random);
    const kinds = [...new Set(points.map(({ kind }) => kind))];
    if (!isSome(kinds)) continue;
    const kind = random.pick(kinds);
    const ofKind = points.filter((point) => point.kind === kind);
    if (isSome(ofKind)) return { work, reference, point: random.pick(ofKind) };
  }
  throw new Error(`${cell.fault} in ${cell.phase} can nowhere occur`);
}
