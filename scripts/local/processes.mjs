import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { output } from "./command.mjs";

const PATIENCE_MS = 30_000;

/** Whether process `pid` lives and has `part` in its command line: a number alone may have been given to another. */
export function isRunning(pid, part) {
  return commandLine(pid).includes(part);
}

/** Asks a process, by the signal that it understands, to end, and waits; forces it when it does not. */
export async function endProcess(pid, { part, signal }) {
  const deadline = Date.now() + PATIENCE_MS;
  if (isRunning(pid, part)) send(pid, signal);
  while (isRunning(pid, part)) {
    if (Date.now() > deadline) send(pid, "SIGKILL");
    await sleep(50);
  }
}

function send(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== "ESRCH") throw error; // gone meanwhile
  }
}

function commandLine(pid) {
  if (process.platform !== "linux") return output("ps", ["-o", "command=", "-p", String(pid)]) ?? "";
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8"); // empty for a zombie, which is as good as gone
  } catch {
    return "";
  }
}
