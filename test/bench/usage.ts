import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import type { Program } from "./contestant";
import { cpuOfEnded, peakMemoryOf } from "./processes";

/** What programs cost that were run one after the other. */
export interface Usage {
  readonly wallMs: number;
  /** Of the programs and all that they started and waited for; to 10. Undefined where there is no /proc. */
  readonly cpuMs?: number | undefined;
  /** Of the largest process. */
  readonly memoryBytes: number;
  /** Of the calls alone; undefined unless all of the programs tell. */
  readonly callMs?: number | undefined;
}

const POLL_MS = 20;
/** A program that hangs is a failed row. */
const LONG_MS = 600_000;

/** @param log a file for what they print @throws Error with the end of that when one of them fails */
export async function runPrograms(programs: readonly Program[], log: string): Promise<Usage> {
  const before = cpuOfEnded();
  const costs: Cost[] = [];
  const begun = performance.now();
  for (const program of programs) costs.push(await runOne(program, log));
  const wallMs = performance.now() - begun;
  const after = cpuOfEnded();
  return {
    wallMs,
    callMs: costs.reduce<number | undefined>((sum, { callMs }) => plus(sum, callMs), 0),
    memoryBytes: Math.max(...costs.map((cost) => cost.memoryBytes)),
    cpuMs: before === undefined || after === undefined ? undefined : after - before,
  };
}

type Cost = Pick<Usage, "callMs" | "memoryBytes">;

function plus(sum: number | undefined, more: number | undefined): number | undefined {
  return sum === undefined || more === undefined ? undefined : sum + more;
}

async function runOne({ file, args, env, cwd, input }: Program, log: string): Promise<Cost> {
  const output = openSync(log, "w", 0o600);
  const source = input === undefined ? "ignore" : openSync(input, "r");
  try {
    const child = spawn(file, args, {
      cwd,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
      stdio: [source, output, output],
      timeout: LONG_MS,
      killSignal: "SIGKILL",
    });
    const memory = watchMemory(child.pid);
    const code = await endOf(child).finally(memory.stop);
    if (code !== 0) throw new Error(reasonIn(log, code));
    return { memoryBytes: memory.peak(), callMs: toldIn(log) };
  } finally {
    closeSync(output);
    if (typeof source === "number") closeSync(source);
  }
}

/** It does not outlive this process. @returns its exit code, or the signal that ended it */
async function endOf(child: ChildProcess): Promise<number | string> {
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  try {
    const [code, signal] = await once(child, "exit");
    return code ?? signal;
  } finally {
    process.off("exit", kill);
  }
}

function watchMemory(pid: number | undefined): { readonly peak: () => number; readonly stop: () => void } {
  let peak = 0;
  const look = () => {
    if (pid !== undefined) peak = Math.max(peak, peakMemoryOf(pid));
  };
  // What ends sooner is looked at as well.
  const early = setTimeout(look, 2);
  const timer = setInterval(look, POLL_MS);
  return {
    peak: () => peak,
    stop: () => {
      clearTimeout(early);
      clearInterval(timer);
    },
  };
}

/** What the programs of `programs/` print at their end. */
function toldIn(log: string): number | undefined {
  const told = /^call: (\d+(?:\.\d+)?) ms$/m.exec(readFileSync(log, "utf8"))?.[1];
  return told === undefined ? undefined : Number(told);
}

/** The line that says most. */
function reasonIn(log: string, code: number | string): string {
  const lines = readFileSync(log, "utf8")
    .split("\n")
    .map((line) => line.trim());
  const telling = lines.find((line) => /error|fail|cannot|denied/i.test(line)) ?? lines.findLast(Boolean) ?? "";
  return `ended with ${code}: ${telling}`;
}
