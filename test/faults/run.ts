import { CELLS, type Cell } from "./cells";
import { type Chosen, type Ended, hit } from "./hit";
import { pointsIn } from "./points";
import { createRandom, isSome, type Random } from "./random";
import { type References, type Work, withDatabase } from "./reference";
import type { World } from "./world";

/** What became of one run. */
export interface RunEnd extends Cell, Ended {
  readonly seed: number;
  readonly direction: Work["direction"];
  readonly names: readonly string[];
  /** Of the statement that it was in. */
  readonly kind: string;
  readonly place: string;
}

/** One run; all that is random in it follows from its seed. */
export function runOnce(world: World, references: References, seed: number): Promise<RunEnd> {
  const cell = CELLS[seed % CELLS.length] ?? { fault: "kill", phase: "connecting" };
  const run = async () => {
    const random = createRandom(seed);
    // Each cell in both, and of each round of them half.
    const round = Math.floor(seed / CELLS.length);
    const direction = ((seed % CELLS.length) + round) % 2 === 0 ? "up" : "down";
    const chosen = await choose({ world, references, random }, cell, direction);
    const around = { seed, ...cell, direction, names: chosen.work.window.names } as const;
    const { kind, position, effect } = chosen.point;
    const place = effect ?? JSON.stringify(position);
    const end = await withDatabase(world, chosen.work, (database) => hit({ world, random, cell, database, ...chosen }));
    return { ...around, kind, place, ...end };
  };
  return cell.fault === "restart" ? world.turns.alone(run) : world.turns.together(run);
}

interface Choosing {
  readonly world: World;
  readonly references: References;
  readonly random: Random;
}

/** First the migrations, then what kind of statement, then the place: kinds that are rare come up as often as others. */
async function choose(
  { world, references, random }: Choosing,
  cell: Cell,
  direction: Work["direction"],
): Promise<Chosen> {
  const { windows } = world;
  const first = random.below(windows.length);
  for (let offset = 0; offset < windows.length; offset += 1) {
    const window = windows[(first + offset) % windows.length];
    if (!window) continue;
    const work = { window, direction };
    const reference = await references(work);
    const points = pointsIn(reference.points, cell);
    const kinds = [...new Set(points.map(({ kind }) => kind))];
    if (!isSome(kinds)) continue;
    const kind = random.pick(kinds);
    const ofKind = points.filter((point) => point.kind === kind);
    if (isSome(ofKind)) return { work, reference, point: random.pick(ofKind) };
  }
  throw new Error(`${cell.fault} in ${cell.phase} can nowhere occur`);
}
