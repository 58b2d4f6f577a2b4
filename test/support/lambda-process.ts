import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Invocation } from "./lambda-function";
import type { LambdaRuntime } from "./lambda-runtime";
import { createRuntimeApi, type RuntimeEvent } from "./lambda-runtime-api";
import type { Subnet } from "./subnet";

export type ProcessEvent =
  | RuntimeEvent
  | { readonly kind: "exit"; readonly reason: string }
  | { readonly kind: "silence" };

export interface LambdaProcess {
  readonly pid: number;
  readonly exited: Promise<unknown>;
  isAlive(): boolean;
  /** What the process did next, in order; `silence` when it did nothing for so long. */
  take(withinMs: number): Promise<ProcessEvent>;
  deliver(invocation: Invocation, context: { readonly deadline: number; readonly arn: string }): void;
  /** 0 when it is dead. */
  peakMemoryMb(): number;
  /** To the whole process group. */
  signal(name: "SIGSTOP" | "SIGCONT" | "SIGKILL"): void;
}

interface Options {
  readonly runtime: LambdaRuntime;
  /** All that it is given; AWS_LAMBDA_RUNTIME_API is added. */
  readonly environment: Readonly<Record<string, string>>;
  readonly taskRoot: string;
  readonly memoryMb: number;
  /** File descriptor for stdout and stderr: a file is written synchronously, so nothing is in flight when it dies. */
  readonly log: number;
  readonly subnet?: Subnet;
  /** A program, with its arguments, that ends by becoming the one that follows them. */
  readonly before?: readonly string[];
}

/** As Lambda, which is written in Go, spells them. */
const SIGNALS: Readonly<Record<string, string>> = {
  SIGABRT: "aborted",
  SIGKILL: "killed",
  SIGSEGV: "segmentation fault",
  SIGTERM: "terminated",
};

/** One process of the runtime, with a Runtime API of its own. It is killed, even frozen, when this process dies. */
export async function startLambdaProcess(options: Options): Promise<LambdaProcess> {
  const queue = createQueue();
  const api = await createRuntimeApi(queue.put, options.subnet?.gateway);
  const child = start(options, api.address);
  const exited = once(child, "exit");
  exited.then(
    () => queue.put({ kind: "exit", reason: reasonOf(child) }),
    (error) => queue.put({ kind: "exit", reason: `Runtime could not be started: ${error}` }),
  );
  const { pid = 0 } = child;
  const ended = exited
    .catch(() => undefined)
    .then(() => {
      api.close();
      endGroup(pid);
    });
  const isAlive = () => pid > 0 && child.exitCode === null && child.signalCode === null;
  return {
    pid,
    exited: ended,
    isAlive,
    take: queue.take,
    deliver: api.deliver,
    peakMemoryMb: () => (isAlive() ? peakMemoryMb(pid) : 0),
    signal: (name) => {
      // The group's number may belong to somebody else once the process was reaped.
      if (isAlive()) process.kill(-pid, name);
    },
  };
}

function start(options: Options, runtimeApi: string): ChildProcess {
  const { runtime, environment, taskRoot, memoryMb, log, subnet, before = [] } = options;
  // Nine tenths of the memory for the heap, as the runtime's own bootstrap has it.
  const node = [runtime.node, "--expose-gc", `--max-old-space-size=${Math.floor(memoryMb * 0.9)}`, runtime.entry];
  const [command = "", ...rest] = [...(subnet?.command ?? []), ...before, "setpriv", "--pdeathsig", "KILL", ...node];
  return spawn(command, rest, {
    cwd: taskRoot,
    env: { ...environment, AWS_LAMBDA_RUNTIME_API: runtimeApi },
    detached: true,
    stdio: ["ignore", log, log],
  });
}

/** The peak of what it held in memory: https://man7.org/linux/man-pages/man5/proc.5.html */
function peakMemoryMb(pid: number): number {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Math.ceil(Number(kilobytes ?? 0) / 1024);
  } catch {
    return 0; // It died meanwhile.
  }
}

/** What the process had started does not outlive it. */
function endGroup(pid: number): void {
  try {
    if (pid > 0) process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function reasonOf({ exitCode, signalCode }: ChildProcess): string {
  if (signalCode) return `Runtime exited with error: signal: ${SIGNALS[signalCode] ?? signalCode}`;
  return exitCode === 0
    ? "Runtime exited without providing a reason"
    : `Runtime exited with error: exit status ${exitCode}`;
}

function createQueue() {
  const events: ProcessEvent[] = [];
  let taker: ((event: ProcessEvent) => void) | undefined;
  return {
    put(event: ProcessEvent): void {
      if (taker) taker(event);
      else events.push(event);
    },
    take(withinMs: number): Promise<ProcessEvent> {
      const event = events.shift();
      if (event) return Promise.resolve(event);
      return new Promise((resolve) => {
        const timer = setTimeout(() => taker?.({ kind: "silence" }), Math.max(0, withinMs));
        taker = (taken) => {
          clearTimeout(timer);
          taker = undefined;
          resolve(taken);
        };
      });
    },
  };
}
