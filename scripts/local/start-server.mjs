import { spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { passwordOf } from "./accounts.mjs";
import { freePort, whyNotFree } from "./ports.mjs";
import { Advice } from "./progress.mjs";

/** Recovery after a crash and a container's first start take their time. */
const START_MS = 180_000;
const STOP_MS = 30_000;

const HOST = "127.0.0.1";

/**
 * Starts a server on `folder`, reachable from this machine alone. `launch` says how: given the setup below, it prepares
 * the data and returns `{ command, args, facts, stopSignal, isUp(), urls }`; `facts` is what a successor must know to
 * clear up, `isUp` whether this very server answers.
 * @returns `{ pid, urls, exited, stop() }`; `exited` resolves when the server is gone, whatever the reason.
 * @throws Advice with the end of the server's log when it does not come up.
 */
export async function startServer({ server, folder, use, note }) {
  // A socket's path may not be longer than about 100 bytes, so it cannot lie in a folder of unknown depth.
  const scratch = mkdtempSync(join(tmpdir(), "migration-lambda-"));
  note({ scratch });
  const logPath = join(folder, "server.log");
  const { program, launch } = server;
  const log = openSync(logPath, "w", 0o600);
  const setup = { program, folder, scratch, use, host: HOST, password: passwordOf(folder), log };
  try {
    for (;;) {
      const port = await freePort();
      const running = run(await launch({ ...setup, port }), { log, note });
      if (await comesUp(running)) return finished(running, { port, scratch });
      await stop(running);
      // Someone may have taken the port in between. Anything else would only fail again.
      if (!(await whyNotFree(port)))
        throw new Advice(`The database did not start. ${logPath} ends with:\n${tail(logPath)}`);
    }
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true });
    throw error;
  }
}

function run({ command, args, facts, ...launched }, { log, note }) {
  const child = spawn(command, args, { stdio: ["ignore", log, log] });
  const exited = new Promise((resolve) => child.once("close", resolve).once("error", resolve));
  note({ ...facts, server: child.pid, signal: launched.stopSignal });
  return { ...launched, child, exited };
}

async function comesUp({ child, exited, isUp }) {
  let gone = false;
  exited.then(() => {
    gone = true;
  });
  const deadline = Date.now() + START_MS;
  while (!gone && Date.now() < deadline) {
    if (await isUp()) return child.exitCode === null;
    await sleep(20);
  }
  return false;
}

function finished(running, { port, scratch }) {
  return {
    pid: running.child.pid,
    urls: { host: HOST, port, ...running.urls },
    exited: running.exited,
    async stop() {
      await stop(running);
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

function stop({ child, stopSignal }) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    child.once("close", () => resolve(clearTimeout(force)));
    child.kill(stopSignal);
  });
}

function tail(path) {
  return readFileSync(path, "utf8").trimEnd().split("\n").slice(-15).join("\n");
}
