import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { REPOSITORY } from "./serverless";

export const PROGRAM = join(REPOSITORY, "dist/bin/migration-lambda.js");

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

export interface CommandLineOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly program?: string;
}

export interface Terminal {
  /** All that was shown so far, without what steers the terminal. */
  shown(): string;
  /** Waits until it is shown. */
  until(pattern: RegExp): Promise<void>;
  type(keys: string): void;
  readonly ended: Promise<Ended>;
}

export const CTRL_C = "\x03";

/** Runs `migration-lambda` to its end, not in a terminal. */
export function commandLine(args: readonly string[], options: CommandLineOptions = {}): Promise<Ended> {
  return ending(spawn(process.execPath, [options.program ?? PROGRAM, ...args], settings(options)));
}

/** Runs `migration-lambda` in a pseudo-terminal. */
export function openTerminal(args: readonly string[], options: CommandLineOptions = {}): Terminal {
  const { cwd, env } = settings(options);
  const helper = join(__dirname, "terminal.py");
  const child = spawn("python3", [helper, process.execPath, PROGRAM, ...args], {
    cwd,
    env: { ...env, TERM: "xterm" },
  });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  const shown = () => stripVTControlCharacters(text);
  const ended = ending(child);
  return {
    shown,
    until: async (pattern) => {
      let over = false;
      void ended.then(() => {
        over = true;
      });
      while (!pattern.test(shown())) {
        if (over) throw new Error(`It ended without ${pattern}:\n${shown()}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    type: (keys) => child.stdin.write(keys),
    ended,
  };
}

/** Neither a developer's settings nor a pipeline's are what is tested. */
function settings({ cwd, env }: CommandLineOptions) {
  const { PATH = "", HOME = "" } = process.env;
  return { ...(cwd !== undefined && { cwd }), env: { PATH, HOME, ...env } };
}

function ending(child: ChildProcess): Promise<Ended> {
  const texts = { out: "", error: "" };
  child.stdout?.on("data", (chunk) => {
    texts.out += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    texts.error += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? -1, ...texts }));
  });
}
