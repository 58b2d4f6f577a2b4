import { type ChildProcess, spawn } from "node:child_process";
import type { Call, Command } from "../../lib/command";
import type { Report } from "../../lib/report";

/** What a child is asked to do. */
export interface ChildCall {
  readonly url: string;
  /** Of the migrations that it was built with, those that there are. */
  readonly names: readonly string[];
  readonly command: Command;
  readonly call: Call;
}

export type ChildAnswer =
  | { readonly report: Report }
  | { readonly error: { readonly code: string; readonly message: string } };

/** A process that stands for one container. */
export interface Child {
  /** Undefined: it was killed before it could answer. */
  ask(call: ChildCall): Promise<ChildAnswer | undefined>;
  signal(name: "SIGKILL" | "SIGSTOP"): void;
}

export interface Children {
  /** A new one, for something to happen to; it ends with its call. */
  fresh(): Child;
  /** One to which nothing happens. It may have answered others, as a container of a Lambda has. */
  calm(): Child;
  close(): void;
}

export interface ChildrenOptions {
  readonly program: string;
  /** For temporary files: those of a process that is killed stay. */
  readonly folder: string;
  /** How many are started ahead, so that nobody waits for the start of one. */
  readonly ahead: number;
}

export function createChildren({ program, folder, ahead }: ChildrenOptions): Children {
  const waiting: ChildProcess[] = [];
  const idle: ChildProcess[] = [];
  const all = new Set<ChildProcess>();
  const start = () => {
    const env = { ...process.env, TMPDIR: folder };
    const child = spawn(process.execPath, [program], { env, stdio: ["ignore", "ignore", "ignore", "ipc"] });
    all.add(child);
    child.once("exit", () => all.delete(child));
    return child;
  };
  const next = () => {
    while (waiting.length <= ahead) waiting.push(start());
    return waiting.shift() ?? start();
  };
  const end = () => {
    for (const child of all) child.kill("SIGKILL");
  };
  process.once("exit", end);
  return {
    fresh: () => wrap(next(), (child) => child.kill("SIGKILL")),
    calm: () => wrap(idle.pop() ?? next(), (child) => idle.push(child)),
    close: () => {
      end();
      process.off("exit", end);
    },
  };
}

function wrap(child: ChildProcess, afterwards: (child: ChildProcess) => void): Child {
  return {
    ask: (call) =>
      new Promise((resolve) => {
        const ended = (code: number | null) => resolve(code === null ? undefined : crashed(code));
        child.once("exit", ended);
        child.once("message", (answer) => {
          child.off("exit", ended);
          afterwards(child);
          resolve(answer as ChildAnswer);
        });
        child.send(call, () => undefined);
      }),
    signal: (name) => {
      child.kill(name);
    },
  };
}

function crashed(code: number): ChildAnswer {
  return { error: { code: "CRASHED", message: `the process ended by itself with exit code ${code}` } };
}
