import { readFileSync } from "node:fs";

/** Linux counts time for programs in hundredths of a second, whatever its own clock. */
const TICK_MS = 10;

/** What programs have used that this process started and that have ended, with theirs. @returns milliseconds, to 10; undefined where there is no /proc */
export function cpuOfEnded(): number | undefined {
  return ticksOf("self", [16, 17]);
}

/** What a process has used, with its children, those that are there still among them. @returns as `cpuOfEnded` */
export function cpuOf(pid: number): number | undefined {
  const own = ticksOf(pid, [14, 15, 16, 17]);
  const living = childrenOf(pid).map((child) => ticksOf(child, [14, 15]) ?? 0);
  return own === undefined ? undefined : living.reduce((sum, child) => sum + child, own);
}

/** @returns bytes: the most that any one process of the tree has had resident so far; 0 where that cannot be told */
export function peakMemoryOf(pid: number): number {
  return Math.max(highWaterOf(pid), ...childrenOf(pid).map((child) => peakMemoryOf(child)));
}

/** @param fields as proc_pid_stat(5) numbers them @returns milliseconds */
function ticksOf(pid: number | "self", fields: readonly number[]): number | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name of the program, in parentheses, may hold anything. What follows begins with field 3.
  const found = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields.reduce((sum, field) => sum + Number(found[field - 3]), 0) * TICK_MS;
}

function highWaterOf(pid: number): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? "")?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

function childrenOf(pid: number): readonly number[] {
  return (read(`/proc/${pid}/task/${pid}/children`) ?? "").split(" ").filter(Boolean).map(Number);
}

/** A process may be gone at any moment. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
