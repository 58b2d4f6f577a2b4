import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Holds the process that is under it to a share of one CPU. One process at a time. */
export interface CpuLimit {
  /** How this is done, for people. */
  readonly means: string;
  /** Begins a command line whose program is to be under it from the start. */
  readonly before: readonly string[];
  /** Puts a process under it that runs already, or was begun so. */
  admit(pid: number): void;
  /** When that process has ended. */
  dismiss(): void;
  remove(): void;
}

/** Microseconds. A long one would let a short program through before it is first held up. */
const PERIOD = 20_000;
const V1 = "/sys/fs/cgroup/cpu";
const V2 = "/sys/fs/cgroup";
const WRAPPER = 'echo $$ > "$0" && exec "$@"';

let made = 0;

/** @param share of one CPU; from 1 on, nothing is limited but the number of CPUs */
export function createCpuLimit(share: number): CpuLimit {
  const name = `migration-lambda-${process.pid}-${++made}`;
  const quota = String(Math.round(share * PERIOD));
  return (
    inGroup(join(V1, name), "cgroup v1, cpu.cfs_quota_us", {
      "cpu.cfs_period_us": String(PERIOD),
      "cpu.cfs_quota_us": quota,
    }) ??
    inGroup(join(V2, name), "cgroup v2, cpu.max", { "cpu.max": `${quota} ${PERIOD}` }) ??
    inTurns(share)
  );
}

/** Undefined where no such group can be made: by somebody who is not root, or where the other version is in use. */
function inGroup(folder: string, means: string, values: Readonly<Record<string, string>>): CpuLimit | undefined {
  const members = join(folder, "cgroup.procs");
  if (!existsSync(join(folder, "..", "cgroup.procs"))) return undefined;
  try {
    mkdirSync(folder);
  } catch {
    return undefined;
  }
  const remove = () => {
    process.off("exit", remove);
    // A process that has just ended may still be counted; an empty group that stays disturbs nobody.
    if (existsSync(folder) && readFileSync(members, "utf8") === "") rmdirSync(folder);
  };
  process.once("exit", remove);
  try {
    for (const [file, value] of Object.entries(values)) writeFileSync(join(folder, file), value);
  } catch {
    remove();
    return undefined;
  }
  const admit = (pid: number) => unlessGone(pid, () => writeFileSync(members, String(pid)));
  return { means, before: ["sh", "-c", WRAPPER, members], admit, dismiss: () => undefined, remove };
}

/** Stops and continues it in turns: coarse, for a timer of this process is at work, but it needs no privileges. */
function inTurns(share: number): CpuLimit {
  let timer: NodeJS.Timeout | undefined;
  const dismiss = () => clearTimeout(timer);
  const turn = (pid: number, state: "runs" | "stopped") => {
    const part = state === "runs" ? share : 1 - share;
    unlessGone(pid, () => process.kill(pid, state === "runs" ? "SIGCONT" : "SIGSTOP"));
    timer = setTimeout(turn, (part * PERIOD) / 1000, pid, state === "runs" ? "stopped" : "runs");
  };
  return {
    means: "SIGSTOP and SIGCONT in turns",
    before: [],
    admit: (pid) => {
      if (share < 1) turn(pid, "runs");
    },
    dismiss,
    remove: dismiss,
  };
}

/** Whoever waits for a process that has ended says so better. What never began has 0, which would mean this process itself. */
function unlessGone(pid: number, act: () => void): void {
  if (pid === 0) return;
  try {
    act();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
