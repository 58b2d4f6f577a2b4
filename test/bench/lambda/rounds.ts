import { availableParallelism } from "node:os";
import { median } from "../report/figures";
import { createCpuLimit } from "./cpu-limit";
import type { Cpu, Figures, Spread } from "./result";
import { measureStart, type Place, type Start, type Subject } from "./start";

/** Part of the machine that measured processes may take at a time, where each is held to less than one CPU. */
const OCCUPIED = 0.3;

/** Fresh processes of all subjects in turns, so that what disturbs the machine disturbs all of them alike. */
export async function measureAll(
  subjects: readonly Subject[],
  cpu: Cpu,
  { processes, ...place }: Place & { readonly processes: number },
): Promise<readonly Figures[]> {
  const starts = new Map<Subject, Start[]>(subjects.map((subject) => [subject, []]));
  const rounds = Array.from({ length: processes }, (_, round) => round);
  const lane = async () => {
    const limit = createCpuLimit(cpu.share);
    try {
      for (let round = rounds.shift(); round !== undefined; round = rounds.shift())
        for (const subject of turned(subjects, round)) {
          const start = await measureStart(subject, { ...place, cpu, limit });
          Object.assign(starts.get(subject) ?? [], { [round]: start });
        }
    } finally {
      limit.remove();
    }
  };
  const lanes = cpu.init === "full" ? 1 : Math.max(1, Math.floor((availableParallelism() * OCCUPIED) / cpu.share));
  await Promise.all(Array.from({ length: lanes }, lane));
  const original = subjects.find(({ kind }) => kind === "original");
  return subjects.map((subject) => {
    const own = starts.get(subject) ?? [];
    const theirs = original && original !== subject ? starts.get(original) : undefined;
    return { ...figuresOf(subject, cpu, own), ...(theirs && { toOriginal: compared(own, theirs) }) };
  });
}

/** Each round begins with another one: nobody always comes after the same neighbour's cache. */
function turned(subjects: readonly Subject[], round: number): readonly Subject[] {
  const at = round % subjects.length;
  return [...subjects.slice(at), ...subjects.slice(0, at)];
}

function figuresOf({ kind, title, dialect }: Subject, cpu: Cpu, starts: readonly Start[]): Figures {
  const of = (value: (start: Start) => number) => spreadOf(starts.map(value));
  return {
    kind,
    title,
    dialect,
    cpu,
    processes: starts.length,
    init: of(({ init }) => init),
    first: of(({ first }) => first),
    start: of(({ init, first }) => init + first),
    warm: of(({ warm }) => warm),
    cpuTime: of(({ cpuTime }) => cpuTime),
    resident: of(({ resident }) => resident),
    peak: of(({ peak }) => peak),
  };
}

function compared(own: readonly Start[], theirs: readonly Start[]) {
  const ratios = (value: (start: Start) => number) =>
    spreadOf(theirs.flatMap((their, round) => (own[round] ? [value(own[round]) / value(their)] : [])));
  return { start: ratios(({ init, first }) => init + first), cpuTime: ratios(({ cpuTime }) => cpuTime) };
}

function spreadOf(values: readonly number[]): Spread {
  return { median: median(values) ?? Number.NaN, min: Math.min(...values), max: Math.max(...values) };
}
