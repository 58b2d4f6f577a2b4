import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";

export interface Asked {
  /** `help` is what a person would type; not every tool has it. */
  readonly action: "migrate" | "rollback" | "help";
  readonly url: string;
}

/** Names of what was done, or the code of an error, else its words. */
export type Answer = { readonly done: readonly string[] } | { readonly error: string };

/** A process that stands for one container. It may be called again, as a warm one is. */
export interface Container {
  /** Undefined: it was killed before it could answer. */
  ask(asked: Asked): Promise<Answer | undefined>;
  kill(): Promise<void>;
}

export interface ContainerStart {
  /** The program and its arguments. */
  readonly program: readonly string[];
  /** Its own /tmp. */
  readonly folder: string;
  /** For the program. */
  readonly env: Readonly<Record<string, string>>;
}

export function startContainer({ program, folder, env }: ContainerStart): Container {
  mkdirSync(folder, { recursive: true });
  const child = spawn(process.execPath, program, {
    env: { ...process.env, TMPDIR: folder, ...env },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ended = new Promise<undefined>((resolve) => child.once("exit", () => resolve(undefined)));
  return {
    ask: (asked) => {
      const answer = new Promise<Answer>((resolve) => child.once("message", (message) => resolve(message as Answer)));
      child.send(asked, () => undefined);
      return Promise.race([answer, ended]);
    },
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
