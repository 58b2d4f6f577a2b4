import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
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

/** A process that waits for its call. */
export interface Child {
  /** Undefined: it was killed before it could answer. */
  ask(call: ChildCall): Promise<ChildAnswer | undefined>;
  signal(name: "SIGKILL" | "SIGSTOP"): void;
}

export interface Children {
  next(): Child;
  close(): void;
}

/** Starts processes ahead, so that nobody waits for the start of one. */
export function createChildren(program: string, ahead: number): Children {
  const waiting: ChildProcess[] = [];
  const all = new Set<ChildProcess>();
  const start = () => {
    const child = spawn(process.execPath, [program], { stdio: ["ignore", "ignore", "ignore", "ipc"] });
    all.add(child);
    child.once("exit", () => all.delete(child));
    return child;
  };
  const end = () => {
    for (const child of all) child.kill("SIGKILL");
  };
  process.once("exit", end);
  return {
    next: () => {
      while (waiting.length <= ahead) waiting.push(start());
      return wrap(waiting.shift() ?? start());
    },
    close: () => {
      end();
      process.off("exit", end);
    },
  };
}

function wrap(child: ChildProcess): Child {
  return {
    ask: async (call) => {
      child.send(call, () => undefined);
      const ended = once(child, "exit").then(([code]) => [code === null ? undefined : crashed(code)]);
      const [answer] = await Promise.race([once(child, "message"), ended]);
      child.kill("SIGKILL");
      return answer as ChildAnswer | undefined;
    },
    signal: (name) => {
      child.kill(name);
    },
  };
}

function crashed(code: number): ChildAnswer {
  return { error: { code: "CRASHED", message: `the process ended by itself with exit code ${code}` } };
}
