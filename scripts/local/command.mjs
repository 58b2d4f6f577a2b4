import { spawn, spawnSync } from "node:child_process";
import { Advice } from "./progress.mjs";

/** What a command printed, or undefined when it is not there or failed. Not for anything that takes long. */
export function output(command, args) {
  const result = spawnSync(command, args, { encoding: "utf8", timeout: 20_000 });
  return result.status === 0 ? result.stdout : undefined;
}

/** The exit code of a command; a death by signal counts as 1. A command that is not detached ends with this process. */
export function exitCode(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "inherit", ...options });
    child.once("error", reject);
    const end = () => options.detached || child.kill("SIGKILL");
    process.once("exit", end);
    child.once("close", (code) => {
      process.off("exit", end);
      resolve(code ?? 1);
    });
  });
}

/** Runs a command to its end. @throws Advice when it fails, naming it. */
export async function run(command, args, options = {}) {
  const code = await exitCode(command, args, options);
  if (code !== 0) throw new Advice(`"${[command, ...args].join(" ")}" failed with exit code ${code}: see above.`);
}
